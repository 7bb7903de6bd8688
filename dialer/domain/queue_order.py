"""In what order numbers are called: callbacks that are due, expired ones, retries, then fresh ones.

Each rank is a line, fresh numbers wait in ten: what a campaign's policy makes of them is folded into the
line when the queue is planned, so that a claim reads the first row of an index and reckons nothing.

The queue holds numbers, not people: a household is called once and shown whole.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from dialer.domain.retry import Standing, Turn


class Rank(IntEnum):
    """The order among numbers that are due; lower goes first."""

    CALLBACK = 0
    EXPIRED = 10
    RETRY = 20
    FRESH = 100
    """Never tried; the first of `FRESH_LINES`, which hold them by points."""
    LATER = 200
    """What comes after fresh numbers: retries where a campaign wants that, and whoever comes back."""


FRESH_LINES: Final = 10
LINES: Final = tuple(
    sorted({*(int(rank) for rank in Rank), *(Rank.FRESH + nth for nth in range(FRESH_LINES))})
)
"""Every line, in the order in which they are looked at."""


def rank_of(line: int) -> Rank:
    """The rank that a line belongs to."""
    return Rank.FRESH if Rank.FRESH <= line < Rank.FRESH + FRESH_LINES else Rank(line)


QUEUE_STATES: Final = ("waiting", "held", "done", "out")
CALLBACK_GRACE: Final = dt.timedelta(minutes=10)
"""How long a callback waits for the volunteer who promised it, while they are there."""


@dataclass(frozen=True, slots=True)
class Place:
    """A number's place in the queue; without `due_at` it is due at once."""

    rank: Rank
    due_at: dt.datetime | None = None
    reserved_for: str | None = None
    language: str = ""
    """That of whoever waits there (`domain.languages`)."""


def place(
    people: Sequence[Standing], number: str, last_called_at: dt.datetime | None, gap: dt.timedelta
) -> Place | None:
    """Where a number stands, given everybody on it; None when nobody there is to be called on it any more.

    After a result the number rests for the campaign's gap before the next person there has their turn
    (contract §6); a promised callback doesn't wait for that.
    """
    waiting = [person for person in people if not person.over and person.number == number]
    places = [_place_of(person, last_called_at, gap) for person in waiting]
    return min(places, key=_soonest, default=None)


def _place_of(person: Standing, last_called_at: dt.datetime | None, gap: dt.timedelta) -> Place:
    if person.turn is Turn.CALLBACK:
        return Place(Rank.CALLBACK, person.due_at, person.asked_by)
    if last_called_at is None and person.turn is Turn.FRESH:
        return Place(Rank.FRESH)
    rested = last_called_at + gap if last_called_at else None
    moments = [moment for moment in (person.due_at, rested) if moment]
    return Place(Rank.RETRY, max(moments))


def _soonest(place: Place) -> tuple[float, int]:
    return (place.due_at.timestamp() if place.due_at else 0.0, place.rank)
