"""An election's timetable: until when people can register, apply to vote by post or by proxy, and the like.

What follows from polling day by law comes from outside (`dialer.services.gotv.uk_dates`); here stands which
of it counts: what somebody entered by hand, else what the law says, else our estimate. Dates and times are
those of the clocks in the election's zone.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from dialer.domain.election import YEARS, PollingDay
from dialer.domain.errors import ValidationFailed


class Milestone(StrEnum):
    """What happens once on the way to the count, in the order that is usual."""

    NOMINATIONS = "nominations"
    CANDIDATES = "candidates"
    REGISTRATION = "registration"
    POSTAL_APPLICATION = "postal_application"
    POSTAL_DESPATCH = "postal_despatch"
    PROXY_APPLICATION = "proxy_application"
    VOTER_CERTIFICATE = "voter_certificate"
    POSTAL_LAST_POST = "postal_last_post"
    EMERGENCY_PROXY = "emergency_proxy"
    POLLING = "polling"


MILESTONES: Final = tuple(one.value for one in Milestone)
ENTERABLE: Final = tuple(one for one in Milestone if one is not Milestone.POLLING)
"""What can be entered by hand; polling day stands with the election itself."""
ANYWHERE: Final = tuple(
    one for one in ENTERABLE if one not in (Milestone.VOTER_CERTIFICATE, Milestone.EMERGENCY_PROXY)
)
"""What an election may have in any country, to be filled in by hand where no law is known to us."""

ENGLAND, NORTHERN_IRELAND, SCOTLAND, WALES = "england", "northern_ireland", "scotland", "wales"
NATIONS: Final = (ENGLAND, NORTHERN_IRELAND, SCOTLAND, WALES)
NATIONS_OF: Final[Mapping[str, tuple[str, ...]]] = {
    "uk_parliament": NATIONS,
    "local": NATIONS,
    "mayor": (ENGLAND,),
    "police_commissioner": (ENGLAND, WALES),
    "london_assembly": (ENGLAND,),
    "city_of_london": (ENGLAND,),
    "senedd": (WALES,),
    "scottish_parliament": (SCOTLAND,),
    "northern_ireland_assembly": (NORTHERN_IRELAND,),
    "referendum": NATIONS,
}
"""Where each kind of election of the United Kingdom is held."""
KINDS: Final = tuple(NATIONS_OF)

EARLIEST: Final = dt.timedelta(days=730)
"""How long before polling day a date of its timetable may lie: further off is a slip of the pen."""


class Source(StrEnum):
    """Where a date comes from."""

    LAW = "law"
    ESTIMATE = "estimate"
    HAND = "hand"


@dataclass(frozen=True, slots=True)
class Due:
    """A date, and the wall time on it by which something must be done; without one the whole day counts."""

    on: dt.date
    time: dt.time | None
    source: Source

    def ends_at(self, zone: str) -> dt.datetime:
        """The moment from which it is too late, in UTC."""
        if self.time is None:
            wall = dt.datetime.combine(self.on + dt.timedelta(days=1), dt.time())
        else:
            wall = dt.datetime.combine(self.on, self.time)
        return wall.replace(tzinfo=ZoneInfo(zone)).astimezone(dt.UTC)


@dataclass(frozen=True, slots=True)
class Entered:
    """What somebody entered by hand; `on` None says that there is no such thing at this election."""

    on: dt.date | None
    time: dt.time | None
    changed_at: dt.datetime
    changed_by: uuid.UUID | None


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the timetable: what counts (`due`), and beside it what would without a hand (`usual`)."""

    milestone: Milestone
    usual: Due | None = None
    entered: Entered | None = None

    @property
    def due(self) -> Due | None:
        """What counts; None where no date is known, or there is none."""
        if self.entered is None:
            return self.usual
        return Due(self.entered.on, self.entered.time, Source.HAND) if self.entered.on else None


def check_kind(kind: str | None, nation: str | None) -> str | None:
    """The nation that goes with a kind of election: the one given, or the only one there is.

    `ValidationFailed` for a nation without a kind, none where there are several, and one that has no such
    elections.
    """
    if kind is None:
        if nation is not None:
            raise ValidationFailed.at("/kind", "Say which kind of election it is, or leave the nation out.")
        return None
    possible = NATIONS_OF[kind]
    if nation is None and len(possible) == 1:
        return possible[0]
    if nation not in possible:
        raise ValidationFailed.at("/nation", "This kind of election isn’t held there. Choose its nation.")
    return nation


def check_entered(on: dt.date | None, time: dt.time | None, polling_on: dt.date | None) -> None:
    """Refuse a time without a date, and a date after polling day or years before it."""
    if fault := _fault_of(on, time, polling_on):
        raise ValidationFailed.at("/due_on", fault)


def _fault_of(on: dt.date | None, time: dt.time | None, polling_on: dt.date | None) -> str | None:
    if on is None:
        return "Give the date that this time is on." if time is not None else None
    if on.year not in YEARS:
        return "This can’t be the year. Look again."
    if polling_on is None:
        return None
    if on > polling_on:
        return "This is after polling day. Choose an earlier date."
    return "This is years before polling day. Look again." if polling_on - on > EARLIEST else None


def timetable(
    day: PollingDay, usual: Mapping[Milestone, Due], entered: Mapping[Milestone, Entered]
) -> tuple[Entry, ...]:
    """The lines of an election's timetable, by date; those without one last, in their usual order.

    Where no law is known to us, what an election may have anywhere stands there to be filled in.
    """
    named = {*usual, *entered, *(() if usual else ANYWHERE)}
    lines = [Entry(one, usual.get(one), entered.get(one)) for one in ENTERABLE if one in named]
    if day.polling_on is not None:
        lines.append(Entry(Milestone.POLLING, Due(day.polling_on, day.closes_at, Source.HAND)))
    return tuple(sorted(lines, key=_place))


def _place(entry: Entry) -> tuple[dt.date, dt.time, int]:
    order = tuple(Milestone).index(entry.milestone)
    if entry.due is None:
        return dt.date.max, dt.time.max, order
    return entry.due.on, entry.due.time or dt.time.max, order


def upcoming(entries: Iterable[Entry], zone: str, now: dt.datetime) -> Entry | None:
    """The next line that isn't over; None where none is left."""
    left = [(entry.due.ends_at(zone), entry) for entry in entries if entry.due is not None]
    left = [(moment, entry) for moment, entry in left if moment > now]
    return min(left, key=lambda one: one[0])[1] if left else None


def days_left(due: Due, zone: str, now: dt.datetime) -> int:
    """How many days of the calendar lie between now and a date: 0 today, below 0 once the day is past."""
    return (due.on - now.astimezone(ZoneInfo(zone)).date()).days
