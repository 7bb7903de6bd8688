"""What the clock on a wall shows, as a moment: also in the night in which clocks change."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo


class NoSuchTimeError(ValueError):
    """Clocks that go forward jump over this time."""


def moment_of(wall: dt.datetime, zone: str) -> dt.datetime:
    """The moment at which clocks in a zone show this. Where they show it twice, since they go back, the
    first: whoever is too early has lost nothing. `NoSuchTimeError` where they never do, `OverflowError`
    outside all calendars.
    """
    moment = wall.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(dt.UTC)
    if moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) != wall:
        raise NoSuchTimeError(wall)
    return moment


def comes_twice(moment: dt.datetime, zone: str) -> bool:
    """Whether clocks in a zone show this time of that day a second time, before or after."""
    local = moment.astimezone(ZoneInfo(zone))
    other = local.replace(fold=1 - local.fold)
    there_and_back = other.astimezone(dt.UTC).astimezone(ZoneInfo(zone))
    return other.utcoffset() != local.utcoffset() and there_and_back.replace(tzinfo=None) == local.replace(
        tzinfo=None
    )


def is_second(moment: dt.datetime, zone: str) -> bool:
    """Whether clocks in a zone have shown this time before, an hour or so ago."""
    return moment.astimezone(ZoneInfo(zone)).fold == 1
