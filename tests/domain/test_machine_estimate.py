"""Estimates of people among those whom nobody met: right as often as they say."""

from __future__ import annotations

import random

import pytest

from dialer.domain.machine_estimate import EXACT_MOST, Kind, people_among, taken_for_machines


def test_of_nobody_nobody() -> None:
    found = people_among({"nothing": Kind(), "machine": Kind(5, 5, 0)})
    assert (found.mean, found.low, found.high) == (0, 0, 0)


def test_without_any_talk_it_may_be_anybody() -> None:
    found = people_among({"nothing": Kind(unmet=10)})
    assert (round(found.mean, 6), found.low, found.high) == (5, 0, 10)


def test_what_the_carrier_heard_narrows_it() -> None:
    met = {"machine": Kind(1, 99), "human": Kind(80, 2)}
    heard = people_among({**met, "machine": Kind(1, 99, 20)})
    unheard = people_among({**met, "nothing": Kind(unmet=20)})
    assert heard.mean < 1 < unheard.mean
    assert (heard.low, heard.high) == (0, 2)
    assert unheard.low < 9 < unheard.high


@pytest.mark.parametrize("unmet", [3, 40, EXACT_MOST + 100])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_the_interval_holds_the_truth_as_often_as_it_says(share: float, unmet: int) -> None:
    """In 120 evenings the truth may lie outside by chance, about six times; twice as often is too much."""
    dice, outside = random.Random(unmet), 0
    for _ in range(120):
        people = sum(dice.random() < share for _ in range(60))
        truth = sum(dice.random() < share for _ in range(unmet))
        found = people_among({"nothing": Kind(people, 60 - people, unmet)})
        outside += not found.low <= truth <= found.high
    assert outside <= 13


def test_the_share_of_people_taken_for_machines() -> None:
    nobody = taken_for_machines(0, 0)
    assert nobody.mean == pytest.approx(0.05)
    assert 0.005 < nobody.low < 0.01
    assert 0.12 < nobody.high < 0.14
    many = taken_for_machines(30, 1000)
    assert many.mean == pytest.approx(32 / 1040)
    assert many.low > 0.02
    assert many.high < 0.045
