"""What texts cost: a price for each part, by the country it goes to and the kind of sender (contract §7)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from dialer.domain.texting import SENDER_KINDS

SMALLEST: Final = Decimal("0.00001")
"""Amounts are kept to this: the carrier bills a part of a text to five places."""
IN_ONE: Final = 100_000
"""Figures are whole numbers: what they tell of money is counted in these."""


USUAL_PICTURE: Final = Decimal("0.05")
"""What a text with its picture costs where nothing else is set, of the order of the carrier's prices."""


@dataclass(frozen=True, slots=True)
class PriceList:
    """What one part of a text costs, or one text with its picture. `listed` names a country (`GB`), or a
    country and a kind of sender (`US.10dlc`); whatever it doesn't name costs the `usual`.
    """

    usual: Decimal = Decimal("0.04")
    listed: Mapping[str, Decimal] = field(default_factory=dict)

    def of(self, country: str | None, kind: str | None) -> Decimal:
        """The price of a part to a country (ISO 3166) from a sender of this kind: the most exact that is
        listed. What isn't known of either counts as not listed.
        """
        for name in (f"{country}.{kind}", f"{country}"):
            if name in self.listed:
                return self.listed[name]
        return self.usual

    def is_even(self, countries: Collection[str]) -> bool:
        """Whether it makes no difference which of these countries a text goes to."""
        return all(len({self.of(country, kind) for country in countries}) <= 1 for kind in SENDER_KINDS)

    def shared(self, country: str | None, weights: Mapping[str | None, float]) -> Decimal:
        """What a part to a country costs on average where senders of these kinds share the work."""
        prices = {self.of(country, kind) for kind in weights or {None: 1.0}}
        if len(prices) == 1:
            return prices.pop()
        whole = sum(self.of(country, kind) * Decimal(weight) for kind, weight in weights.items())
        return (whole / Decimal(sum(weights.values()))).quantize(SMALLEST)
