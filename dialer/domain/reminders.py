"""What whoever signed up for an event is told of it, and when (contract §11).

At once that they are in, or wait; that they moved up; that it was called off. The evening before, and that
morning, they are reminded. Quiet hours put a reminder off, and one that comes too late to be of use is not
sent at all. When it is to be somewhere else, whoever was reminded already is reminded once more.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from dialer.domain.quiet_hours import QuietHours, quiet_until


class Notice(StrEnum):
    """What a person is told of an event, each once."""

    SIGNED_UP = "signed_up"
    MOVED_UP = "moved_up"
    DAY_BEFORE = "day_before"
    MORNING = "morning"
    CANCELLED = "cancelled"


NOTICES: Final = tuple(one.value for one in Notice)
REMINDERS: Final = (Notice.DAY_BEFORE, Notice.MORNING)

EVENING: Final = dt.time(18)
"""When, the day before, people are reminded."""
MORNING: Final = dt.time(9)
USE: Final = dt.timedelta(minutes=30)
"""How long before the start the last reminder is of use: later, whoever comes is on their way."""
AHEAD: Final = dt.timedelta(days=2)
"""How long before its start an event is looked at; its first reminder is due later than that."""
UNCONFIRMED_A_DAY: Final = 3
"""How many texts a day go to a number that nobody has shown to be theirs: public forms take any."""


@dataclass(frozen=True, slots=True)
class Reminder:
    """One that is due at a moment, and of use until another. Whoever signed up later than it was due has just
    been told all that it says, and doesn't get it.
    """

    kind: Notice
    due_at: dt.datetime
    until: dt.datetime


def reminders(starts_at: dt.datetime, zone: str, hours: QuietHours) -> Iterator[Reminder]:
    """Those of an event, on its clocks; what quiet hours put off beyond its use is left out."""
    day = starts_at.astimezone(ZoneInfo(zone)).date()
    midnight = _at(day, dt.time(), zone)
    evening = _at(day - dt.timedelta(days=1), EVENING, zone)
    plan = (
        (Notice.DAY_BEFORE, evening, min(midnight, starts_at - USE)),
        (Notice.MORNING, _at(day, MORNING, zone), starts_at - USE),
    )
    for kind, moment, until in plan:
        due_at = quiet_until(moment, hours, (zone,)) or moment
        if due_at < until:
            yield Reminder(kind, due_at, until)


def _at(day: dt.date, time: dt.time, zone: str) -> dt.datetime:
    return dt.datetime.combine(day, time, ZoneInfo(zone)).astimezone(dt.UTC)
