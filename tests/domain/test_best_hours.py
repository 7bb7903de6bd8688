"""When to try again: another hour, the best that is known, soon."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialer.domain.best_hours import Hours, Picked, Slot, best_moment, slot_of
from tests.examples import examples

ZONE = "Europe/London"
NOTHING = Hours({})
EVENINGS = Hours({Slot(False, hour): Picked(400, 80 if hour >= 18 else 20) for hour in range(9, 21)})
THURSDAY = dt.datetime(2026, 5, 7, 9, 20, tzinfo=dt.UTC)
"""10:20 in London."""


def by_day(moment: dt.datetime) -> bool:
    return 9 <= slot_of(moment, ZONE).hour < 21


def at(hour: int, minute: int = 0, days: int = 0) -> dt.datetime:
    return dt.datetime(2026, 5, 7 + days, hour - 1, minute, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("hours", "failed", "due", "moment"),
    [
        (NOTHING, set(), THURSDAY, THURSDAY),
        (NOTHING, {10}, THURSDAY, at(11)),
        (NOTHING, {10, 11, 12}, THURSDAY, at(13)),
        (EVENINGS, {10}, THURSDAY, at(18)),
        (EVENINGS, {18}, THURSDAY, at(19)),
        (EVENINGS, {10}, at(19, 40), at(19, 40)),
        (NOTHING, {20}, at(20, 30), at(9, days=1)),
        (NOTHING, set(range(24)), THURSDAY, THURSDAY),
        (Hours({Slot(False, 18): Picked(2, 2)}), {10}, THURSDAY, at(11)),
        (Hours({Slot(False, 18): Picked(2, 1), Slot(False, 12): Picked(400, 200)}), {10}, THURSDAY, at(11)),
    ],
)
def test_the_next_try_is_at_another_hour(
    hours: Hours, failed: set[int], due: dt.datetime, moment: dt.datetime
) -> None:
    assert best_moment(due, failed, hours, ZONE, by_day) == moment


@settings(max_examples=examples(60))
@given(
    st.dictionaries(
        st.builds(Slot, st.booleans(), st.integers(0, 23)),
        st.integers(1, 500).flatmap(lambda calls: st.integers(0, calls).map(lambda a: Picked(calls, a))),
    ),
    st.sets(st.integers(0, 23)),
    st.integers(0, 10_000),
)
def test_it_is_never_early_nor_more_than_a_day_late(
    seen: dict[Slot, Picked], failed: set[int], minutes: int
) -> None:
    due = THURSDAY + dt.timedelta(minutes=minutes)
    moment = best_moment(due, failed, Hours(seen), ZONE, by_day)
    assert due <= moment <= due + dt.timedelta(days=1)
    assert moment == due or (by_day(moment) and slot_of(moment, ZONE).hour not in failed)
    rates = [Hours(seen).expected(slot) for slot in seen]
    assert all(0 <= rate <= 1 for rate in rates)
