"""Which mark stands for a person's vote."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.turnout import (
    TURNOUT_SOURCES,
    Mark,
    Noted,
    WrittenNumber,
    is_within,
    present_vote,
    read_written,
    seen_at,
    state_of,
)

NOON = dt.datetime(2026, 5, 7, 12, tzinfo=dt.UTC)


def seen(hour: int, source: str = "teller", *, dated: bool = True) -> Mark:
    return Mark(uuid.uuid4(), NOON + dt.timedelta(hours=hour), source, dated)


@pytest.mark.parametrize(
    ("marks", "hour"),
    [
        ([seen(1)], 1),
        ([seen(6, "phone"), seen(1)], 1),
        ([seen(1), seen(6, "phone")], 1),
        ([seen(0, "import", dated=False), seen(6, "phone")], 6),
        ([seen(3, "import", dated=False), seen(0, "import", dated=False)], 0),
    ],
)
def test_the_earliest_mark_with_a_time_stands(marks: list[Mark], hour: int) -> None:
    standing = present_vote(marks)
    assert standing is not None
    assert standing.at == NOON + dt.timedelta(hours=hour)


def test_without_marks_nobody_has_voted() -> None:
    assert present_vote([]) is None


@given(
    st.lists(
        st.builds(
            Mark,
            st.uuids(),
            st.integers(0, 4).map(lambda hour: NOON + dt.timedelta(hours=hour)),
            st.sampled_from(TURNOUT_SOURCES),
            st.booleans(),
        ),
        unique_by=lambda mark: mark.id,
    )
)
def test_the_order_of_arrival_does_not_matter(marks: list[Mark]) -> None:
    assert present_vote(marks) == present_vote(reversed(marks))


@pytest.mark.parametrize(("at", "counts"), [(None, 0), (-2, -2), (0, 0), (3, 0)])
def test_nobody_has_voted_tomorrow(at: int | None, counts: int) -> None:
    given_at = None if at is None else NOON + dt.timedelta(hours=at)
    assert seen_at(given_at, NOON) == NOON + dt.timedelta(hours=counts)


@pytest.mark.parametrize(
    ("number", "district", "expected"),
    [
        ("KA1-12/1", None, WrittenNumber("ka1-12-1", "", "")),
        ("ka1 012/1", None, WrittenNumber("ka1-12-1", "", "")),
        ("KA1.12.0", "KA1", WrittenNumber("ka1-12", "", "ka1")),
        ("12/1", None, WrittenNumber("12-1", "12-1", "")),
        ("012/1", "KA1", WrittenNumber("ka1-12-1", "12-1", "ka1")),
        ("12", " KA1 ", WrittenNumber("ka1-12", "12", "ka1")),
        ("--", None, WrittenNumber("", "", "")),
    ],
)
def test_numbers_are_read_by_their_parts(number: str, district: str | None, expected: WrittenNumber) -> None:
    assert read_written(number, district) == expected


@pytest.mark.parametrize(
    ("district", "allowed", "within"),
    [
        ("AA", (), True),
        (None, (), True),
        ("aa", ("AA",), True),
        ("AB", ("AA",), False),
        (None, ("AA",), False),
    ],
)
def test_a_teller_keeps_to_their_districts(
    district: str | None, allowed: tuple[str, ...], within: bool
) -> None:
    assert is_within(district, allowed) == within


@pytest.mark.parametrize(
    ("noted", "state", "why"),
    [
        (Noted(1), "counted", None),
        (Noted(0), "unknown", "nobody"),
        (Noted(2), "unknown", "several"),
        (Noted(0, too_fast=True), "unknown", "too_fast"),
        (Noted(1, too_fast=True), "held", "too_fast"),
        (Noted(1, status="deceased"), "held", "deceased"),
        (Noted(1, status="moved"), "held", "moved"),
        (Noted(1, status="moved", too_fast=True), "held", "too_fast"),
        (Noted(1, in_district=False, too_fast=True), "held", "other_district"),
        (Noted(1, in_election=False, in_district=False), "held", "other_election"),
    ],
)
def test_a_mark_counts_or_waits_for_a_stated_reason(noted: Noted, state: str, why: str | None) -> None:
    assert state_of(noted) == (state, why)
