"""When tellers' marks count, and from when."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.election import PollingDay
from dialer.domain.telling import OLDEST, access_ends, is_practice, noted_at

DAY = PollingDay(dt.date(2026, 5, 7), dt.time(7), dt.time(22), "Europe/London")
UNDATED = PollingDay(None, dt.time(7), dt.time(22), "Europe/London")
MOMENTS = st.integers(0, 13 * 86_400).map(
    lambda seconds: dt.datetime(2026, 5, 1, tzinfo=dt.UTC) + dt.timedelta(seconds=seconds)
)


def at(hour: int, minute: int = 0, day: int = 7) -> dt.datetime:
    """A moment in May, in UTC: an hour before the clocks of London."""
    return dt.datetime(2026, 5, day, hour, minute, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("day", "now", "practice"),
    [
        (DAY, at(20, day=6), True),
        (DAY, at(5, 59), True),
        (DAY, at(6), False),
        (DAY, at(21), False),
        (UNDATED, at(12, day=1), False),
    ],
)
def test_before_the_polls_open_it_is_practice(day: PollingDay, now: dt.datetime, practice: bool) -> None:
    assert is_practice(day, now) is practice


@pytest.mark.parametrize(
    ("said", "now", "counted"),
    [
        (None, at(12), at(12)),
        (at(11), at(12), at(11)),
        (at(13), at(12), at(12)),
        (at(11, day=6), at(12), at(6)),  # a clock that is a day behind
        (at(11, day=8), at(12), at(12)),  # or ahead
        (at(20, 59), at(9, day=8), at(20, 59)),  # a phone that was out of reach till morning
        (at(23), at(9, day=8), at(21)),
    ],
)
def test_a_mark_is_of_the_hours_of_the_polls(
    said: dt.datetime | None, now: dt.datetime, counted: dt.datetime
) -> None:
    assert noted_at(said, now, DAY) == counted


def test_where_the_day_is_not_known_its_own_time_stands() -> None:
    assert noted_at(at(11, day=1), at(12), UNDATED) == at(11, day=1)


@pytest.mark.parametrize("day", [DAY, UNDATED])
def test_the_oldest_time_there_is_is_a_broken_clocks(day: PollingDay) -> None:
    counted = noted_at(dt.datetime.min.replace(tzinfo=dt.UTC), at(12), day)
    assert counted == (at(6) if day is DAY else at(12) - OLDEST)


@given(said=st.none() | MOMENTS, now=MOMENTS)
def test_never_later_than_now_nor_out_of_the_day(said: dt.datetime | None, now: dt.datetime) -> None:
    counted = noted_at(said, now, DAY)
    assert counted <= now
    assert counted == now or at(6) <= counted <= at(21)


@given(now=MOMENTS)
def test_who_joins_is_let_in_until_late_marks_have_come(now: dt.datetime) -> None:
    assert access_ends(DAY, now) == at(21, day=8), "whenever they join"
    assert access_ends(UNDATED, now) > now
