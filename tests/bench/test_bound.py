"""The binomial bound that our policy is measured beside: it must be a good one to be worth beating."""

from __future__ import annotations

import random

import pytest

from bench.room.policies.binomial import BinomialBound
from bench.room.scenario import Settings


def room(waiting, busy, queued=0):
    bound = BinomialBound(Settings(max_abandon_rate=0.03))
    book = bound._book
    book.waiting = dict.fromkeys(map(str, range(waiting)), 0.0)
    book.busy = dict.fromkeys(map(str, range(waiting, waiting + busy)), 0.0)
    book.queued = dict.fromkeys(map(str, range(queued)), 0.0)
    return bound


@pytest.mark.parametrize(
    ("waiting", "calls"),
    [(0, 0), (1, 1), (2, 2), (3, 4), (4, 6)],
)
def test_with_nobody_talking_it_is_the_binomial_distribution(waiting, calls):
    """Half of the calls answered: with 2 free, 3 calls would be 3 answers in 1 of 8; with 3, 4 in 1 of 16."""
    at_risk = room(waiting, 0)._one_by_one(0.5, 0.1, 0.11)
    assert at_risk == calls


@pytest.mark.parametrize(("waiting", "busy", "queued"), [(2, 6, 0), (0, 12, 0), (1, 12, 2)])
def test_the_risk_it_takes_is_the_one_it_may(waiting, busy, queued):
    """Tried out by chance: as many calls as it says stay under the risk, one more doesn't."""
    rate, freed, risk = 0.2, 0.3, 0.1
    calls = room(waiting, busy, queued)._one_by_one(rate, freed, risk)
    chance = random.Random(1)

    def short(calls):
        hits = 0
        for _ in range(4_000):
            free = waiting - queued + sum(chance.random() < freed for _ in range(busy))
            hits += sum(chance.random() < rate for _ in range(calls)) > free
        return hits / 4_000

    assert short(calls) <= risk + 0.015
    assert short(calls + 1) >= risk - 0.015


def test_large_rooms_get_the_same_by_the_bell_curve():
    bound = room(10, 60)
    exact, roughly = (which(0.2, 0.1, 0.03) for which in (bound._one_by_one, bound._by_bell_curve))
    assert roughly == pytest.approx(exact, rel=0.08)
