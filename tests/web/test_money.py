"""Amounts are written in one way, exactly where they are less than a penny."""

from __future__ import annotations

from decimal import Decimal

import pytest
from flask import Flask

from dialer.web.words import amount, money


@pytest.mark.parametrize(
    ("value", "currency", "written"),
    [
        ("0.39", "GBP", "£0.39"),
        ("1234.5", "GBP", "£1,234.50"),
        ("0.008", "GBP", "£0.008"),
        ("0.00001", "GBP", "£0.00001"),
        ("-0.008", "GBP", "-£0.008"),
        ("0", "GBP", "£0.00"),
        ("1.15", "USD", "US$1.15"),
    ],
)
def test_money(app: Flask, value: str, currency: str, written: str) -> None:
    with app.test_request_context("/"):
        assert money(Decimal(value), currency) == written
        assert amount(value, currency) == written
