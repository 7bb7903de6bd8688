"""What was before, in words: calls, pledges, and texts and emails without what stood in them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from flask_babel import gettext

from dialer.domain.quiet_hours import zones_of_number
from dialer.domain.text_answers import Facts
from dialer.services.calling.views import PastAttempt
from dialer.services.messaging.conversation_side import PastPledge
from dialer.services.messaging.written_lately import Written
from dialer.web.outcome_names import outcome_name
from dialer.web.told_words import facts_words
from dialer.web.words import clock, marked, moment, time_of_day

_FEW: Final = 6
_SAID: Final = frozenset({"call", "text", "door"})
"""Where a pledge comes from that somebody gave themselves, to one of us."""


@dataclass(frozen=True, slots=True)
class Past:
    """An earlier attempt, a pledge, or something written, in words."""

    when: str
    what: str


def past_of(
    calls: Sequence[PastAttempt],
    written: Sequence[Written],
    zone: str,
    pledges: Sequence[PastPledge] = (),
) -> list[Past]:
    """All of it, the latest first."""
    told = [
        *((one.at, moment(one.at, zone), _call(one)) for one in calls),
        *((one.at, marked(one.at, zone), _pledge(one)) for one in pledges),
        *((one.at, moment(one.at, zone), _written(one)) for one in written),
    ]
    return [Past(when, what) for _, when, what in sorted(told, key=lambda one: one[0], reverse=True)]


def _call(attempt: PastAttempt) -> str:
    return f"{outcome_name(attempt.disposition)}. {attempt.notes or ''}".strip()


def _pledge(one: PastPledge) -> str:
    what = facts_words(Facts(one.support, one.voting_method))
    if one.source in _SAID:
        return str(gettext("They told us: %(what)s.", what=what))
    return str(gettext("Noted of them: %(what)s.", what=what))


def _written(one: Written) -> str:
    by_email = one.channel == "email"
    if not one.ours:
        return str(gettext("They wrote an email.") if by_email else gettext("They sent a text."))
    if one.answered:
        return str(gettext("We wrote an email.") if by_email else gettext("We texted."))
    return str(gettext("We wrote an email, no reply.") if by_email else gettext("We texted, no reply."))


def time_there(number: str, zone: str, now: dt.datetime) -> str:
    """What clocks show where the number belongs, where that isn't what the campaign's show; else nothing.

    Where a number may belong to a few zones, from the earliest in the day to the latest; of one that may be
    anywhere nothing is known.
    """
    zones = [ZoneInfo(one) for one in zones_of_number(number)]
    if not zones or len(zones) > _FEW:
        return ""
    local = sorted(now.astimezone(one).replace(tzinfo=None) for one in zones)
    there = list(dict.fromkeys(clock(at.time()) for at in local))
    if there == [time_of_day(now, zone)]:
        return ""
    if len(there) == 1:
        return str(gettext("It’s %(time)s there", time=there[0]))
    return str(gettext("It’s %(from)s to %(until)s there", **{"from": there[0], "until": there[-1]}))
