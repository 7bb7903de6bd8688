"""An election's timetable in words: what it is, when, how long still, and what the law says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from flask_babel import gettext, lazy_gettext, ngettext

from dialer.domain.timetable import Due, Milestone
from dialer.services.gotv.timetable import TimetableLine
from dialer.web.words import clock, long_day

_ = lazy_gettext

WHAT: Final[Mapping[str, str]] = {
    Milestone.NOMINATIONS: _("Nominations close"),
    Milestone.CANDIDATES: _("The list of candidates is published"),
    Milestone.REGISTRATION: _("Registering to vote closes"),
    Milestone.POSTAL_APPLICATION: _("Postal vote applications close"),
    Milestone.POSTAL_DESPATCH: _("Postal ballots go out"),
    Milestone.PROXY_APPLICATION: _("Proxy vote applications close"),
    Milestone.VOTER_CERTIFICATE: _("Voter Authority Certificate applications close"),
    Milestone.POSTAL_LAST_POST: _("Posting a postal vote is safe for the last time"),
    Milestone.EMERGENCY_PROXY: _("Emergency proxy applications close"),
    Milestone.POLLING: _("Polls close"),
}
LAW: Final[Mapping[str, str]] = {
    Milestone.NOMINATIONS: _("The day is set by the rules of each kind of election."),
    Milestone.CANDIDATES: _("The returning officer publishes it by then, often earlier."),
    Milestone.REGISTRATION: _(
        "By midnight, 12 working days before the poll (Representation of the People Act 1983, section 13B)."
    ),
    Milestone.POSTAL_APPLICATION: _(
        "By 5 pm, 11 working days before the poll, in Northern Ireland 14 (Representation of the People"
        " (England and Wales) Regulations 2001, regulation 56, and its counterparts elsewhere)."
    ),
    Milestone.POSTAL_DESPATCH: _(
        "No law names the day. We take the working day after applications close; ask the council, and enter"
        " the real one."
    ),
    Milestone.PROXY_APPLICATION: _(
        "By 5 pm, 6 working days before the poll, in Northern Ireland 14 (Representation of the People"
        " (England and Wales) Regulations 2001, regulation 56, and its counterparts elsewhere)."
    ),
    Milestone.VOTER_CERTIFICATE: _(
        "By 5 pm, 6 working days before the poll (Voter Identification Regulations 2022)."
    ),
    Milestone.POSTAL_LAST_POST: _(
        "No law names it: a postal vote must be there when polls close. We take three working days before."
        " Later, voters hand it in at a polling station themselves. Campaigners may not carry it for them"
        " (Elections Act 2022)."
    ),
    Milestone.EMERGENCY_PROXY: _(
        "By 5 pm on polling day, for whoever falls ill or is called away after the usual day (regulation 56)."
    ),
    Milestone.POLLING: _("The day and its hours stand with the election."),
}
SOURCE: Final[Mapping[str, str]] = {
    "law": _("By law"),
    "estimate": _("Our estimate"),
    "hand": _("Entered by hand"),
}
KIND: Final[Mapping[str, str]] = {
    "uk_parliament": _("UK Parliament"),
    "local": _("Council"),
    "mayor": _("Mayor"),
    "police_commissioner": _("Police and crime commissioner"),
    "london_assembly": _("London Assembly"),
    "city_of_london": _("City of London, Common Council"),
    "senedd": _("Senedd"),
    "scottish_parliament": _("Scottish Parliament"),
    "northern_ireland_assembly": _("Northern Ireland Assembly"),
    "referendum": _("Referendum"),
}
NATION: Final[Mapping[str, str]] = {
    "england": _("England"),
    "northern_ireland": _("Northern Ireland"),
    "scotland": _("Scotland"),
    "wales": _("Wales"),
}


def day_and_time(due: Due, zone: str) -> str:
    """“Tuesday 21 April at 5 pm”; at the end of a day “… at midnight”, without a time the day alone."""
    day = long_day(due.on, zone)
    if due.time is None:
        return day
    return str(gettext("%(day)s at %(time)s", day=day, time=_time(due)))


def how_long(line: TimetableLine) -> str:
    """“in 3 days”, “tomorrow”, “today”; once it is past “over”. Empty without a date."""
    if line.days_left is None:
        return ""
    if line.is_over or line.days_left < 0:
        return str(gettext("over"))
    if line.days_left == 0:
        return str(gettext("today"))
    if line.days_left == 1:
        return str(gettext("tomorrow"))
    return str(ngettext("in %(num)s day", "in %(num)s days", line.days_left))


def sentence(line: TimetableLine, zone: str) -> str:
    """“Postal vote applications close in 3 days, on Tuesday 5 May at 5 pm.”"""
    what = WHAT[line.milestone]
    if line.due is None:
        return str(gettext("%(what)s: no date yet.", what=what))
    if line.is_over:
        return str(gettext("%(what)s: over since %(when)s.", what=what, when=day_and_time(line.due, zone)))
    if line.days_left == 0:
        if line.due.time is None:
            return str(gettext("%(what)s today.", what=what))
        return str(gettext("%(what)s today at %(time)s.", what=what, time=_time(line.due)))
    when = day_and_time(line.due, zone)
    if line.days_left == 1:
        return str(gettext("%(what)s tomorrow, on %(when)s.", what=what, when=when))
    return str(gettext("%(what)s %(span)s, on %(when)s.", what=what, span=how_long(line), when=when))


def _time(due: Due) -> str:
    is_midnight = due.time is not None and (due.time.hour, due.time.minute) == (23, 59)
    return str(gettext("midnight")) if is_midnight or due.time is None else clock(due.time)
