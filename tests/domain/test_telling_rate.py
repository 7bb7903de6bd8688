"""Which marks of one teller are too many for their time."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.telling_rate import (
    CLOCKS_APART,
    HOUR_MOST,
    MINUTE_MOST,
    held_beyond,
    is_before_joining,
    link_most,
    too_fast,
)

NOON = dt.datetime(2026, 5, 7, 12, tzinfo=dt.UTC)


def every(seconds: float, count: int, start: float = 0) -> list[dt.datetime]:
    return [NOON + dt.timedelta(seconds=start + seconds * place) for place in range(count)]


@pytest.mark.parametrize(
    ("marks", "held"),
    [
        ([], 0),
        (every(0, 60), 0),
        (every(0, 61), 1),
        (every(0, 500), 440),
        (every(0, 60) + every(0, 60, start=60), 0),
        (every(0, 60) + every(0, 60, start=59.9), 60),
        (list(reversed(every(0.5, 200))), 140),
        (every(27, 400), 0),  # three hours without a network
        (every(6, 600), 0),
        (every(5.9, 601), 1),
        (every(4.5, 800), 200),
    ],
)
def test_how_many_are_held(marks: list[dt.datetime], held: int) -> None:
    assert sum(too_fast([], marks)) == held


def test_what_was_noted_before_counts_with_what_comes() -> None:
    assert too_fast(every(0.5, 60), every(0, 2, start=20)) == [True, True]
    assert too_fast(every(0.5, 58), every(0, 2, start=20)) == [False, False]
    assert too_fast(every(0.5, 60), every(0, 1, start=3600)) == [False]


TIMES = st.lists(st.integers(0, 300).map(lambda seconds: NOON + dt.timedelta(seconds=seconds)), max_size=200)


@given(TIMES, TIMES)
def test_whatever_the_order_no_minute_lets_more_through(
    before: list[dt.datetime], marks: list[dt.datetime]
) -> None:
    held = too_fast(before, marks)
    passed = sorted(at for at, too_many in zip(marks, held, strict=True) if not too_many)
    for first in passed:
        within = [at for at in passed if first <= at < first + dt.timedelta(minutes=1)]
        assert len(within) <= MINUTE_MOST
    assert len(passed) <= HOUR_MOST


@given(TIMES, st.integers(0, 200))
def test_a_list_sent_in_two_parts_is_judged_as_one(marks: list[dt.datetime], first: int) -> None:
    parts = too_fast([], marks[:first]) + too_fast(marks[:first], marks[first:])
    assert parts == too_fast([], marks)


@pytest.mark.parametrize(
    ("districts", "most"), [(0, 3_000), (1, 1_200), (2, 1_200), (4, 2_400), (5, 3_000), (60, 3_000)]
)
def test_how_many_come_by_one_link(districts: int, most: int) -> None:
    assert link_most(districts) == most


def test_nobody_saw_a_vote_before_they_joined() -> None:
    assert is_before_joining(NOON - CLOCKS_APART - dt.timedelta(seconds=1), NOON)
    assert not is_before_joining(NOON - CLOCKS_APART, NOON)


@given(st.lists(st.booleans(), max_size=50), st.integers(-5, 60))
def test_the_first_count_as_long_as_there_is_room(held: list[bool], room: int) -> None:
    judged = held_beyond(held, room)
    assert judged.count(False) == min(held.count(False), max(0, room))
    assert all(after for before, after in zip(held, judged, strict=True) if before)
    counting = [after for before, after in zip(held, judged, strict=True) if not before]
    assert counting == sorted(counting)
