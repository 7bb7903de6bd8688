"""How fast an import goes, and what is left of it."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.importing.pace import Pace, pace_of

START = dt.datetime(2026, 4, 20, 18, tzinfo=dt.UTC)


def after(seconds: float) -> dt.datetime:
    return START + dt.timedelta(seconds=seconds)


def test_a_quarter_in_ten_seconds_leaves_thirty():
    assert pace_of(25_000, 0.25, START, after(10)) == Pace(2_500.0, 30.0)


def test_nothing_is_said_too_early():
    assert pace_of(0, 0.0, None, START) == Pace(None, None)
    assert pace_of(5_000, 0.5, START, after(0.9)) == Pace(None, None)
    assert pace_of(5_000, 0.01, START, after(5)) == Pace(1_000.0, None)


def test_a_clock_that_went_back_says_nothing():
    assert pace_of(5_000, 0.5, START, after(-60)) == Pace(None, None)


def test_while_a_sheet_is_written_out_there_is_no_rate_yet():
    assert pace_of(0, 0.25, START, after(10)) == Pace(None, 30.0)


@given(st.integers(1, 10_000_000), st.floats(0.02, 1.0), st.floats(1.0, 100_000.0))
def test_at_an_even_pace_spent_and_left_are_the_whole(rows: int, progress: float, spent: float):
    pace = pace_of(rows, progress, START, after(spent))
    assert pace.left_s is not None
    assert pace.left_s >= 0
    assert (spent + pace.left_s) * progress == pytest.approx(spent, rel=1e-3, abs=1e-5)
