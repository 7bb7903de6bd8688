"""How many examples Hypothesis tries: `scripts/test --quick` runs its profile `quick`, with a few of each."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import pytest
from hypothesis import settings

QUICK: Final = "quick"
USUAL: Final = 100
SHARE: Final = 5

settings.register_profile(QUICK, max_examples=USUAL // SHARE)


def is_quick() -> bool:
    """Whether this is the quick run."""
    return settings.get_current_profile_name() == QUICK


def examples(most: int, least: int = 2) -> int:
    """So many, or a fifth of them in the quick run; for `settings(max_examples=examples(40))`."""
    return max(least, most // SHARE) if is_quick() else most


def cases(given: Iterable[Any], *, quick: int) -> list[Any]:
    """For `parametrize`: all of them, the quick run so many of the first, which the others are much like."""
    return [one if nth < quick else _slow(one) for nth, one in enumerate(given)]


def _slow(one: Any) -> Any:
    return pytest.param(*(one if isinstance(one, tuple) else (one,)), marks=pytest.mark.slow)
