"""When a number is charged for, and under which of the carrier's prices it is."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.rent import first_after, next_month, priced_as

AT = st.datetimes(dt.datetime(2000, 1, 1), dt.datetime(2090, 1, 1), timezones=st.just(dt.UTC))  # noqa: DTZ001


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(f"{text}T10:00:00+00:00")


@pytest.mark.parametrize(
    "days",
    [
        ("2026-10-31", "2026-11-30", "2026-12-30", "2027-01-30", "2027-02-28", "2027-03-28"),
        ("2027-12-15", "2028-01-15", "2028-02-15"),
        ("2028-01-31", "2028-02-29", "2028-03-29"),
    ],
)
def test_a_month_ends_on_the_same_day_or_the_last(days: tuple[str, ...]) -> None:
    due = at(days[0])
    for day in days[1:]:
        due = next_month(due)
        assert due == at(day)


@given(AT, st.timedeltas(dt.timedelta(0), dt.timedelta(days=3000)))
def test_the_next_is_after_now_and_within_a_month(bought_at: dt.datetime, later: dt.timedelta) -> None:
    now = bought_at + later
    due = first_after(bought_at, now)
    assert now < due <= now + dt.timedelta(days=31)
    assert first_after(due, due - dt.timedelta(seconds=1)) == due


@pytest.mark.parametrize(
    ("number", "priced"),
    [
        ("+441632960001", ("GB", "local")),
        ("+447700900998", ("GB", "mobile")),
        ("+448081570101", ("GB", "toll_free")),
        ("+12025550101", ("US", "local")),
        ("+18005550101", ("US", "toll_free")),
        ("+443069990001", None),
        ("MG1", None),
    ],
)
def test_a_number_is_priced_by_its_country_and_kind(number: str, priced: tuple[str, str] | None) -> None:
    found = priced_as(number)
    assert found == priced
