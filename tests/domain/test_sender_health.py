"""When a sender is taken as filtered: beyond chance, and hardly ever where chance is all there is."""

from __future__ import annotations

import datetime as dt
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.proportion import interval
from dialer.domain.sender_health import (
    EVIDENCE_LEAST,
    Filtered,
    Settled,
    beside,
    fares_well,
    judge,
    rests_until,
)

NOTHING = Settled()


def fared(texts: int, blocked: int = 0, vanished: int = 0, waiting: int = 0) -> Settled:
    return Settled(texts, waiting, {30007: blocked}, {30003: vanished})


@pytest.mark.parametrize(
    ("own", "others", "past", "found"),
    [
        (fared(100, 40), fared(400, 4), NOTHING, Filtered(30007, blocked=True)),
        (fared(100, 0, 50), fared(400, 4, 20), NOTHING, Filtered(30003, blocked=False)),
        (fared(100, 5), fared(400, 4), NOTHING, None),
        (fared(49, 49), fared(400), fared(5_000), None),  # too few of its own
        (fared(100, 40), fared(49), NOTHING, None),  # too few of others, and no past
        (fared(100, 40), fared(49), fared(5_000, 10), Filtered(30007, blocked=True)),
        (fared(100, 0, 60), fared(49), fared(5_000, 10), None),  # another list, perhaps
        (fared(100, 40), fared(100, 40), fared(5_000), None),  # all of us: what we write, not the number
        (fared(100, 40, waiting=5_000), fared(400, 4), NOTHING, None),  # most may arrive yet
        (fared(100_000, 2_900), fared(400_000, 8_000), NOTHING, None),  # certain, and too little to matter
    ],
)
def test_the_rule(own: Settled, others: Settled, past: Settled, found: Filtered | None) -> None:
    assert judge(own, others, past) == found


@pytest.mark.parametrize(
    ("own", "others", "well"),
    [
        (fared(60, 0), fared(500, 5), True),
        (fared(60, 60), NOTHING, False),  # nobody to compare it with is no praise
        (fared(100, 30), fared(49), False),
        (fared(100, 1), NOTHING, True),
        (fared(100, 0, 60), NOTHING, True),  # who can be reached differs from list to list
    ],
)
def test_a_trial_ends_well_only_by_evidence(own: Settled, others: Settled, well: bool) -> None:
    assert judge(own, others, NOTHING, trial=True) is None
    assert fares_well(own, others) is well


def test_less_is_needed_of_one_on_trial() -> None:
    own, others = fared(60, 9), fared(500, 5)
    assert judge(own, others, NOTHING) is None
    assert judge(own, others, NOTHING, trial=True) == Filtered(30007, blocked=True)


def evening(luck: random.Random, own_rate: float, others_rate: float) -> int | None:
    """An evening of 120 looks, a few texts between two; after how many of its own it was found, if it was."""
    own = own_lost = others = others_lost = 0
    for _ in range(120):
        own, others = own + 8, others + 24
        own_lost += sum(luck.random() < own_rate for _ in range(8))
        others_lost += sum(luck.random() < others_rate for _ in range(24))
        if judge(fared(own, own_lost), fared(others, others_lost), NOTHING) is not None:
            return own
    return None


@pytest.mark.parametrize("rate", [0.005, 0.03, 0.15])
def test_senders_that_are_alike_are_left_alone_evening_after_evening(rate: float) -> None:
    luck = random.Random(7)
    assert [evening(luck, rate, rate) for _ in range(60)] == [None] * 60


def test_one_that_is_filtered_is_found_soon() -> None:
    luck = random.Random(7)
    found = [evening(luck, 0.3, 0.03) for _ in range(60)]
    assert None not in found
    assert sorted(one or 0 for one in found)[54] <= 250


counts = st.integers(0, 3_000)


@given(counts, counts, counts, counts)
def test_one_is_never_worse_than_another_and_the_other_than_it(a: int, b: int, c: int, d: int) -> None:
    one, other = fared(a + b, b), fared(c + d, d)
    assert beside(one, other) is None or beside(other, one) is None


@given(st.integers(EVIDENCE_LEAST, 3_000), st.data())
def test_losing_less_is_never_what_condemns(texts: int, data: st.DataObject) -> None:
    lost = data.draw(st.integers(0, texts - 1))
    others = fared(600, data.draw(st.integers(0, 600)))
    if judge(fared(texts, lost), others, NOTHING) is not None:
        assert judge(fared(texts, lost + 1), others, NOTHING) is not None


@given(st.integers(0, 2_000), st.integers(0, 2_000))
def test_an_interval_holds_what_was_seen(hits: int, misses: int) -> None:
    low, high = interval(hits, hits + misses)
    assert 0 <= low <= high <= 1
    if hits + misses:
        assert low <= hits / (hits + misses) + 1e-12
        assert high >= hits / (hits + misses) - 1e-12


def test_a_rest_ends_at_a_full_hour_and_grows() -> None:
    now = dt.datetime(2026, 5, 7, 12, 20, tzinfo=dt.UTC)
    hours = [rests_until(now, times) for times in range(5)]
    assert [(one - now.replace(minute=0)) / dt.timedelta(hours=1) for one in hours] == [3, 5, 9, 25, 25]
    assert rests_until(now.replace(minute=0), 0) == now.replace(hour=14, minute=0)
