"""Whether a price is set, without which no cap holds for look-ups."""

from __future__ import annotations

import pytest

from dialer.cli.doctor_look_ups import check_price
from dialer.settings import Settings


@pytest.mark.parametrize(
    ("carrier", "price", "ok", "said"),
    [
        ("twilio", 0.008, True, "0.008 GBP a number"),
        ("twilio", 0.0, False, "no price is set"),
        ("simulated", 0.0, True, "for nothing"),
        ("simulated", 2.0, True, "2 GBP a number"),
    ],
)
def test_a_carrier_that_wants_money_has_a_price(carrier: str, price: float, ok: bool, said: str) -> None:
    [found] = check_price(Settings(carrier=carrier, look_ups_price=price))
    assert (found.ok, said in found.detail) == (ok, True)
    assert ok or "DIALER_LOOK_UP_PRICE" in found.remedy
