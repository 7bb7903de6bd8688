"""Somebody the dialler rang has answered: who speaks to them, and by when (contract §6; design §8).

United Kingdom: a call is abandoned where whoever answers isn't put through to a person within two seconds of
the answer. They then hear an information message, which says who called and which number to ring so as not to
be called again; that number isn't dialled again for 72 hours unless a person is there who will speak (Ofcom,
Persistent misuse: a statement of policy, 28 December 2016, A1.22 to A1.56; for who called and how to be left
alone also the Privacy and Electronic Communications (EC Directive) Regulations 2003, regulations 21 and 24).
Phones that screen calls want a voice at once, so nobody ever hears silence while somebody is looked for.

No detection of machines is waited for: an answer is a person's until somebody who listens says otherwise.
"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Final

from dialer.domain.disposition import Disposition
from dialer.domain.ringing import BAD_NUMBER, LOST

ANSWER_WITHIN: Final = dt.timedelta(seconds=2)
"""From the answer, as we learned of it, until somebody speaks with them."""
GREETED_FOR: Final = dt.timedelta(seconds=1.5)
"""How long the greeting is meant to last, so that who becomes free meanwhile is put through in time."""
HELD_FOR: Final = dt.timedelta(seconds=1.2)
"""How long “one moment” lasts: whoever hears it is put through, or knows who called, in time all the same."""
RECORDED_FOR: Final = dt.timedelta(seconds=1.5)
"""How long it takes to say that a call is recorded, before they are put through."""
CALLED_IN_UNTIL: Final = dt.timedelta(seconds=1.2)
"""Until so long after the answer whoever was greeted is put through in the midst of the greeting, as a
volunteer becomes free; after that its end comes as soon."""
REST: Final = dt.timedelta(hours=72)
"""How long a number whose call was abandoned isn't dialled."""
LINE_BACK_TRIES: Final = 8
"""How often a volunteer's line that was lost in a talk is looked for, some two and a half seconds apart."""
ALONE_TRIES: Final = 3
"""How often somebody hears “one moment” who is alone in a volunteer's room, some three seconds apart."""
ASKED_WITHIN: Final = dt.timedelta(seconds=10)
"""Of somebody who is alone, or held on, the carrier asks again within three seconds, a slow answer of ours
added: of whom it hasn't asked for so long is with somebody."""


class Step(StrEnum):
    """What somebody hears who has answered."""

    JOIN = "join"
    """A volunteer, at once."""
    GREET = "greet"
    """A greeting; then it is asked again."""
    HOLD = "hold"
    """Another word, since it was asked before the greeting's end: then it is asked again."""
    INFORM = "inform"
    """Who called, and how to be left alone: nobody was free."""
    END = "end"


def next_step(answered_at: dt.datetime, now: dt.datetime, *, greeted: bool, free: bool) -> Step:
    """What follows on an answer that nobody was joined to yet; `free`: a volunteer could be put through.

    Who was greeted is past waiting after `ANSWER_WITHIN`: a volunteer who comes free then is too late. The
    first time that we are asked a free volunteer is put through however late the carrier asks.
    """
    in_time = now - answered_at <= ANSWER_WITHIN
    if free and (in_time or not greeted):
        return Step.JOIN
    if greeted and now - answered_at <= ANSWER_WITHIN - HELD_FOR:
        return Step.HOLD
    return Step.GREET if in_time and not greeted else Step.INFORM


def hears_first(answered_at: dt.datetime, now: dt.datetime) -> bool:
    """Whether whoever is put through now may hear before that that the call is recorded: where that would
    keep them from a person for longer than `ANSWER_WITHIN` they go without it, and aren't recorded.
    """
    return now + RECORDED_FOR - answered_at <= ANSWER_WITHIN


def has_met_nobody(
    joined_at: dt.datetime, alone_at: dt.datetime | None, now: dt.datetime, *, is_in_room: bool
) -> bool:
    """Whether whoever was put through to a volunteer, and is found without one now, has met nobody so far.
    `alone_at`: when that was found last. `is_in_room`: their room hasn't begun; else it is over by now.

    A volunteer whose line is lost within two seconds of it wasn't there for them.
    """
    if alone_at is not None:
        return now - alone_at <= ASKED_WITHIN
    return now - joined_at <= (ASKED_WITHIN if is_in_room else ANSWER_WITHIN)


def was_alone_to_the_end(alone_at: dt.datetime | None, ended_at: dt.datetime) -> bool:
    """Whether whoever was put through to a volunteer hung up before they met them."""
    return alone_at is not None and ended_at - alone_at <= ASKED_WITHIN


def was_abandoned(lasted: dt.timedelta) -> bool:
    """Whether a call that was answered, and ended with nobody joined, was abandoned: within the two seconds
    they hung up themselves; longer than that nobody spoke, whatever went wrong on our side.
    """
    return lasted > ANSWER_WITHIN


def outcome_of(state: str, end_reason: str | None, lasted: dt.timedelta) -> Disposition | None:
    """What the dialler itself records of a call that ended with nobody joined; None where it was no try: it
    was taken back, or the carrier never had it.

    A line that failed was tried in vain, and nobody knows more: only where the carrier says that nobody has
    the number is it out of use.
    """
    if state == "canceled" or end_reason == LOST:
        return None
    if state == "failed":
        return Disposition.DISCONNECTED if end_reason == BAD_NUMBER else Disposition.NO_ANSWER
    if state == "abandoned":
        return Disposition.ABANDONED
    if state == "completed":
        return Disposition.ABANDONED if was_abandoned(lasted) else Disposition.HUNG_UP
    return Disposition(state)
