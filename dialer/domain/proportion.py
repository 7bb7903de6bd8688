"""Where a true rate lies, from so many of so many."""

from __future__ import annotations

from typing import Final

OF_100: Final = 2.576
"""99 of 100 intervals hold the true rate."""


def interval(hits: int, of: int, z: float = OF_100) -> tuple[float, float]:
    """Where the true rate lies, by Wilson's score interval, which also holds near 0 and 1 and for few. `z` is
    how many standard deviations wide it is to each side; of none anything is possible.
    """
    if not of:
        return 0.0, 1.0
    share, spread = hits / of, z * z / of
    middle = share + spread / 2
    half = z * ((share * (1 - share) + spread / 4) / of) ** 0.5
    return max(0.0, (middle - half) / (1 + spread)), min(1.0, (middle + half) / (1 + spread))
