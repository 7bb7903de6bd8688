"""Ring-me-and-bridge: what each piece of evidence about its two legs makes of a call (contract §6, §8).

The volunteer's leg is placed by us; the contact's is made by the carrier once the volunteer has answered
and the gate was passed again. Callbacks, looks and the answer's own request may come twice, late and in any
order: whatever order they come in, the call ends the same.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final, Literal

from dialer.domain.call import FINAL, moves, proven_by

Leg = Literal["volunteer", "contact"]

DIAL_WITHIN: Final = dt.timedelta(seconds=30)
"""A call that could not be placed for so long is given up: nobody waits for it any more."""
LOST_AFTER: Final = dt.timedelta(seconds=15)
"""A worker that has had an answer coming for so long is dead, as it waits for ten seconds only: the outcome
is unknown."""
SOON: Final = dt.timedelta(seconds=2)
"""When the volunteer's leg is over and the contact's isn't heard of, the carrier is asked this much later."""
LONGEST_WAIT: Final = dt.timedelta(days=1)

VOLUNTEER_RINGS_S: Final = 25
CONTACT_RINGS_S: Final = 30
"""At least 15 seconds of ringing are due to somebody whom a campaign rings (Ofcom, statement on persistent
misuse of networks, 2016)."""
LONGEST_TALK_S: Final = 3600

VOLUNTEER_NOT_REACHED: Final = "volunteer_not_reached"
VOLUNTEER_MACHINE: Final = "volunteer_machine"
VOLUNTEER_GONE: Final = "volunteer_gone"
TOO_LATE: Final = "too_late"
REFUSED: Final = "refused"
NOT_TAKEN: Final = "not_taken"
BAD_NUMBER: Final = "bad_number"
LOST: Final = "lost"
END_REASONS: Final = (
    VOLUNTEER_NOT_REACHED,
    VOLUNTEER_MACHINE,
    VOLUNTEER_GONE,
    TOO_LATE,
    REFUSED,
    NOT_TAKEN,
    BAD_NUMBER,
    LOST,
)
"""Beside these a call carries the gate's own word for why the contact could not be rung any more."""

NOBODYS_LINE: Final = frozenset({410, 484, 604})
"""What a network answers of a number that nobody has: gone, incomplete, exists nowhere (RFC 3261, 21.4 and
21.6). Its 404 isn't among them: that stands for “no route” as well, which passes (RFC 3398, 7.2.4.1)."""

_MACHINES: Final = ("machine", "fax")


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a call stands; `contact_rung`: the carrier was told to ring the contact."""

    state: str
    contact_rung: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of it. `ask_soon`: only the carrier can say how it ended, and should be asked."""

    state: str | None = None
    end_reason: str | None = None
    ask_soon: bool = False


def is_machine(answered_by: str | None) -> bool:
    """Whether the carrier heard a machine; what it can't tell counts as a person."""
    return (answered_by or "").startswith(_MACHINES)


def follow(standing: Standing, leg: Leg, status: str) -> Change:
    """What the carrier's word for one leg makes of the call; nothing, for a word that isn't known."""
    proven = proven_by(status)
    if proven is None or standing.state in FINAL:
        return Change()
    change = _of_contact(proven) if leg == "contact" else _of_volunteer(standing, proven)
    if change.state is not None and not moves(standing.state, change.state):
        return Change(ask_soon=change.ask_soon)
    return change


def _of_contact(proven: str) -> Change:
    """The contact's leg says how the call went."""
    return Change(proven)


def _of_volunteer(standing: Standing, proven: str) -> Change:
    """The volunteer's leg is what we placed: its answer makes the call one in progress. Once the contact was
    rung, how it ended is for their leg to say; before, the volunteer's end is the call's.
    """
    if proven not in FINAL:
        return Change(proven)
    if standing.contact_rung:
        return Change(ask_soon=True)
    return Change(proven, VOLUNTEER_GONE if proven == "completed" else VOLUNTEER_NOT_REACHED)


def back_off(attempts: int, retry_after_s: float | None, jitter: float) -> dt.timedelta:
    """How long a call waits that the carrier did not take: longer after each attempt, at least as long as it
    was told, and by a random share (`jitter`, 0 to 1) longer, so that not all come back at once.
    """
    usual_s = min(2.0 ** max(0, attempts - 1), 8.0)
    return dt.timedelta(seconds=max(usual_s, retry_after_s or 0.0) * (1 + jitter / 4))


def first_look(settle_s: float) -> dt.timedelta:
    """How soon after a request without an answer the carrier is asked what became of it."""
    return dt.timedelta(seconds=min(settle_s / 2, 5))


def next_look(looks: int, first_s: float) -> dt.timedelta:
    """How long after one look at the carrier the next one is due: twice as long each time, up to a day."""
    return min(dt.timedelta(seconds=first_s * float(2 ** min(looks, 20))), LONGEST_WAIT)
