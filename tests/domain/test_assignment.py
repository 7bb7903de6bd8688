"""Leases, and the limits on leafing through a list."""

import datetime as dt

import pytest

from dialer.domain.assignment import RecentUse, lease_ends, may_correct, over_limit
from dialer.domain.campaign import may_become

NOW = dt.datetime(2026, 4, 1, 18, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("skips", "unanswered", "over"),
    [(0, 0, False), (5, 5, False), (6, 6, True), (0, 9, False), (0, 10, True)],
)
def test_limits(skips: int, unanswered: int, *, over: bool) -> None:
    assert over_limit(RecentUse(skips, unanswered)) is over


def test_a_lease_runs_from_the_last_sign_of_life() -> None:
    assert lease_ends(NOW, 900) == NOW + dt.timedelta(minutes=15)


def test_a_volunteer_corrects_for_ten_minutes_and_a_coordinator_always() -> None:
    later = NOW + dt.timedelta(minutes=10)

    assert may_correct(NOW, later, by_coordinator=False)
    assert not may_correct(NOW, later + dt.timedelta(seconds=1), by_coordinator=False)
    assert may_correct(NOW, NOW + dt.timedelta(days=30), by_coordinator=True)


@pytest.mark.parametrize(
    ("state", "wanted", "allowed"),
    [
        ("draft", "active", True),
        ("active", "active", True),
        ("active", "paused", True),
        ("paused", "active", True),
        ("paused", "ended", True),
        ("active", "ended", True),
        ("ended", "ended", True),
        ("draft", "paused", False),
        ("draft", "ended", False),
        ("ended", "active", False),
        ("ended", "paused", False),
    ],
)
def test_campaign_states(state: str, wanted: str, *, allowed: bool) -> None:
    assert may_become(state, wanted) is allowed
