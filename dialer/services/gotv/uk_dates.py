"""The dates that follow from polling day at elections of the United Kingdom: the only importer of the library
that knows the legislation and the bank holidays (`uk-election-timetables`, by Democracy Club). It reads
nothing but a file of its own.

It gives dates; the wall times are the law's: midnight for registering, 5 pm for applying to vote by post, by
proxy and for a Voter Authority Certificate (Representation of the People (England and Wales) Regulations
2001, reg. 56, and its counterparts; Voter Identification Regulations 2022), 4 pm for nominations in the
elections named here (Electoral Commission, guidance for returning officers).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from uk_election_timetables import elections as law
from uk_election_timetables.calendars import (
    ChristmasEveRule,
    Country,
    ExtendedCalendar,
    UnitedKingdomBankHolidays,
    working_days_before,
)
from uk_election_timetables.election import Election

from dialer.domain.timetable import ENGLAND, NORTHERN_IRELAND, SCOTLAND, WALES, Due, Milestone, Source

_END_OF_DAY: Final = dt.time(23, 59)
_FIVE: Final = dt.time(17)
_FOUR: Final = dt.time(16)

_COUNTRIES: Final = {
    ENGLAND: Country.ENGLAND,
    NORTHERN_IRELAND: Country.NORTHERN_IRELAND,
    SCOTLAND: Country.SCOTLAND,
    WALES: Country.WALES,
}
_OF_A_NATION: Final[Mapping[str, Callable[[dt.date, Country], Election]]] = {
    "uk_parliament": law.UKParliamentElection,
    "local": law.LocalElection,
    "referendum": law.Referendum,
}
_OF_ITS_OWN: Final[Mapping[str, Callable[[dt.date], Election]]] = {
    "mayor": law.MayoralElection,
    "police_commissioner": law.PoliceAndCrimeCommissionerElection,
    "london_assembly": law.GreaterLondonAssemblyElection,
    "city_of_london": law.CityOfLondonLocalElection,
    "senedd": law.SeneddCymruElection,
    "scottish_parliament": law.ScottishParliamentElection,
    "northern_ireland_assembly": law.NorthernIrelandAssemblyElection,
}

_WITH_CERTIFICATES: Final = {
    "uk_parliament": (ENGLAND, SCOTLAND, WALES),
    "local": (ENGLAND,),
    "mayor": (ENGLAND,),
    "police_commissioner": (ENGLAND, WALES),
    "london_assembly": (ENGLAND,),
}
"""Where voters show photo ID that a Voter Authority Certificate can stand in for. Councils of Scotland and
Wales and both parliaments ask for none; Northern Ireland has an identity card of its own."""
_NOMINATIONS_BY_FOUR: Final = {"uk_parliament": (ENGLAND, SCOTLAND, WALES), "local": (ENGLAND, WALES)}

_PROXY_DAYS: Final = 6
_PROXY_DAYS_NORTHERN_IRELAND: Final = 14
_DESPATCH_DAYS: Final = 10
"""Our estimate: the working day after applications close. Councils send most of them about then."""
_LAST_POST_DAYS: Final = 3
"""Our estimate: whoever posts later than three working days before the poll can't rely on the post."""

_HOLIDAYS: Final = UnitedKingdomBankHolidays()
_FIRST_KNOWN: Final = dt.date(2012, 3, 1)
"""The library knows the bank holidays from 2012 on, and we count back for some weeks."""


@lru_cache(maxsize=256)
def uk_dates(kind: str, nation: str, polling_on: dt.date) -> Mapping[Milestone, Due]:
    """What follows from polling day for a kind of election in a nation, which has such elections.

    Beyond the years of which the bank holidays are known, all of it is an estimate.
    """
    known = _FIRST_KNOWN <= polling_on <= _last_known(nation)
    said = Source.LAW if known else Source.ESTIMATE
    found = _election(kind, nation, polling_on)
    dates = {
        Milestone.REGISTRATION: Due(found.registration_deadline, _END_OF_DAY, said),
        Milestone.POSTAL_APPLICATION: Due(found.postal_vote_application_deadline, _FIVE, said),
        Milestone.PROXY_APPLICATION: Due(_before(polling_on, nation, _proxy_days(nation)), _FIVE, said),
        Milestone.POSTAL_DESPATCH: Due(_before(polling_on, nation, _DESPATCH_DAYS), None, Source.ESTIMATE),
        Milestone.POSTAL_LAST_POST: Due(_before(polling_on, nation, _LAST_POST_DAYS), None, Source.ESTIMATE),
    }
    if kind != "referendum":
        four = _FOUR if nation in _NOMINATIONS_BY_FOUR.get(kind, ()) else None
        dates[Milestone.NOMINATIONS] = Due(found.close_of_nominations, four, said)
        dates[Milestone.CANDIDATES] = Due(found.sopn_publish_deadline, None, said)
    if nation in _WITH_CERTIFICATES.get(kind, ()):
        dates[Milestone.VOTER_CERTIFICATE] = Due(found.vac_application_deadline, _FIVE, said)
    if nation != NORTHERN_IRELAND:
        dates[Milestone.EMERGENCY_PROXY] = Due(polling_on, _FIVE, said)
    return MappingProxyType(dates)


def _election(kind: str, nation: str, polling_on: dt.date) -> Election:
    if kind in _OF_A_NATION:
        return _OF_A_NATION[kind](polling_on, _COUNTRIES[nation])
    return _OF_ITS_OWN[kind](polling_on)


def _proxy_days(nation: str) -> int:
    return _PROXY_DAYS_NORTHERN_IRELAND if nation == NORTHERN_IRELAND else _PROXY_DAYS


def _before(polling_on: dt.date, nation: str, working_days: int) -> dt.date:
    """So many working days before the poll; Christmas Eve is none, as the election rules have it."""
    holidays = _HOLIDAYS.from_country(_COUNTRIES[nation])
    years = [polling_on.year - 1, polling_on.year]
    calendar = ExtendedCalendar(holidays, rules=[ChristmasEveRule()], years=years)
    found: dt.date = working_days_before(polling_on, working_days, calendar)
    return found


def _last_known(nation: str) -> dt.date:
    """The last day of the last year of which the library knows the bank holidays."""
    holidays = _HOLIDAYS.from_country(_COUNTRIES[nation]).exempted_dates()
    return dt.date(max(one.year for one in holidays), 12, 31)
