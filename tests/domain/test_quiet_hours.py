"""Wall time decides, through midnight and through every change of the clocks."""

import datetime as dt
from zoneinfo import ZoneInfo

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import timezone as number_zones

from dialer.domain.quiet_hours import (
    QuietHours,
    is_quiet,
    is_zone,
    quiet_from,
    quiet_until,
    zones_of_number,
)

LONDON = "Europe/London"
NIGHT = QuietHours(dt.time(21), dt.time(9))
MINUTE = dt.timedelta(minutes=1)
START = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)


def at(text: str, zone: str = LONDON, fold: int = 0) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(dt.UTC)


@pytest.mark.parametrize(
    ("start", "end", "wall", "quiet"),
    [
        ("21:00", "09:00", "20:59", False),
        ("21:00", "09:00", "21:00", True),
        ("21:00", "09:00", "00:00", True),
        ("21:00", "09:00", "08:59", True),
        ("21:00", "09:00", "09:00", False),
        ("12:00", "14:00", "11:59", False),
        ("12:00", "14:00", "12:00", True),
        ("12:00", "14:00", "14:00", False),
        ("00:00", "00:00", "00:00", False),
        ("07:30", "07:30", "07:30", False),
    ],
)
def test_start_is_quiet_and_end_is_not(start: str, end: str, wall: str, *, quiet: bool) -> None:
    hours = QuietHours(dt.time.fromisoformat(start), dt.time.fromisoformat(end))

    assert hours.cover(dt.time.fromisoformat(wall)) is quiet


def test_not_quiet_now_has_no_end() -> None:
    assert quiet_until(at("2026-04-01T12:00"), NIGHT, (LONDON,)) is None


def test_ends_in_the_morning() -> None:
    assert quiet_until(at("2026-04-01T22:00"), NIGHT, (LONDON,)) == at("2026-04-02T09:00")
    assert quiet_until(at("2026-04-02T08:00"), NIGHT, (LONDON,)) == at("2026-04-02T09:00")


def test_a_night_of_clock_change_still_ends_at_nine() -> None:
    assert quiet_until(at("2026-03-28T22:00"), NIGHT, (LONDON,)) == at("2026-03-29T09:00")
    assert quiet_until(at("2026-10-24T22:00"), NIGHT, (LONDON,)) == at("2026-10-25T09:00")


def test_an_end_that_the_clock_jumps_over_is_the_jump() -> None:
    hours = QuietHours(dt.time(21), dt.time(1, 30))

    assert quiet_until(at("2026-03-29T00:30"), hours, (LONDON,)) == at("2026-03-29T02:00")


def test_a_clock_that_goes_back_before_the_start_ends_the_quiet() -> None:
    hours = QuietHours(dt.time(1, 30), dt.time(5))

    assert quiet_until(at("2026-10-25T01:45"), hours, (LONDON,)) == at("2026-10-25T01:00", fold=1)


@pytest.mark.parametrize("name", ["localtime", "posixrules", "Europe", "Mars/Phobos", "../etc/passwd", ""])
def test_only_names_of_the_iana_list_are_zones(name: str) -> None:
    assert not is_zone(name)


def test_it_must_not_be_quiet_in_the_persons_zone_either() -> None:
    morning_in_london = at("2026-04-01T10:00")

    assert is_quiet(morning_in_london, NIGHT, (LONDON, "America/New_York"))
    assert quiet_until(morning_in_london, NIGHT, (LONDON, "America/New_York")) == at(
        "2026-04-01T09:00", "America/New_York"
    )


def test_zones_without_a_common_free_hour_still_give_an_answer() -> None:
    short_day = QuietHours(dt.time(10), dt.time(9))

    assert quiet_until(at("2026-04-01T12:00"), short_day, (LONDON, "Asia/Tokyo")) is not None


