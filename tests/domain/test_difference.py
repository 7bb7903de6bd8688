"""How much two shares differ, and how much of that may be chance."""

from __future__ import annotations

import pytest

from dialer.domain.difference import difference


@pytest.mark.parametrize(
    ("first", "second", "low", "high"),
    [  # Newcombe 1998, table II, method 10
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((10, 10), (0, 10), 0.6075, 1.0),
    ],
)
def test_it_is_newcombes_range(
    first: tuple[int, int], second: tuple[int, int], low: float, high: float
) -> None:
    found = difference(first, second)
    assert found is not None
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)
    assert found.is_shown is (low > 0)


def test_nobody_can_be_compared_with_nobody() -> None:
    assert difference((0, 0), (1, 2)) is difference((1, 2), (0, 0)) is None
