"""What a part of a text costs."""

from __future__ import annotations

from decimal import Decimal

import pytest

from dialer.domain.money import PriceList

PRICES = PriceList(
    Decimal("0.04"),
    {"US": Decimal("0.0083"), "US.10dlc": Decimal("0.0079"), "IE": Decimal("0.06"), "FR": Decimal("0.06")},
)


@pytest.mark.parametrize(
    ("country", "kind", "price"),
    [
        ("GB", "long_code", "0.04"),
        ("US", "10dlc", "0.0079"),
        ("US", "toll_free", "0.0083"),
        ("US", None, "0.0083"),
        ("IE", "10dlc", "0.06"),
        (None, "10dlc", "0.04"),
        (None, None, "0.04"),
    ],
)
def test_the_most_exact_price_that_is_listed_counts(country, kind, price):
    assert PRICES.of(country, kind) == Decimal(price)


@pytest.mark.parametrize(
    ("countries", "is_even"),
    [(["GB"], True), ([], True), (["GB", "JE"], True), (["IE", "FR"], True), (["GB", "US"], False)],
)
def test_countries_that_cost_the_same_need_not_be_told_apart(countries, is_even):
    assert PRICES.is_even(countries) is is_even


def test_one_kind_of_sender_is_enough_to_tell_countries_apart():
    listed = {"US.10dlc": Decimal("0.0079")}
    assert not PriceList(Decimal("0.04"), listed).is_even(["GB", "US"])


@pytest.mark.parametrize(
    ("country", "weights", "price"),
    [
        ("US", {}, "0.0083"),
        ("US", {"10dlc": 7.0}, "0.0079"),
        ("US", {"10dlc": 1.0, "toll_free": 3.0}, "0.0082"),
        ("GB", {"10dlc": 0.1, "toll_free": 3.3}, "0.04"),
    ],
)
def test_senders_that_share_the_work_share_the_price(country, weights, price):
    assert PRICES.shared(country, weights) == Decimal(price)
