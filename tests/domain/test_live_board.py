"""The four answers of the live board."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.live_board import (
    Caller,
    Finish,
    Lawful,
    Pace,
    Sign,
    Working,
    forecast,
    hours_end,
    is_lawful,
    is_working,
    needs,
    talk_every,
)
from dialer.domain.quiet_hours import QuietHours

NOW = dt.datetime(2026, 5, 7, 18, 0, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
NINE = NOW + 2 * HOUR


def pace(attempts: int, talks: int = 0, over: dt.timedelta = HOUR) -> Pace:
    return Pace(attempts, talks, over)


@pytest.mark.parametrize(
    ("state", "about", "verdict"),
    [
        ("active", {}, Lawful.YES),
        ("active", {"quiet": True}, Lawful.QUIET),
        ("active", {"hours_off": True}, Lawful.HOURS_OFF),
        ("active", {"hours_off": True, "demo": True}, Lawful.REHEARSAL),
        ("active", {"demo": True}, Lawful.YES),
        ("active", {"all_paused": True, "quiet": True}, Lawful.ALL_PAUSED),
        ("paused", {"all_paused": True}, Lawful.PAUSED),
        ("draft", {}, Lawful.DRAFT),
        ("ended", {"quiet": True}, Lawful.ENDED),
    ],
)
def test_lawful(state: str, about: dict[str, bool], verdict: Lawful) -> None:
    rest = {"all_paused": False, "demo": False, "hours_off": False, "quiet": False}
    assert is_lawful(state, **{**rest, **about}) is verdict


@pytest.mark.parametrize(
    ("lately", "before", "callers", "verdict"),
    [
        (pace(100, 30), pace(100, 31), 4, Working.YES),
        (pace(100, 12), pace(100, 31), 4, Working.SLOW),
        (pace(10, 1), pace(100, 31), 4, Working.YES),
        (pace(30, 0), pace(0, 0), 4, Working.NO_TALKS),
        (pace(5, 0), pace(0, 0), 4, Working.STARTING),
        (pace(0, 0), pace(100, 31), 4, Working.STARTING),
        (pace(100, 30), pace(100, 31), 0, Working.NOBODY_CALLING),
    ],
)
def test_working(lately: Pace, before: Pace, callers: int, verdict: Working) -> None:
    assert is_working(lately, before, callers) is verdict


def test_a_talk_every_so_often_for_each_caller() -> None:
    assert talk_every(pace(100, 30), 1) == dt.timedelta(minutes=2)
    assert talk_every(pace(100, 30), 4) == dt.timedelta(minutes=8)
    assert talk_every(pace(100, 0), 4) is None


def test_one_lucky_call_says_nothing_about_the_pace() -> None:
    assert talk_every(pace(1, 1), 1) is None


@pytest.mark.parametrize(
    ("left", "lately", "callers", "end", "finish"),
    [
        (0, pace(0), 0, NINE, Finish.DONE),
        (100, pace(400), 8, NINE, Finish.YES),
        (100, pace(400), 8, None, Finish.YES),
        (800, pace(400), 8, NINE, Finish.CLOSE),
        (4000, pace(400), 8, NINE, Finish.NO),
        (4000, pace(19), 8, NINE, Finish.TOO_EARLY),
        (4000, pace(400, over=dt.timedelta(minutes=29)), 8, NINE, Finish.TOO_EARLY),
        (4000, pace(400), 0, NINE, Finish.TOO_EARLY),
    ],
)
def test_finish(left: int, lately: Pace, callers: int, end: dt.datetime | None, finish: Finish) -> None:
    assert forecast(left, lately, callers, NOW, end).finish is finish


def test_says_what_would_be_left_and_how_many_more_callers_would_do() -> None:
    outlook = forecast(1600, pace(400), 8, NOW, NINE)
    assert outlook.left_over == 800
    assert outlook.more_callers == 8


@given(
    left=st.integers(1, 100_000),
    attempts=st.integers(20, 5_000),
    callers=st.integers(1, 300),
    hours=st.floats(0.1, 12),
)
def test_more_callers_would_do_it_and_bounds_are_in_order(
    left: int, attempts: int, callers: int, hours: float
) -> None:
    end = NOW + dt.timedelta(hours=hours)
    outlook = forecast(left, pace(attempts), callers, NOW, end)
    assert outlook.first is not None
    assert outlook.last is not None
    assert NOW < outlook.first <= outlook.last
    if outlook.finish is Finish.NO:
        assert 1 <= outlook.left_over <= left
        enough = callers + outlook.more_callers
        assert attempts * hours * enough / callers >= left * 0.999


@pytest.mark.parametrize(
    ("hour", "start", "end", "until"),
    [
        (18, "21:00", "09:00", dt.datetime(2026, 5, 7, 20, 0, tzinfo=dt.UTC)),
        (22, "21:00", "09:00", dt.datetime(2026, 5, 8, 20, 0, tzinfo=dt.UTC)),
        (3, "21:00", "09:00", dt.datetime(2026, 5, 7, 20, 0, tzinfo=dt.UTC)),
        (18, "12:00", "13:00", dt.datetime(2026, 5, 8, 11, 0, tzinfo=dt.UTC)),
        (18, "09:00", "09:00", None),
    ],
)
def test_when_the_time_for_calls_ends(hour: int, start: str, end: str, until: dt.datetime | None) -> None:
    """London is an hour ahead in May."""
    hours = QuietHours(dt.time.fromisoformat(start), dt.time.fromisoformat(end))
    assert hours_end(NOW.replace(hour=hour), hours, "Europe/London") == until


def caller(**about: object) -> Caller:
    return Caller(**{"id": uuid.uuid4(), "name": "Vic", "state": "assigned", "last_seen_at": NOW, **about})


def minutes(count: float) -> dt.datetime:
    return NOW - dt.timedelta(minutes=count)


@pytest.mark.parametrize(
    ("about", "sign"),
    [
        ({}, None),
        ({"held_up_since": minutes(3)}, Sign.HELD_UP),
        ({"held_up_since": minutes(3), "state": "paused"}, Sign.HELD_UP),
        ({"last_seen_at": minutes(11)}, Sign.SILENT),
        ({"last_seen_at": minutes(11), "state": "paused"}, None),
        ({"looking_since": minutes(12)}, Sign.LONG_LOOK),
        ({"looking_since": minutes(9)}, None),
        ({"refusals": 4, "refused_at": minutes(1)}, Sign.REFUSALS),
        ({"refusals": 3, "refused_at": minutes(1)}, None),
    ],
)
def test_signs(about: dict[str, object], sign: Sign | None) -> None:
    found = needs([caller(**about)], NOW)
    assert [need.sign for need in found] == ([sign] if sign else [])


def test_the_longest_wait_comes_first() -> None:
    short, long = caller(held_up_since=minutes(2)), caller(last_seen_at=minutes(30))
    assert [need.caller for need in needs([short, long], NOW)] == [long, short]
