"""Why nobody is rung just now, in words for whoever waits, and what comes next."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Final

from flask_babel import gettext

from dialer.domain.dialling import Still
from dialer.services.calling.standstill import Standstill
from dialer.services.calling.views import CampaignView
from dialer.web.rule_words import N_
from dialer.web.words import day, time_of_day

Lines = tuple[str, str, str]

_STAYS: Final = N_("Your shift stays open.")
_PAUSED: Final = (N_("Your coordinator has paused the calls"), N_("Take your time"), _STAYS)
_AWAY: Final = (
    N_("Nobody can be rung just now"),
    N_("One moment"),
    N_("Your coordinator sees why. Your shift stays open."),
)
_BUSY: Final = (N_("All our lines are busy"), N_("Next call soon"), _STAYS)
_WORDS: Final[Mapping[Still, Lines]] = {
    Still.ALL_PAUSED: _PAUSED,
    Still.CAMPAIGN_PAUSED: _PAUSED,
    Still.COST_CAP: (N_("The calls have used up their money"), N_("Take your time"), _STAYS),
    Still.NOBODY_DUE: (N_("Everybody has been rung or is resting"), N_("Nobody just now"), _STAYS),
    Still.NO_SPEAKER: (N_("Everybody who is left speaks another language"), N_("Nobody just now"), _STAYS),
    Still.PASSED_OVER: (
        N_("Passing over numbers that can’t be rung"),
        N_("One moment"),
        N_("Whoever can be rung comes next."),
    ),
    Still.CARRIER_BUSY: _BUSY,
    Still.TOO_MANY_CALLS: _BUSY,
    Still.CARRIER_REFUSES: _AWAY,
    Still.NO_CALLER_ID: _AWAY,
    Still.NO_PACER: _AWAY,
}


def why_still(still: Standstill, campaign: CampaignView, now: dt.datetime) -> Lines:
    """The bar's three lines for somebody who waits while nobody is rung."""
    if still.why is Still.QUIET_HOURS:
        return quiet_words(still.until, campaign.timezone, now)
    small, who, sub = _WORDS.get(still.why, _AWAY)
    return str(gettext(small)), str(gettext(who)), str(gettext(sub))


def quiet_words(until: dt.datetime | None, zone: str, now: dt.datetime) -> Lines:
    """The same in quiet hours, until then."""
    again = _calls_start(until, now, zone) if until else str(gettext(_STAYS))
    return str(gettext("Nobody may be rung just now")), str(gettext("Quiet hours")), again


def stopped_words() -> Lines:
    """The same while a coordinator has stopped it."""
    small, who, sub = _PAUSED
    return str(gettext(small)), str(gettext(who)), str(gettext(sub))


def nobody_words() -> Lines:
    """The same while nobody is left to ring, or nobody is due."""
    small, who, sub = _WORDS[Still.NOBODY_DUE]
    return str(gettext(small)), str(gettext(who)), str(gettext(sub))


def _calls_start(until: dt.datetime, now: dt.datetime, zone: str) -> str:
    at = time_of_day(until, zone)
    if day(until, zone) != day(now, zone):
        at = f"{day(until, zone)}, {at}"
    return str(gettext("Calling starts again at %(time)s. Your shift stays open.", time=at))