@pytest.mark.parametrize(
    ("now", "start", "end", "begins"),
    [
        ("2026-04-01T12:00", "21:00", "09:00", "2026-04-01T21:00"),
        ("2026-04-01T22:00", "21:00", "09:00", "2026-04-01T22:00"),
        ("2026-04-01T12:00", "09:00", "11:00", "2026-04-02T09:00"),
        ("2026-03-28T20:00", "23:00", "09:00", "2026-03-28T23:00"),  # 23 hours: the next day is shorter
        ("2026-03-29T00:10", "21:00", "00:00", "2026-03-29T21:00"),
        ("2026-03-29T00:10", "01:30", "05:00", "2026-03-29T02:00"),  # jumped over: it begins with the jump
        ("2026-10-25T00:10", "21:00", "00:00", "2026-10-25T21:00"),  # 25 hours
    ],
)
def test_quiet_begins_by_the_clock_on_the_wall(now: str, start: str, end: str, begins: str) -> None:
    hours = QuietHours(dt.time.fromisoformat(start), dt.time.fromisoformat(end))

    assert quiet_from(at(now), hours, (LONDON,)) == at(begins)


def test_a_clock_that_goes_back_over_the_end_brings_the_quiet_back() -> None:
    hours = QuietHours(dt.time(21), dt.time(1, 30))

    assert quiet_from(at("2026-10-25T01:40"), hours, (LONDON,)) == at("2026-10-25T01:00", fold=1)


@given(
    st.sampled_from([dt.date(2026, 3, 28), dt.date(2026, 10, 24), dt.date(2026, 6, 1)]),
    st.integers(0, 3 * 24 * 60 * 60),
    st.times(),
    st.times(),
    st.sampled_from([LONDON, "Australia/Lord_Howe"]),
)
def test_the_start_is_the_first_quiet_moment(
    day: dt.date, after_s: int, start: dt.time, end: dt.time, zone: str
) -> None:
    hours = QuietHours(start.replace(second=0, microsecond=0), end.replace(second=0, microsecond=0))
    now = dt.datetime.combine(day, dt.time(), dt.UTC) + dt.timedelta(seconds=after_s)
    begins = quiet_from(now, hours, (zone,))

    if begins is None:
        assert hours.start == hours.end
        return
    assert is_quiet(begins, hours, (zone,))
    until = quiet_until(begins, hours, (zone,))
    assert until is not None
    assert until > begins
    passed = (begins - now) // (30 * MINUTE)
    between = [now + index * 30 * MINUTE for index in range(1, passed + 1)]
    before = [] if begins == now else [now, begins - dt.timedelta(seconds=1), *between]
    assert not any(is_quiet(moment, hours, (zone,)) for moment in before if moment < begins)


@given(
    st.integers(0, 3 * 365 * 24 * 60).map(lambda minutes: START + minutes * MINUTE),
    st.times(),
    st.times(),
    st.sampled_from([LONDON, "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"]),
)
def test_the_end_is_the_first_free_moment(now: dt.datetime, start: dt.time, end: dt.time, zone: str) -> None:
    hours = QuietHours(start.replace(second=0, microsecond=0), end.replace(second=0, microsecond=0))
    until = quiet_until(now, hours, (zone,))

    assert (until is not None) == is_quiet(now, hours, (zone,))
    if until is not None:
        assert until > now
        assert not is_quiet(until, hours, (zone,))
        assert is_quiet(max(now, until - MINUTE), hours, (zone,))


@pytest.mark.parametrize(
    ("name", "known"), [(LONDON, True), ("Mars/Olympus", False), ("", False), ("../x", False)]
)
def test_zone_names(name: str, *, known: bool) -> None:
    assert is_zone(name) is known


def test_a_number_tells_its_zone() -> None:
    assert LONDON in zones_of_number("+442079460001")
    assert zones_of_number("+12125550101") == ("America/New_York",)


@given(st.sampled_from(("+4478", "+4414", "+442", "+1208", "+1", "+33")), st.text("0123456789", min_size=10))
def test_numbers_that_begin_alike_are_looked_up_once(lead: str, digits: str) -> None:
    """What is kept for all of them is what each of them says."""
    number = (lead + digits)[: 13 if lead.startswith("+44") else 12]
    found = number_zones.time_zones_for_number(phonenumbers.parse(number))
    assert zones_of_number(number) == tuple(zone for zone in found if zone != "Etc/Unknown")
