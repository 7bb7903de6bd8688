"""Turnout with bounds: what was seen ≤ the truth ≤ at most."""

from __future__ import annotations

import datetime as dt
import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.turnout_bounds import SLOT, Span, Telling, at_most, telling

SEVEN = dt.datetime(2026, 5, 7, 6, tzinfo=dt.UTC)
TEN = SEVEN + dt.timedelta(hours=15)
HOUR = 3600.0


def minutes(*places: float) -> list[dt.datetime]:
    return [SEVEN + dt.timedelta(minutes=place) for place in places]


@pytest.mark.parametrize(
    ("slots", "sheets", "until_minutes", "watched_minutes"),
    [
        ([], [], 60, 0),
        ([0], [], 60, 5),
        ([0, 20], [], 60, 25),  # a quarter of an hour between them
        ([0, 25], [], 60, 10),
        ([-30, -5], [], 60, 0),  # before the polls opened
        ([55], [], 57, 2),
        ([0], [(0, 40)], 60, 40),
        ([50], [(0, 40)], 60, 45),
        ([], [(0, 40), (30, 50)], 60, 50),
    ],
)
def test_for_how_long_a_box_was_watched(
    slots: list[float], sheets: list[tuple[float, float]], until_minutes: float, watched_minutes: float
) -> None:
    spans: list[Span] = [tuple(minutes(*span)) for span in sheets]  # type: ignore[misc]
    (until,) = minutes(until_minutes)
    box = telling(minutes(*slots), spans, SEVEN, until)
    assert box == Telling(until_minutes * 60, watched_minutes * 60)


@pytest.mark.parametrize(
    ("people", "seen", "box", "most"),
    [
        (1000, 0, Telling(0, 0), 0),
        (1000, 30, Telling(-60, 0), 30),  # by post, before the polls open
        (1000, 0, Telling(HOUR, 0), 120),
        (1000, 0, Telling(15 * HOUR, 0), 1000),
        (100, 0, Telling(HOUR, 0), 17),
        (0, 0, Telling(HOUR, 0), 0),
        (1000, 300, Telling(10 * HOUR, 10 * HOUR), 420),  # watched all day: a quarter wouldn't say
        (1000, 0, Telling(2 * HOUR, HOUR), 13),
    ],
)
def test_at_most(people: int, seen: int, box: Telling, most: int) -> None:
    assert at_most(people, seen, box) == most


PEOPLE = st.integers(0, 5000)
SECONDS = st.floats(0, 15 * HOUR)


@given(PEOPLE, PEOPLE, SECONDS, SECONDS, SECONDS)
def test_bounds_are_monotone(one: int, other: int, first: float, second: float, third: float) -> None:
    seen, people = sorted((one, other))
    watched, opened, longer = sorted((first, second, third))
    most = at_most(people, seen, Telling(opened, watched))
    assert seen <= most <= people
    assert at_most(people, seen, Telling(longer, watched)) >= most
    assert at_most(people, seen, Telling(longer, opened)) <= at_most(people, seen, Telling(longer, watched))
    assert at_most(people + 1, seen, Telling(opened, watched)) >= most
    if seen < people:
        assert at_most(people, seen + 1, Telling(opened, watched)) >= most


def _busy(hour: float, peaks: tuple[float, float, float]) -> float:
    """How busy a station is: before work, at noon, after work."""
    morning, noon, evening = peaks
    return (
        0.6
        + morning * math.exp(-((hour - 1.5) ** 2) / 2)
        + noon * math.exp(-((hour - 5.5) ** 2) / 3)
        + evening * math.exp(-((hour - 11) ** 2) / 5)
    )


def _day(chance: random.Random) -> tuple[int, int, int, int]:
    """A polling day up to some moment: people, voted, seen, and at most."""
    people = chance.randint(60, 3000)
    turnout = chance.uniform(0.25, 0.95)
    peaks = (chance.uniform(0, 0.6), chance.uniform(0, 0.4), chance.uniform(0, 0.7))
    weights = [_busy(minute / 60, peaks) for minute in range(900)]
    votes = chance.choices(range(900), weights, k=sum(chance.random() < turnout for _ in range(people)))
    until = chance.randint(30, 900)
    said = chance.uniform(0.75, 1)
    starts = [chance.uniform(-60, 900) for _ in range(chance.randint(0, 4))]
    shifts = [(start, start + chance.uniform(30, 300)) for start in starts]
    voted = [minute for minute in votes if minute < until]
    noted = [
        minute
        for minute in voted
        if any(start <= minute < end for start, end in shifts) and chance.random() < said
    ]
    per_slot = SLOT.total_seconds() / 60
    slots = minutes(*{minute - minute % per_slot for minute in noted})
    box = telling(slots, [], SEVEN, SEVEN + dt.timedelta(minutes=until))
    return people, len(voted), len(noted), at_most(people, len(noted), box)


def test_the_truth_of_simulated_days_lies_within_the_bounds() -> None:
    chance = random.Random(2026)
    days = [_day(chance) for _ in range(1000)]
    within = [seen <= voted <= most for _, voted, seen, most in days]
    assert sum(within) >= 0.95 * len(days)
    said = [1 - (most - seen) / people for people, _, seen, most in days]
    assert sum(said) / len(said) > 0.4  # and they aren't so wide that they say nothing
