"""Local hours in which nobody is contacted. Wall time decides, so clock changes come right by themselves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import phonenumbers
from phonenumbers import timezone as number_zones
from phonenumbers.tzdata import TIMEZONE_DATA

from dialer.domain.phone_blocks import NATIONAL_DIGITS, block_of

SECOND: Final = dt.timedelta(seconds=1)
MINUTE: Final = dt.timedelta(minutes=1)
DAY: Final = dt.timedelta(days=1)
LOOK_AHEAD: Final = 8
"""How often zones may hand a moment on to each other before we stop looking for a free one."""


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Wall times between which it is quiet: `start` quiet, `end` not. Equal means never quiet."""

    start: dt.time
    end: dt.time

    def cover(self, wall: dt.time) -> bool:
        """Whether it is quiet when clocks on the wall show this time. The window may cross midnight."""
        if self.start <= self.end:
            return self.start <= wall < self.end
        return wall >= self.start or wall < self.end


USUAL: Final = QuietHours(dt.time(21), dt.time(9))
USUAL_ZONE: Final = "Europe/London"
"""What a campaign begins with, and what a text goes by that belongs to none."""
NEVER_QUIET: Final = QuietHours(dt.time(0), dt.time(0))
"""What letters go by, which wake nobody."""

OF_THIS_MACHINE: Final = frozenset({"localtime", "posixrules"})


_rules_of: Final = lru_cache(maxsize=None)(ZoneInfo)
"""A zone's rules, read once: the standard library keeps eight zones only, and texts go to many."""


def is_zone(name: str) -> bool:
    """Whether this is the name of a zone in the IANA data, which is the same on every machine."""
    if name in OF_THIS_MACHINE:
        return False
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def is_quiet(now: dt.datetime, hours: QuietHours, zones: Iterable[str]) -> bool:
    """Whether it is quiet at this instant in any of these zones."""
    return any(hours.cover(now.astimezone(_rules_of(zone)).time()) for zone in zones)


def quiet_until(now: dt.datetime, hours: QuietHours, zones: Iterable[str]) -> dt.datetime | None:
    """The first instant from `now` at which it is quiet in none of the zones; None when it isn't quiet now.

    Zones may be so far apart that no common free time exists: then the last moment looked at is given,
    and the asker asks again.
    """
    names = tuple(zones)
    moment = now
    for _ in range(LOOK_AHEAD):
        quiet = [zone for zone in names if is_quiet(moment, hours, (zone,))]
        if not quiet:
            break
        moment = max(_end_of_quiet(moment, hours, _rules_of(zone)) for zone in quiet)
    return None if moment == now else moment


def quiet_from(now: dt.datetime, hours: QuietHours, zones: Iterable[str]) -> dt.datetime | None:
    """The first instant, `now` included, at which it is quiet in any of the zones; None when it never is."""
    if hours.start == hours.end:
        return None
    return min((_start_of_quiet(now, hours, _rules_of(zone)) for zone in zones), default=None)


def _start_of_quiet(now: dt.datetime, hours: QuietHours, zone: ZoneInfo) -> dt.datetime:
    """The clocks may change before the start: that jump may begin the quiet, or put its start off."""
    moment = now.astimezone(dt.UTC)
    while not hours.cover(moment.astimezone(zone).time()):
        wall = moment.astimezone(zone)
        start = moment + _until(wall.time(), hours.start)
        if start.astimezone(zone).utcoffset() == wall.utcoffset():
            return start
        moment = _clock_change(moment, start, zone)
    return moment


def _until(wall: dt.time, later: dt.time) -> dt.timedelta:
    """How long clocks take from one time of day to another if nobody touches them."""
    gap = dt.datetime.combine(dt.date.min, later) - dt.datetime.combine(dt.date.min, wall)
    return gap % DAY


def _clock_change(before: dt.datetime, after: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """The first second of the other time, of two instants between which the clocks change once."""
    offset = before.astimezone(zone).utcoffset()
    while after - before > SECOND:
        middle = (before + (after - before) / 2).replace(microsecond=0)
        middle = max(middle, before + SECOND)
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after.replace(microsecond=0)


def zones_of_number(number: str) -> tuple[str, ...]:
    """The zones in which the holder of an E.164 number may be, as its country and area tell.

    Empty when they don't tell. Looking up takes long, so it is done once for all numbers that begin alike.
    """
    for code, area_digits in _AREA_DIGITS.items():
        national = number.removeprefix(f"+{code}")
        if len(national) == NATIONAL_DIGITS and national.isdigit() and national != number:
            beginning = national[: max(len(block_of(code, national)), area_digits)]
            return _zones(f"+{code}{beginning:0<{NATIONAL_DIGITS}}")
    return _zones(number)


_AREA_DIGITS: Final = {
    code: max(len(area) - len(str(code)) for area in TIMEZONE_DATA if area.startswith(str(code)))
    for code in (44, 1)
}
"""After how many digits the area of a number is told. The kind of number is told by its block."""


@lru_cache(maxsize=65_536)
def _zones(number: str) -> tuple[str, ...]:
    found = number_zones.time_zones_for_number(phonenumbers.parse(number))
    return tuple(zone for zone in found if zone != number_zones.UNKNOWN_TIMEZONE and is_zone(zone))


def _end_of_quiet(now: dt.datetime, hours: QuietHours, zone: ZoneInfo) -> dt.datetime:
    wall = now.astimezone(zone)
    days = 1 if hours.end <= wall.time() else 0
    end = dt.datetime.combine(wall.date() + dt.timedelta(days=days), hours.end, zone).astimezone(dt.UTC)
    if end.astimezone(zone).utcoffset() == wall.utcoffset():
        return end
    return _end_by_the_minute(now, hours, zone)


def _end_by_the_minute(now: dt.datetime, hours: QuietHours, zone: ZoneInfo) -> dt.datetime:
    """The end of a quiet time in which the clocks change: the jump itself may end it, or skip its end."""
    moment = now.astimezone(dt.UTC).replace(second=0, microsecond=0)
    while moment <= now or is_quiet(moment, hours, (zone.key,)):
        moment += MINUTE
    return moment
