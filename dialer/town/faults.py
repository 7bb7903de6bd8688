"""What can go wrong between the carrier and us, switched on by `POST /faults` and drawn from a seed.

Each share is the chance, 0 to 1, that it happens to one request or callback. What happens to a request that
creates a message or a call is one thing at most, tried in the order of `BEFORE` and `AFTER`.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Final, Literal

Before = Literal["refused", "rate_limited", "error_before", "dropped_before", "hang_before"]
After = Literal["error_after", "lost_reply", "broken_reply", "hang_after"]

BEFORE: Final[tuple[Before, ...]] = (
    "refused",
    "rate_limited",
    "error_before",
    "dropped_before",
    "hang_before",
)
"""Nothing was accepted."""

AFTER: Final[tuple[After, ...]] = ("error_after", "lost_reply", "broken_reply", "hang_after")
"""It was accepted, and the sender of the request doesn't learn of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """Shares of what goes wrong, and how it looks. `hang_s` is real time, `late_s` the town's."""

    seed: int = 0
    refused: float = 0.0
    refused_code: int = 30002
    refused_status: int = 400
    rate_limited: float = 0.0
    retry_after_s: int = 1
    error_before: float = 0.0
    dropped_before: float = 0.0
    hang_before: float = 0.0
    error_after: float = 0.0
    lost_reply: float = 0.0
    broken_reply: float = 0.0
    hang_after: float = 0.0
    hang_s: float = 60.0
    late_callback: float = 0.0
    late_s: float = 60.0
    doubled_callback: float = 0.0
    reordered_callback: float = 0.0
    lost_callback: float = 0.0
    doubled_inbound: float = 0.0
    lost_inbound: float = 0.0
    list_error: float = 0.0
    fetch_error: float = 0.0
    list_lag_s: float = 0.0


class Dice:
    """Draws from the seed of the faults that are on."""

    def __init__(self, faults: Faults) -> None:
        self.faults = faults
        self._random = random.Random(faults.seed)  # noqa: S311 -- what goes wrong is to be repeatable

    def happens(self, kind: str) -> bool:
        """Whether this kind of fault happens now."""
        share: float = getattr(self.faults, kind)
        return share > 0.0 and self._random.random() < share

    def before(self) -> Before | None:
        """What goes wrong before anything is accepted, if anything."""
        return next((kind for kind in BEFORE if self.happens(kind)), None)

    def after(self) -> After | None:
        """What goes wrong after it was accepted, if anything."""
        return next((kind for kind in AFTER if self.happens(kind)), None)

    def heads(self) -> bool:
        """One of two ways in which the same fault can look."""
        return self._random.random() < 0.5
