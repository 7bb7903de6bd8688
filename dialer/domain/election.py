"""The polling day: its hours on the clocks of its own zone."""

from __future__ import annotations

import datetime as dt
import enum
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from dialer.domain.errors import FieldError, ValidationFailed
from dialer.domain.quiet_hours import is_zone

YEARS: Final = range(1900, 2201)
"""What the calendar can be counted in, on the clocks of every zone; another year is a slip of the pen."""


class Phase(enum.StrEnum):
    """Where we are in an election."""

    UNDATED = "undated"
    BEFORE = "before"
    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class PollingDay:
    """When people can vote, in wall times of `timezone`; at `closes_at` the polls are shut."""

    polling_on: dt.date | None
    opens_at: dt.time
    closes_at: dt.time
    timezone: str

    def at(self, wall: dt.time) -> dt.datetime | None:
        """The instant of a wall time on polling day, in UTC; None while the day isn't known."""
        if self.polling_on is None:
            return None
        local = dt.datetime.combine(self.polling_on, wall, ZoneInfo(self.timezone))
        return local.astimezone(dt.UTC)

    def phase(self, now: dt.datetime) -> Phase:
        """Whether the polls are still to open, open, or closed."""
        opens, closes = self.at(self.opens_at), self.at(self.closes_at)
        if opens is None or closes is None:
            return Phase.UNDATED
        if now < opens:
            return Phase.BEFORE
        return Phase.OPEN if now < closes else Phase.CLOSED


def check_polling_day(day: PollingDay) -> None:
    """Refuse a zone nobody knows, a day of no calendar, and polls that close before they open."""
    faults = []
    if day.polling_on is not None and day.polling_on.year not in YEARS:
        faults.append(FieldError("/polling_on", "This can’t be the year. Look again."))
    if not is_zone(day.timezone):
        faults.append(FieldError("/timezone", "This is no time zone such as Europe/London."))
    if day.opens_at >= day.closes_at:
        faults.append(FieldError("/closes_at", "Polls close after they open, on the same day."))
    if faults:
        raise ValidationFailed(errors=faults)
