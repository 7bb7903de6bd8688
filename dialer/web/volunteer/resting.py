"""A pause of a volunteer's own in words, with the moment at which it ends by itself."""

from __future__ import annotations

import datetime as dt
from typing import Final

from flask_babel import gettext

from dialer.services.calling.views import SessionView
from dialer.web.words import time_of_day

_MINUTE: Final = dt.timedelta(minutes=1)


def paused_words(shift: SessionView, zone: str, why: str) -> tuple[str, str, str]:
    """The bar's three lines in a pause; `why` is the last one where nothing ends it but a press."""
    time = str(gettext("Take your time"))
    if shift.rests_until is None:
        return str(gettext("You’re paused")), time, why
    ends = time_of_day(_whole_minute(shift.rests_until), zone)
    back = gettext("Back by %(time)s, without a press", time=ends)
    return str(gettext("You’re having a rest")), time, str(back)


def rests_s(shift: SessionView, now: dt.datetime) -> int | None:
    """The seconds until a rest ends; None where it has no end of its own."""
    if shift.state != "paused" or shift.rests_until is None:
        return None
    return max(0, round((shift.rests_until - now).total_seconds()))


def _whole_minute(at: dt.datetime) -> dt.datetime:
    """The first whole minute by which that has come: the page names no seconds."""
    whole = at.replace(second=0, microsecond=0)
    return whole if whole == at else whole + _MINUTE
