"""What numbers may send by hand, and what that makes of a number of people."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.first_texts import SAFE_A_DAY, capacity, is_too_quick, room, safe_a_day
from dialer.domain.texting import SENDER_KINDS

NOON = dt.datetime(2026, 5, 7, 12, tzinfo=dt.UTC)


def test_every_kind_of_sender_has_a_figure_and_what_is_set_goes_before() -> None:
    assert set(SAFE_A_DAY) == set(SENDER_KINDS)
    assert safe_a_day("long_code", {"long_code": 50}) == 50
    assert safe_a_day("messaging_service", {}, ["+441632960001", "+18005550100"]) == 200 + 2_000
    assert safe_a_day("messaging_service", {}) == 200
    assert safe_a_day("messaging_service", {"long_code": 50}, ["+441632960001"]) == 50


@given(st.integers(0, 10_000), st.lists(st.integers(0, 500), max_size=6))
def test_so_many_days_do_and_one_fewer_does_not(recipients: int, each: list[int]) -> None:
    found = capacity(recipients, each)
    if not sum(each):
        assert found.days is None
        return
    assert found.days is not None
    assert found.days * found.a_day >= recipients
    assert found.days == 1 or (found.days - 1) * found.a_day < recipients
    assert found.is_enough == (found.days == 1)
    assert (found.missing() == 0) == found.is_enough
    assert found.too_late(dt.timedelta(days=found.days)) == 0
    assert found.too_late(dt.timedelta(0)) == recipients


@pytest.mark.parametrize(
    ("sent", "most", "wanted"), [(0, None, 25), (9_999, None, 25), (0, 10, 10), (9, 10, 1), (12, 10, 0)]
)
def test_nobody_takes_more_than_they_may_send(sent: int, most: int | None, wanted: int) -> None:
    assert room(25, sent, most) == wanted


def test_two_presses_within_half_a_second_are_one() -> None:
    assert not is_too_quick(NOON, None)
    assert is_too_quick(NOON, NOON - dt.timedelta(milliseconds=499))
    assert not is_too_quick(NOON, NOON - dt.timedelta(milliseconds=500))
