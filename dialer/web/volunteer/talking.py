"""A talk on one's own line as the page shows it: who is muted, who waits."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from flask_babel import gettext

from dialer.domain.in_call import waits_long
from dialer.services.calling.views import SessionView
from dialer.web.words import time_of_day


@dataclass(frozen=True, slots=True)
class InCall:
    """What stands on the page of a talk: the two switches, and one line where somebody waits."""

    muted: bool
    on_hold: bool
    waits_long: bool
    words: str


def in_call_of(shift: SessionView | None, zone: str, now: dt.datetime) -> InCall | None:
    """The talk on their line as the page shows it; None where there is none."""
    if shift is None or (talk := shift.talk) is None:
        return None
    late, words = waits_long(talk.on_hold_since, now), ""
    if talk.back_at is not None:
        words = _while_they_wait(late, time_of_day(talk.back_at, zone))
    elif talk.muted:
        words = str(gettext("They don’t hear you. You hear them."))
    return InCall(talk.muted, talk.on_hold_since is not None, late, words)


def _while_they_wait(late: bool, back: str) -> str:
    if late:
        return str(gettext("They have waited two minutes. At %(time)s they’ll be back.", time=back))
    return str(gettext("They hear that you’ll be back, by %(time)s at the latest.", time=back))
