"""What counts of an election's timetable, and what of it comes next."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.election import PollingDay
from dialer.domain.errors import ValidationFailed
from dialer.domain.timetable import (
    ANYWHERE,
    ENTERABLE,
    KINDS,
    NATIONS_OF,
    Due,
    Entered,
    Milestone,
    Source,
    check_entered,
    check_kind,
    days_left,
    timetable,
    upcoming,
)

ZONE = "Europe/London"
MAY = dt.date(2026, 5, 7)
DAY = PollingDay(MAY, dt.time(7), dt.time(22), ZONE)
POSTAL = Due(dt.date(2026, 4, 21), dt.time(17), Source.LAW)
PROXY = Due(dt.date(2026, 4, 28), dt.time(17), Source.LAW)
USUAL = {Milestone.PROXY_APPLICATION: PROXY, Milestone.POSTAL_APPLICATION: POSTAL}


def utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(f"{text}+00:00")


def by_hand(on: dt.date | None, time: dt.time | None = None) -> Entered:
    return Entered(on, time, utc("2026-03-01T12:00:00"), None)


def test_the_lines_stand_by_date_and_end_with_the_close_of_polls() -> None:
    lines = timetable(DAY, USUAL, {})
    assert [line.milestone for line in lines] == ["postal_application", "proxy_application", "polling"]
    assert lines[-1].due == Due(MAY, dt.time(22), Source.HAND)


def test_what_was_entered_by_hand_counts_and_the_usual_date_stays_beside_it() -> None:
    entered = {Milestone.POSTAL_APPLICATION: by_hand(dt.date(2026, 4, 30))}
    lines = timetable(DAY, USUAL, entered)
    assert [line.milestone for line in lines] == ["proxy_application", "postal_application", "polling"]
    assert lines[1].due == Due(dt.date(2026, 4, 30), None, Source.HAND)
    assert lines[1].usual == POSTAL


def test_what_is_said_not_to_be_has_no_date_and_stands_last() -> None:
    lines = timetable(DAY, USUAL, {Milestone.POSTAL_APPLICATION: by_hand(None)})
    assert lines[-1].milestone is Milestone.POSTAL_APPLICATION
    assert lines[-1].due is None


def test_where_no_law_is_known_the_lines_wait_to_be_filled_in() -> None:
    lines = timetable(PollingDay(None, dt.time(7), dt.time(22), ZONE), {}, {})
    assert tuple(line.milestone for line in lines) == ANYWHERE
    assert {line.due for line in lines} == {None}
    assert upcoming(lines, ZONE, utc("2026-04-01T12:00:00")) is None


@pytest.mark.parametrize(
    ("now", "following"),
    [
        ("2026-04-01T12:00:00", "postal_application"),
        ("2026-04-21T15:59:59", "postal_application"),  # 4:59:59 pm, British Summer Time
        ("2026-04-21T16:00:00", "proxy_application"),
        ("2026-04-28T16:00:00", "polling"),
        ("2026-05-07T20:59:59", "polling"),
        ("2026-05-07T21:00:00", None),
    ],
)
def test_the_next_line_is_the_first_that_is_not_over(now: str, following: str | None) -> None:
    found = upcoming(timetable(DAY, USUAL, {}), ZONE, utc(now))
    assert (found and found.milestone) == following


def test_a_day_without_a_time_lasts_until_midnight_there() -> None:
    due = Due(dt.date(2026, 3, 28), None, Source.ESTIMATE)
    assert due.ends_at(ZONE) == utc("2026-03-29T00:00:00")
    assert due.ends_at("Asia/Tokyo") == utc("2026-03-28T15:00:00")
    night_of_the_change = Due(dt.date(2026, 3, 29), None, Source.ESTIMATE)
    assert night_of_the_change.ends_at(ZONE) == utc("2026-03-29T23:00:00")


@pytest.mark.parametrize(
    ("now", "days"),
    [
        ("2026-04-20T22:59:59", 1),
        ("2026-04-20T23:00:00", 0),  # midnight in London
        ("2026-04-21T22:59:59", 0),
        ("2026-04-21T23:00:00", -1),
    ],
)
def test_days_are_those_of_the_calendar_there(now: str, days: int) -> None:
    assert days_left(POSTAL, ZONE, utc(now)) == days


@pytest.mark.parametrize(
    ("kind", "nation", "settled"),
    [
        (None, None, None),
        ("local", "wales", "wales"),
        ("senedd", None, "wales"),
        ("scottish_parliament", "scotland", "scotland"),
        ("police_commissioner", "wales", "wales"),
    ],
)
def test_a_kind_goes_with_its_nation(kind: str | None, nation: str | None, settled: str | None) -> None:
    assert check_kind(kind, nation) == settled


@pytest.mark.parametrize(
    ("kind", "nation", "pointer"),
    [
        (None, "wales", "/kind"),
        ("local", None, "/nation"),
        ("senedd", "england", "/nation"),
        ("police_commissioner", None, "/nation"),
        ("police_commissioner", "scotland", "/nation"),
    ],
)
def test_a_kind_refuses_a_nation_without_such_elections(
    kind: str | None, nation: str | None, pointer: str
) -> None:
    with pytest.raises(ValidationFailed) as refused:
        check_kind(kind, nation)
    assert [fault.pointer for fault in refused.value.errors] == [pointer]


def test_every_kind_is_held_somewhere() -> None:
    assert all(NATIONS_OF[kind] for kind in KINDS)


@pytest.mark.parametrize(
    ("on", "time", "polling_on"),
    [
        (None, dt.time(17), MAY),
        (dt.date(2026, 5, 8), None, MAY),
        (dt.date(2024, 5, 6), None, MAY),
        (dt.date(1, 1, 1), None, None),
        (dt.date(9999, 12, 31), None, None),
    ],
)
def test_a_date_that_cannot_be_is_refused(
    on: dt.date | None, time: dt.time | None, polling_on: dt.date | None
) -> None:
    with pytest.raises(ValidationFailed) as refused:
        check_entered(on, time, polling_on)
    assert [fault.pointer for fault in refused.value.errors] == ["/due_on"]


@pytest.mark.parametrize("on", [None, MAY, dt.date(2024, 5, 8)])
def test_a_date_up_to_polling_day_is_taken(on: dt.date | None) -> None:
    check_entered(on, None, MAY)


dates = st.dates(dt.date(2024, 6, 1), MAY)
times = st.none() | st.times().map(lambda at: at.replace(second=0, microsecond=0))
usual = st.dictionaries(st.sampled_from(ENTERABLE), st.builds(Due, dates, times, st.just(Source.LAW)))
entered = st.dictionaries(st.sampled_from(ENTERABLE), st.builds(by_hand, st.none() | dates))
moments = dates.flatmap(
    lambda day: st.times(timezones=st.just(dt.UTC)).map(lambda at: dt.datetime.combine(day, at))
)


@given(usual, entered, moments)
def test_lines_are_in_order_each_once_and_nothing_before_the_next_is_still_to_come(
    by_law: dict[Milestone, Due], hand: dict[Milestone, Entered], now: dt.datetime
) -> None:
    lines = timetable(DAY, by_law, hand)
    named = [line.milestone for line in lines]
    assert len(named) == len(set(named))
    assert set(named) >= {*by_law, *hand, Milestone.POLLING}
    days = [line.due.on if line.due else dt.date.max for line in lines]
    assert days == sorted(days)
    found = upcoming(lines, ZONE, now)
    left = [line.due.ends_at(ZONE) for line in lines if line.due and line.due.ends_at(ZONE) > now]
    assert (found is not None and found.due is not None and found.due.ends_at(ZONE)) == (
        min(left) if left else False
    )
