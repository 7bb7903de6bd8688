"""Turnout with bounds: what was seen ≤ the truth ≤ at most."""

from __future__ import annotations

import datetime as dt
import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.turnout_bounds import NO_POST, SLOT, Post, Span, Telling, at_most, missed_at_most, telling

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


@pytest.mark.parametrize(
    ("people", "seen", "box", "post", "bounds"),
    [
        (1000, 0, Telling(0, 0), Post(unseen=250), (250, 0)),  # all may have voted before the polls opened
        (1000, 200, Telling(0, 0), Post(unseen=50, listed=200), (250, 0)),
        (1000, 0, Telling(0, 0), Post(0, 1000, 1000), (329, 0)),
        (10, 0, Telling(0, 0), Post(0, 2, 2), (2, 0)),
        (1000, 300, Telling(0, 0), Post(0, 1000, 700, 300, 300), (329, 0)),
        (1000, 400, Telling(0, 0), Post(0, 1000, 600, 400, 400), (400, 0)),
        (1000, 0, Telling(HOUR, 0), Post(unseen=250), (370, 120)),
        (1000, 200, Telling(2 * HOUR, HOUR), Post(listed=200), (213, 13)),  # it says nothing of a rush
        (100, 90, Telling(HOUR, 0), Post(unseen=10), (100, 10)),
    ],
)
def test_votes_by_post_may_be_in_before_the_polls_open(
    people: int, seen: int, box: Telling, post: Post, bounds: tuple[int, int]
) -> None:
    assert (at_most(people, seen, box, post), missed_at_most(people, seen, box, post)) == bounds


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


@given(PEOPLE, PEOPLE, SECONDS, SECONDS, st.lists(st.integers(0, 1000), min_size=5, max_size=5))
def test_bounds_with_votes_by_post_are_no_narrower_than_what_is_known(
    one: int, other: int, first: float, second: float, drawn: list[int]
) -> None:
    seen, people = sorted((one, other))
    watched, opened = sorted((first, second))
    unseen, unknown_unseen = min(drawn[0], people - seen), min(drawn[1], max(0, people - seen - drawn[0]))
    listed = min(drawn[2], seen)
    unknown_listed = min(drawn[3], listed)
    post = Post(unseen, unknown_unseen + unknown_listed, unknown_unseen, unknown_listed, listed)
    box = Telling(opened, watched)
    most = at_most(people, seen, box, post)
    assert seen + unseen <= most <= people
    assert 0 <= missed_at_most(people, seen, box, post) <= most - seen
    if unseen:  # one more of them seen on the list, and the bound is as it was
        listed_too = Post(unseen - 1, post.unknown, unknown_unseen, unknown_listed, listed + 1)
        assert at_most(people, seen + 1, box, listed_too) == most
    assert at_most(people, seen, box, Post(listed=listed)) <= at_most(people, seen, box, NO_POST)


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
    post_share = chance.uniform(0, 1 / 3)
    turnout = chance.uniform(0.25, 0.95)
    peaks = (chance.uniform(0, 0.6), chance.uniform(0, 0.4), chance.uniform(0, 0.7))
    weights = [_busy(minute / 60, peaks) for minute in range(900)]
    by_post = sum(chance.random() < post_share for _ in range(people))
    posted = sum(chance.random() < 0.9 for _ in range(by_post))
    asked = chance.random()  # so many of them told us that they vote by post, or how else
    returned = chance.choice((0.0, chance.random()))  # so many of them stand on the list
    there = people - by_post
    votes = chance.choices(range(900), weights, k=sum(chance.random() < turnout for _ in range(there)))
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
    listed = [chance.random() < asked for _ in range(posted) if chance.random() < returned]
    known_unseen = sum(chance.random() < asked for _ in range(by_post - len(listed)))
    noted_unknown = sum(chance.random() >= asked for _ in noted)
    unknown_listed = listed.count(False)
    others_unseen = sum(chance.random() >= asked for _ in range(there - len(noted)))
    unknown_unseen = by_post - len(listed) - known_unseen + others_unseen
    unknown = unknown_unseen + unknown_listed + noted_unknown
    post = Post(known_unseen, unknown, unknown_unseen, unknown_listed, len(listed))
    seen = len(noted) + len(listed)
    return people, len(voted) + posted, seen, at_most(people, seen, box, post)


def test_the_truth_of_simulated_days_lies_within_the_bounds() -> None:
    chance = random.Random(2026)
    days = [_day(chance) for _ in range(1000)]
    within = [seen <= voted <= most for _, voted, seen, most in days]
    assert sum(within) >= 0.95 * len(days)
    said = [1 - (most - seen) / people for people, _, seen, most in days]
    assert sum(said) / len(said) > 0.3  # and they aren't so wide that they say nothing
