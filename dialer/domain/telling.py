"""Rules of the tellers' desk: whether marks count yet, and when they are taken to have been noted."""

from __future__ import annotations

import datetime as dt
import enum

from dialer.domain.election import Phase, PollingDay
from dialer.domain.turnout import seen_at

UNDO_WITHIN = dt.timedelta(hours=24)
"""So long a teller takes back a mark of their own; later a coordinator does."""

LATE_MARKS = dt.timedelta(hours=24)
"""So long after the polls close a phone that was out of reach may still bring what it kept."""


OLDEST = dt.timedelta(days=366)
"""A time longer ago than this is a broken clock's: where the polling day isn't known, it counts as so old."""


class Outcome(enum.StrEnum):
    """What became of one mark, as its teller is told."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    UNKNOWN = "unknown"
    HELD = "held"
    UNDONE = "undone"
    """It was taken back since it first came."""


def is_practice(day: PollingDay, now: dt.datetime) -> bool:
    """Whether a teller's marks are only tried out: before the polls open nobody has voted. Where nobody has
    said when that is, they count.
    """
    return day.phase(now) is Phase.BEFORE


def noted_at(at: dt.datetime | None, now: dt.datetime, day: PollingDay) -> dt.datetime:
    """When a teller's mark counts from: its own time, kept within the hours of the polls and never later than
    now. A phone whose clock is wrong by a day moves nobody's vote to another day.
    """
    moment = max(seen_at(at, now), now - OLDEST)
    opens, closes = day.at(day.opens_at), day.at(day.closes_at)
    if opens is None or closes is None:
        return moment
    return min(max(moment, opens), closes, now)


def access_ends(day: PollingDay, now: dt.datetime) -> dt.datetime:
    """Until when a teller who joins now is let in: a day past the close of the polls, so that late marks
    still come; 30 days where the day isn't known. Who comes later than that is let in no more.
    """
    closes = day.at(day.closes_at)
    return now + dt.timedelta(days=30) if closes is None else closes + LATE_MARKS
