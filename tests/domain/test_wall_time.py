"""Each moment has its wall time; each wall time that exists has its first moment."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.wall_time import NoSuchTimeError, comes_twice, is_second, moment_of

LONDON = "Europe/London"
MIDNIGHT = dt.datetime(2026, 10, 25, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("wall", "zone", "moment", "twice"),
    [
        ("2026-05-07T09:00", LONDON, "2026-05-07T08:00", False),
        ("2026-03-29T00:59", LONDON, "2026-03-29T00:59", False),
        ("2026-03-29T02:00", LONDON, "2026-03-29T01:00", False),
        ("2026-10-25T00:59", LONDON, "2026-10-24T23:59", False),
        ("2026-10-25T01:30", LONDON, "2026-10-25T00:30", True),
        ("2026-10-25T02:00", LONDON, "2026-10-25T02:00", False),
        ("2026-11-01T01:30", "America/New_York", "2026-11-01T05:30", True),
    ],
)
def test_wall_times_around_changes_of_the_clock(wall: str, zone: str, moment: str, *, twice: bool) -> None:
    found = moment_of(dt.datetime.fromisoformat(wall), zone)
    assert found == dt.datetime.fromisoformat(moment).replace(tzinfo=dt.UTC)
    assert comes_twice(found, zone) is twice
    assert not is_second(found, zone)


@pytest.mark.parametrize("wall", ["2026-03-29T01:00", "2026-03-29T01:59"])
def test_a_time_that_clocks_jump_over_is_none(wall: str) -> None:
    with pytest.raises(NoSuchTimeError):
        moment_of(dt.datetime.fromisoformat(wall), LONDON)


@given(st.integers(0, 4 * 60), st.sampled_from([LONDON, "Australia/Lord_Howe"]))
def test_every_moment_is_found_again_unless_its_time_came_before(minutes: int, zone: str) -> None:
    moment = MIDNIGHT + dt.timedelta(minutes=minutes)
    found = moment_of(moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None), zone)
    assert found <= moment
    assert (found < moment) is is_second(moment, zone)
    assert comes_twice(moment, zone) is comes_twice(found, zone)
