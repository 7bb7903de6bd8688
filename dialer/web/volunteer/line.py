"""The line that we put through: which phone rings, when they talk, and what the screen makes of its end."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from flask_babel import gettext

from dialer.domain.answering_machine import verdict
from dialer.domain.call import DIALLED
from dialer.domain.in_call import waits_long
from dialer.domain.ringing import (
    LOST,
    REFUSED,
    TOO_LATE,
    VOLUNTEER_GONE,
    VOLUNTEER_MACHINE,
    VOLUNTEER_NOT_REACHED,
)
from dialer.domain.talk import Stage, Talk
from dialer.services.calling.call_views import CallView
from dialer.services.calling.standstill import Standstill
from dialer.services.calling.views import LineView, SessionView, TalkView

UNDER_WAY: Final = frozenset({"queued", "ringing", "in_progress"})
_KNOWN: Final = {"busy": "busy", "no_answer": "no_answer"}
"""Outcomes that the carrier's word says by itself."""
MACHINE: Final = "answering_machine"
OVER: Final = "over"
"""What the page of a volunteer without a shift stands for whose campaign has ended."""
_YOURS: Final = frozenset({VOLUNTEER_NOT_REACHED, VOLUNTEER_MACHINE})
_CARRIER: Final = frozenset({TOO_LATE, LOST, None})


@dataclass(frozen=True, slots=True)
class Line:
    """Where the call stands: `yours` (the volunteer's phone rings), `theirs`, `talking` or `over`; `since` is
    when the two began to talk. `marks`: who is on hold or rung meanwhile, in a word.
    """

    stage: str
    since: dt.datetime | None = None
    marks: str = ""

    @property
    def rings(self) -> bool:
        """Whether one of the two phones rings."""
        return self.stage in ("yours", "theirs")


def line_of(call: CallView | None) -> Line | None:
    """The line as the screen shows it; None where nothing was ever put through."""
    if call is None:
        return None
    if call.parted_at is not None:
        return Line("over")
    if call.state == "in_progress" and call.answered_at is not None:
        return Line("talking", call.answered_at)
    if call.state in UNDER_WAY:
        return Line("theirs" if call.contact_rung_at else "yours")
    return Line("over")


def after_the_end(call: CallView, talk: Talk) -> Talk:
    """The talk once the line is over: finishing up, with what is known already chosen (`known_of`). Where the
    other phone was never rung there is nothing to finish.
    """
    if not has_rung_them(call) or talk.stage is Stage.OUTCOME:
        return talk
    if call.state == "completed" or call.parted_at is not None:
        known = known_of(call, talk)
        return talk.finishing(reached=known != MACHINE, disposition=known)
    return talk.finishing(reached=False, disposition=_KNOWN.get(call.state))


def known_of(call: CallView, talk: Talk) -> str | None:
    """What came of an answered call, where the volunteer hasn't said it and it is known: they talked, since
    answers were pressed or they were put through to somebody; or it was a machine, by the carrier's word. A
    person who just hangs up may have said anything: None.
    """
    if heard_machine(call, talk):
        return MACHINE
    heard = talk.heard()
    talked = call.parted_at is not None or (call.mode == DIALLED and bool(heard.answers))
    return "contacted" if talked and heard.disposition is None else None


def heard_machine(call: CallView | None, talk: Talk) -> bool:
    """Whether a machine answered, by the carrier's word, and no press of the volunteer's says otherwise."""
    heard = talk.heard()
    if call is None or not call.answered_by or heard.begun or heard.disposition is not None:
        return False
    return verdict(call.answered_by) is True


def is_over(call: CallView) -> bool:
    """Whether the volunteer is done with a call: it has ended, or goes on without them."""
    return call.state not in UNDER_WAY or call.parted_at is not None


def has_rung_them(call: CallView) -> bool:
    """Whether the other person's phone rang."""
    return call.contact_rung_at is not None and call.end_reason is None


def why_not(call: CallView) -> str:
    """Why nobody could be put through, and what to do."""
    if call.end_reason in _YOURS:
        return str(gettext("Your phone wasn’t picked up. Try again, or ring from it yourself."))
    if call.end_reason == VOLUNTEER_GONE:
        return str(gettext("You hung up before we rang them. Try again when you’re ready."))
    if call.end_reason == REFUSED:
        return str(gettext("We can’t put you through. Ring from your own phone; your coordinator sees why."))
    if call.end_reason in _CARRIER:
        return str(gettext("We couldn’t put you through just now. Try again, or ring from your own phone."))
    return str(gettext("They can’t be rung any more. Leave them to someone else."))


def beside_of(shift: SessionView) -> str:
    """What a page says of help, and of who is in the room, in a word."""
    taken = "taken" if shift.help and shift.help.taken_by else "asked" if shift.help else ""
    there = shift.supervision
    return taken + (f"-{there.mode}-{there.volunteer}" if there else "")


def shown(shift: SessionView, line: LineView, now: dt.datetime, standstill: Standstill | None = None) -> str:
    """What a page of somebody on a line of their own stands for: once this is another, it is shown anew. The
    `standstill` is that of somebody who waits.
    """
    still = f"{standstill.mark if standstill else ''}:{_until(shift)}"
    marks = f"{marks_of(shift.talk, now)}:{beside_of(shift)}:{still}"
    told = (shift.campaign_id, shift.moving_to, shift.stayed_from, shift.end_reason)
    goes_on = ":".join("" if one is None else str(one) for one in told)
    return f"{shift.state}:{line.state}:{shift.assignment_id or ''}:{marks}:{goes_on}"


def shown_paused(shift: SessionView) -> str:
    """What the page stands for of somebody who rests, and rings people by hand."""
    return f"paused:{_until(shift)}{beside_of(shift)}"


def _until(shift: SessionView) -> str:
    return shift.rests_until.isoformat() if shift.rests_until else ""


def marks_of(talk: TalkView | None, now: dt.datetime) -> str:
    """Who is muted, on hold, or being put through, in a word."""
    if talk is None:
        return ""
    held = "" if talk.on_hold_since is None else "long" if waits_long(talk.on_hold_since, now) else "hold"
    machine = "machine" if talk.machine else ""
    through = talk.transfer.state if talk.transfer is not None else ""
    return f"{'mute' if talk.muted else ''}{held}{through}{machine}"
