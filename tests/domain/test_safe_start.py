"""By when a blast must start, and how many are too late: worked out by the clock of its campaign."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.deadline import CLOSING
from dialer.domain.quiet_hours import QuietHours
from dialer.domain.safe_start import Plan, TooLate, count_late, last_safe_start, too_late

LONDON = "Europe/London"
NIGHT = QuietHours(dt.time(21), dt.time(9))
NEVER = QuietHours(dt.time(0), dt.time(0))


def at(text: str | None) -> dt.datetime | None:
    if text is None:
        return None
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(LONDON)).astimezone(dt.UTC)


def plan(start: str, duration_s: float, deadline: str | None = None, hours: QuietHours = NIGHT) -> Plan:
    begin = at(start)
    assert begin is not None
    return Plan(begin, duration_s, hours, LONDON, at(deadline))


@pytest.mark.parametrize(
    ("given", "safe"),
    [
        (plan("2026-05-07T12:00", 10), "2026-05-07T20:58:50"),  # the least margin is a minute
        (plan("2026-05-07T12:00", 3600), "2026-05-07T19:54:00"),  # a tenth
        (plan("2026-05-07T22:00", 3600), "2026-05-08T19:54:00"),  # it starts in the morning
        (plan("2026-05-07T12:00", 3600, hours=NEVER), None),
        (plan("2026-05-07T12:00", 3600, "2026-05-07T17:00"), "2026-05-07T15:53:30"),
        (plan("2026-05-07T12:00", 3600, "2026-05-07T22:00", NEVER), "2026-05-07T20:53:30"),
        (plan("2026-05-07T12:00", 3600, "2026-05-07T22:00"), "2026-05-07T19:54:00"),  # nothing after nine
        (plan("2026-05-07T12:00", 3600, "2026-05-08T09:30:30"), "2026-05-07T20:24:00"),  # over the night
        (plan("2026-03-28T12:00", 3600, "2026-03-29T09:30:30"), "2026-03-28T20:24:00"),  # 23 hours
        (plan("2026-10-24T12:00", 3600, "2026-10-25T09:30:30"), "2026-10-24T20:24:00"),  # 25 hours
        (plan("2026-05-07T12:00", 400 * 86_400.0, "2026-05-07T22:00"), None),
    ],
)
def test_the_last_safe_start(given: Plan, safe: str | None) -> None:
    assert last_safe_start(given) == at(safe)


@pytest.mark.parametrize(
    ("given", "late"),
    [
        (plan("2026-05-07T12:00", 3600), 0),
        (plan("2026-05-07T12:00", 3600, "2026-05-07T13:00:30"), 0),
        (plan("2026-05-07T12:00", 3600, "2026-05-07T12:45:30"), 250),
        (plan("2026-05-07T12:00", 3600, "2026-05-07T12:00:30"), 1000),
        (plan("2026-05-07T12:00", 0, "2026-05-07T11:00"), 1000),
        (plan("2026-05-07T20:30", 3600, "2026-05-07T22:00"), 500),
        (plan("2026-05-07T20:30", 3600, "2026-05-08T09:15:30"), 250),
    ],
)
def test_how_many_are_too_late(given: Plan, late: int) -> None:
    assert count_late(given, 1000) == late


@given(st.integers(0, 2 * 24 * 60), st.floats(0, 20_000), st.integers(1, 3 * 24 * 60))
def test_whoever_starts_by_then_reaches_everybody(after: int, duration_s: float, left: int) -> None:
    start = dt.datetime(2026, 10, 24, tzinfo=dt.UTC) + dt.timedelta(minutes=after)
    deadline = start + dt.timedelta(minutes=left)
    safe = last_safe_start(Plan(start, duration_s, NIGHT, LONDON, deadline))
    assert safe is not None
    assert safe <= deadline - CLOSING
    assert count_late(Plan(safe, duration_s, NIGHT, LONDON, deadline), 1000) == 0


@pytest.mark.parametrize(
    ("given", "lands", "again"),
    [
        (plan("2026-05-07T20:30", 1800), None, None),  # to the second
        (plan("2026-05-07T20:30", 2220), "2026-05-07T21:07", "2026-05-08T09:00"),
        (plan("2026-05-07T20:30", 13 * 3600), None, None),  # no day has so many hours
        (plan("2026-05-07T22:30", 3600), None, None),  # it waits for the morning anyway
        (plan("2026-05-07T20:30", 7200, hours=NEVER), None, None),
        (plan("2026-05-07T20:30", 1800, "2026-05-07T22:00"), None, None),
        (plan("2026-05-07T20:30", 2220, "2026-05-07T22:00"), "2026-05-08T09:07", None),
        (plan("2026-05-07T20:30", 7200, "2026-05-07T22:00", NEVER), "2026-05-07T22:30", None),
        (plan("2026-05-07T20:30", 2220, "2026-05-08T12:00"), None, None),
    ],
)
def test_what_would_land_too_late_is_told_with_the_hour(given: Plan, lands: str | None, again: str | None):
    found = too_late(given)
    assert found == (None if lands is None else TooLate(at(lands) or given.start, at(again)))


@given(
    st.integers(0, 1439),
    st.integers(0, 20 * 3600),
    st.one_of(st.none(), st.integers(1, 3 * 1440)),
)
def test_too_late_by_a_deadline_is_that_somebody_is(minute: int, duration_s: int, until: int | None):
    begin = at("2026-05-07T00:00")
    assert begin is not None
    begin += dt.timedelta(minutes=minute)
    deadline = None if until is None else begin + dt.timedelta(minutes=until)
    given_ = Plan(begin, float(duration_s), NIGHT, LONDON, deadline)
    found = too_late(given_)
    if deadline is not None and duration_s:
        assert (found is not None) == (count_late(given_, 10**9) > 0)
    if found is not None and found.again_at is not None:
        assert too_late(Plan(found.again_at, float(duration_s), NIGHT, LONDON)) is None
