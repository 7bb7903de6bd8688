"""A talk on one's own line as the page shows it: who is muted, who waits, to whom they are put through."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from flask_babel import gettext

from dialer.domain.in_call import waits_long
from dialer.domain.transfer import FAILED, TALKING, UNDER_WAY
from dialer.services.calling.transfer_choices import Choices, transfer_choices
from dialer.services.calling.views import AssignmentView, SessionView, TalkView, TransferView
from dialer.services.context import Context
from dialer.web.rule_words import N_
from dialer.web.volunteer.line import Line
from dialer.web.words import time_of_day

CAME_TO_NOTHING: Final[Mapping[str, str]] = {
    "no_answer": N_("%(label)s didn’t answer. %(name)s is back with you."),
    "busy": N_("%(label)s is on the phone. %(name)s is back with you."),
    "machine": N_("An answering machine took the call to %(label)s. %(name)s is back with you."),
    "hung_up": N_("%(label)s has hung up. %(name)s is back with you."),
    "not_placed": N_("%(label)s couldn’t be rung. %(name)s is back with you."),
    "volunteer_gone": N_("Your line was lost, so %(label)s was let go."),
    "contact_gone": N_("%(name)s has hung up."),
}


@dataclass(frozen=True, slots=True)
class Through:
    """Somebody who is rung, or on the line, to be put through to. `has_come`: the volunteer speaks with them;
    `small` is the bar's first line.
    """

    id: str
    label: str
    has_come: bool
    small: str


@dataclass(frozen=True, slots=True)
class InCall:
    """What stands on the page of a talk: the two switches, one line of what goes on, whom they can be put
    through to (`value`, words), or are being put through to.
    """

    muted: bool
    on_hold: bool
    words: str
    choices: list[tuple[str, str]]
    through: Through | None
    machine: bool = False
    leaves_message: bool = False
    has_switches: bool = True
    """Whether it is ours to mute and to hold: on the volunteer's own phone its buttons do that."""


def in_call_of(
    ctx: Context, shift: SessionView | None, view: AssignmentView, name: str, zone: str
) -> InCall | None:
    """The talk on their line as the page shows it; None where there is none."""
    if shift is None or (talk := shift.talk) is None:
        return None
    through = _through(talk.transfer)
    return InCall(
        muted=talk.muted,
        on_hold=talk.on_hold_since is not None,
        words=_words(talk, name, zone, ctx.now),
        choices=[] if through else _choices(transfer_choices(ctx, view.id)),
        through=through,
        machine=bool(talk.machine),
        leaves_message=talk.may_leave_message,
    )


def put_through_of(ctx: Context, view: AssignmentView, line: Line | None) -> InCall | None:
    """The same of two who talk by ring-me, or from the browser: only the way to put them through."""
    if line is None or line.stage != "talking":
        return None
    choices = _choices(transfer_choices(ctx, view.id))
    return InCall(muted=False, on_hold=False, words="", choices=choices, through=None, has_switches=False)


def called(label: str) -> str:
    """What a third party is called on the page."""
    return label or str(gettext("the number"))


def _words(talk: TalkView, name: str, zone: str, now: dt.datetime) -> str:
    if talk.back_at is not None:
        late = waits_long(talk.on_hold_since, now)
        return _while_they_wait(late=late, back=time_of_day(talk.back_at, zone))
    if talk.muted:
        return str(gettext("They don’t hear you. You hear them."))
    transfer = talk.transfer
    if transfer is not None and transfer.state == TALKING:
        return str(gettext("All three of you hear each other."))
    if transfer is not None and transfer.state == FAILED and transfer.reason is not None:
        return str(gettext(CAME_TO_NOTHING[transfer.reason], label=called(transfer.label), name=name))
    return ""


def _while_they_wait(*, late: bool, back: str) -> str:
    if late:
        return str(gettext("They have waited two minutes. At %(time)s they’ll be back.", time=back))
    return str(gettext("They hear that you’ll be back, by %(time)s at the latest.", time=back))


def _through(transfer: TransferView | None) -> Through | None:
    if transfer is None or transfer.state not in UNDER_WAY:
        return None
    label, has_come = called(transfer.label), transfer.state == TALKING
    small = gettext("You’re talking to") if has_come else gettext("Ringing")
    return Through(str(transfer.id), label, has_come, str(small))


def _choices(choices: Choices) -> list[tuple[str, str]]:
    return [
        *((one.phone, one.label) for one in choices.numbers),
        *((str(one.account_id), one.name) for one in choices.people),
    ]
