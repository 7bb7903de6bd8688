"""How much two shares of people differ, and how much of that may be chance.

The range is Newcombe's for two independent proportions, from Wilson's score interval for each (R. G.
Newcombe, Statistics in Medicine 17, 1998, method 10): true in 95 of 100 such comparisons, also where shares
are near 0 or 1 and groups are small.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

_Z: Final = 1.959964
"""Of the normal distribution, 95 % lie within so many standard deviations."""


@dataclass(frozen=True, slots=True)
class Difference:
    """The first share less the second, and between which bounds it lies in truth; -1 to 1."""

    value: float
    low: float
    high: float

    @property
    def is_shown(self) -> bool:
        """Whether chance alone would seldom make the two differ so much."""
        return self.low > 0 or self.high < 0


def difference(first: tuple[int, int], second: tuple[int, int]) -> Difference | None:
    """Compare so many of so many with so many of so many others; None where there is nobody on one side."""
    if not (first[1] and second[1]):
        return None
    (p, p_low, p_high), (q, q_low, q_high) = _score(*first), _score(*second)
    return Difference(
        value=p - q,
        low=max(-1.0, p - q - math.hypot(p - p_low, q_high - q)),
        high=min(1.0, p - q + math.hypot(p_high - p, q - q_low)),
    )


def _score(count: int, of: int) -> tuple[float, float, float]:
    """A share with Wilson's bounds."""
    share, z2 = count / of, _Z**2
    middle = share + z2 / (2 * of)
    reach = _Z * math.sqrt(share * (1 - share) / of + z2 / (4 * of * of))
    whole = 1 + z2 / of
    return share, max(0.0, (middle - reach) / whole), min(1.0, (middle + reach) / whole)
