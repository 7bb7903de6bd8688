"""Whom each date of an election's timetable is about: rules of audiences that stand ready, and when a text
about the date had best go out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final
from zoneinfo import ZoneInfo

from dialer.domain.deadline import is_too_late
from dialer.domain.timetable import Due, Milestone


class Ready(StrEnum):
    """An audience that stands ready, by whom it picks among our supporters."""

    UNREGISTERED = "unregistered"
    TO_VOTE_BY_POST = "to_vote_by_post"
    WAY_UNKNOWN = "way_unknown"
    TO_VOTE_BY_PROXY = "to_vote_by_proxy"
    TO_VOTE_IN_PERSON = "to_vote_in_person"
    WITHOUT_ID = "without_id"


READY: Final = tuple(one.value for one in Ready)

_AT_THE_STATION: Final = {"voting_methods": ["in_person", None]}
_SUPPORTERS: Final = ({"pledged": True}, {"status": ["active"]}, {"voted": False})


def _supporters(*more: dict[str, Any]) -> dict[str, Any]:
    return {"all": [*_SUPPORTERS, *more]}


FILTERS: Final[Mapping[Ready, Mapping[str, Any]]] = MappingProxyType(
    {
        Ready.UNREGISTERED: _supporters({"field": {"name": "elector_number", "filled": False}}),
        Ready.TO_VOTE_BY_POST: _supporters({"voting_methods": ["postal"]}),
        Ready.WAY_UNKNOWN: _supporters({"voting_methods": [None]}),
        Ready.TO_VOTE_BY_PROXY: _supporters({"voting_methods": ["proxy"]}),
        Ready.TO_VOTE_IN_PERSON: _supporters(_AT_THE_STATION),
        Ready.WITHOUT_ID: _supporters(_AT_THE_STATION, {"id_ready": False}),
    }
)
"""Each as a filter of an audience (`dialer.domain.filters`). Who isn't on the register that we know has no
elector number. Nobody is meant who is known to have voted: a postal vote that was returned counts."""

CONCERNED: Final[Mapping[Milestone, tuple[Ready, ...]]] = MappingProxyType(
    {
        Milestone.REGISTRATION: (Ready.UNREGISTERED,),
        Milestone.POSTAL_APPLICATION: (Ready.TO_VOTE_BY_POST, Ready.WAY_UNKNOWN),
        Milestone.PROXY_APPLICATION: (Ready.TO_VOTE_BY_PROXY, Ready.WAY_UNKNOWN),
        Milestone.VOTER_CERTIFICATE: (Ready.WITHOUT_ID,),
        Milestone.POSTAL_DESPATCH: (Ready.TO_VOTE_BY_POST,),
        Milestone.POSTAL_LAST_POST: (Ready.TO_VOTE_BY_POST,),
        Milestone.POLLING: (Ready.TO_VOTE_IN_PERSON, Ready.TO_VOTE_BY_POST),
    }
)
"""Whom a date is about; of one that isn't named nobody is told."""


@dataclass(frozen=True, slots=True)
class _Time:
    """When a text about a date goes out: so many days after it, before where below 0, at this wall time."""

    days: int
    at: dt.time


_EVENING: Final = dt.time(17, 30)
_MORNING: Final = dt.time(10)
_USUAL: Final = _Time(-3, _EVENING)
_TIMES: Final[Mapping[Milestone, _Time]] = {
    Milestone.POSTAL_DESPATCH: _Time(3, _EVENING),
    Milestone.POSTAL_LAST_POST: _Time(-1, _MORNING),
    Milestone.POLLING: _Time(0, _MORNING),
}


def best_start(
    milestone: Milestone, due: Due, ends_at: dt.datetime, zone: str, now: dt.datetime
) -> dt.datetime | None:
    """When a text about a date had best go out: some days before, of ballots in the post some days after.

    That is over: the next morning that lies before `ends_at`, when the text is of no use any more. None: at
    once.
    """
    time = _TIMES.get(milestone, _USUAL)
    best = _on(due.on + dt.timedelta(days=time.days), time.at, zone)
    today = now.astimezone(ZoneInfo(zone)).date()
    mornings = (_on(today + dt.timedelta(days=days), _MORNING, zone) for days in (0, 1))
    for start in (best, *mornings):
        if start > now and not is_too_late(start, ends_at):
            return start
    return None


def _on(day: dt.date, time: dt.time, zone: str) -> dt.datetime:
    return dt.datetime.combine(day, time, ZoneInfo(zone)).astimezone(dt.UTC)
