"""Who is called next: points make lines, and the defaults are the contract's."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialer.domain.call_policy import (
    POINTS_MOST,
    SIGNS,
    CallPolicy,
    policy_faults,
    policy_of,
    stored_policy,
)
from dialer.domain.queue_order import LINES, Rank, rank_of
from tests.examples import examples

POINTS = st.dictionaries(st.sampled_from(SIGNS), st.integers(-POINTS_MOST, POINTS_MOST))
SOME = st.sets(st.sampled_from(SIGNS))


@pytest.mark.parametrize(
    ("points", "signs", "short"),
    [
        ({}, {"pledged"}, 0),
        ({"pledged": 3}, {"pledged"}, 0),
        ({"pledged": 3}, set(), 3),
        ({"pledged": 3, "against": -2}, {"against"}, 5),
        ({"pledged": 9, "never_reached": 9}, {"never_reached"}, 4),
        ({"pledged": 9, "never_reached": 9}, set(), 9),
    ],
)
def test_the_more_points_the_earlier_the_line(points: dict[str, int], signs: set[str], short: int) -> None:
    assert CallPolicy(points=points).line_of(signs) == Rank.FRESH + short


@settings(max_examples=examples(100))
@given(POINTS, SOME, SOME)
def test_more_points_never_wait_behind_fewer(points: dict[str, int], one: set[str], other: set[str]) -> None:
    policy = CallPolicy(points=points)
    worth = [sum(points.get(sign, 0) for sign in signs) for signs in (one, other)]
    lines = [policy.line_of(signs) for signs in (one, other)]
    assert all(line in LINES and rank_of(line) is Rank.FRESH for line in lines)
    if worth[0] >= worth[1]:
        assert lines[0] <= lines[1]


def test_what_is_usual_is_not_kept() -> None:
    assert stored_policy(CallPolicy()) == {}
    policy = CallPolicy(
        points={"pledged": 2}, fresh_first=True, number_day_max=2, gaps_s={"busy": 60}, other_hours=True
    )
    assert policy_of(stored_policy(policy)) == policy
    assert (CallPolicy().retries_at, policy.retries_at) == (Rank.RETRY, Rank.LATER)


@pytest.mark.parametrize(
    ("given_", "pointer"),
    [
        ({"points": {"handsome": 1}}, "/points/handsome"),
        ({"points": {"pledged": 10}}, "/points/pledged"),
        ({"gaps_s": {"abandoned": 60}}, "/gaps_s/abandoned"),
        ({"gaps_s": {"busy": -1}}, "/gaps_s/busy"),
        ({"number_day_max": 0}, "/number_day_max"),
        ({"number_max": 201}, "/number_max"),
    ],
)
def test_what_cannot_be_set_is_told_at_its_place(given_: dict[str, Any], pointer: str) -> None:
    assert [fault.pointer for fault in policy_faults(given_)] == [pointer]


def test_nothing_is_wrong_with_what_is_usual() -> None:
    assert policy_faults({"points": {"pledged": 1}, "number_day_max": None, "gaps_s": {"busy": 0}}) == []
