"""Events: what may be said of one, week by week, who has room."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.errors import ValidationFailed
from dialer.domain.event import (
    PLACES_MOST,
    REASON_LONGEST,
    Span,
    clean_reason,
    faults,
    faults_of_times,
    fits,
    move_up,
    weekly,
)

LONDON = "Europe/London"
NOW = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


@pytest.mark.parametrize(
    ("said", "pointers"),
    [
        (("Ring round", "The hall", None, None, None), []),
        (("Ring round", "Online", 12, "W07000041", "mv3 4qt"), []),
        (("Ring round", "Online", 12, None, "MV3"), []),
        (("  ", "", 0, "Cardiff", "ring me"), ["/title", "/place", "/capacity", "/seat_code", "/postcode"]),
        (("a" * 121, "b" * 301, 100_001, None, None), ["/title", "/place", "/capacity"]),
    ],
)
def test_what_may_be_said(
    said: tuple[str, str, int | None, str | None, str | None], pointers: list[str]
) -> None:
    assert [fault.pointer for fault in faults(*said)] == pointers


@pytest.mark.parametrize(
    ("starts_in", "lasts", "pointers"),
    [
        (HOUR, HOUR, []),
        (dt.timedelta(0), HOUR, ["/starts_at"]),
        (HOUR, dt.timedelta(0), ["/ends_at"]),
        (HOUR, -HOUR, ["/ends_at"]),
        (HOUR, dt.timedelta(days=8), ["/ends_at"]),
        (dt.timedelta(days=800), HOUR, ["/starts_at"]),
    ],
)
def test_when_it_may_be(starts_in: dt.timedelta, lasts: dt.timedelta, pointers: list[str]) -> None:
    span = Span(NOW + starts_in, NOW + starts_in + lasts)
    assert [fault.pointer for fault in faults_of_times(span, NOW)] == pointers


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


def test_six_o_clock_stays_six_o_clock_when_clocks_change() -> None:
    spans = weekly(Span(at("2026-03-23T18:00"), at("2026-03-23T20:00")), LONDON, 3)
    assert [one.starts_at for one in spans] == [
        at("2026-03-23T18:00"),
        at("2026-03-30T17:00"),
        at("2026-04-06T17:00"),
    ]
    assert {one.ends_at - one.starts_at for one in spans} == {2 * HOUR}


def test_one_in_the_hour_that_is_jumped_over_is_an_hour_later() -> None:
    spans = weekly(Span(at("2026-03-22T01:30"), at("2026-03-22T03:00")), LONDON, 2)
    assert spans[1] == Span(at("2026-03-29T01:30"), at("2026-03-29T02:00"))


moments = st.datetimes(dt.datetime(2026, 1, 1), dt.datetime(2027, 12, 31), timezones=st.just(dt.UTC))  # noqa: DTZ001


@given(moments, st.sampled_from([LONDON, "America/New_York", "UTC"]), st.integers(1, 26))
def test_each_shows_the_same_time_a_week_on(start: dt.datetime, zone: str, weeks: int) -> None:
    spans = weekly(Span(start, start + HOUR), zone, weeks)
    assert len(spans) == weeks
    walls = [one.starts_at.astimezone(ZoneInfo(zone)).replace(tzinfo=None) for one in spans]
    for week, wall in enumerate(walls):
        off = wall - walls[0] - dt.timedelta(weeks=week)
        assert off in {dt.timedelta(0), HOUR}  # an hour where clocks jump over it


@given(st.lists(st.integers(1, PLACES_MOST), max_size=12), st.none() | st.integers(1, 20), st.integers(0, 20))
def test_nobody_moves_up_where_there_is_no_room(line: list[int], capacity: int | None, taken: int) -> None:
    waiting = list(enumerate(line))
    moved = move_up(waiting, capacity, taken)
    assert moved == sorted(moved)
    for who, places in waiting:
        taken += places if who in moved else 0
    if capacity is None:
        assert moved == [who for who, _ in waiting]
    else:
        assert not moved or taken <= capacity
        left = [places for who, places in waiting if who not in moved]
        assert not any(fits(places, capacity, taken) for places in left)


@pytest.mark.parametrize(
    ("given_reason", "kept"),
    [
        ("", None),
        (" . ", None),
        ("The hall\n is flooded.", "The hall is flooded"),
        ("x" * REASON_LONGEST, "x" * REASON_LONGEST),
    ],
)
def test_a_reason_is_one_line(given_reason: str, kept: str | None) -> None:
    assert clean_reason(given_reason) == kept


@given(st.text(max_size=REASON_LONGEST))
def test_a_reason_is_kept_as_it_was_cleaned(reason: str) -> None:
    kept = clean_reason(reason)
    assert kept is None or (clean_reason(kept) == kept and len(kept) <= REASON_LONGEST)


def test_a_reason_fits_into_a_text() -> None:
    with pytest.raises(ValidationFailed) as refused:
        clean_reason("x" * (REASON_LONGEST + 1))
    assert refused.value.errors[0].pointer == "/reason"
