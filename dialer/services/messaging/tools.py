"""What sending is done with, beside the context: the carrier, the rates, the clock and some luck."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from dialer.carrier.port import Carrier
from dialer.clock import Clock, utc_now


class Buckets(Protocol):
    """Rates that all processes keep together."""

    def take(self, name: str, want: int, rate_per_s: float) -> int:
        """Take up to `want` tokens of a bucket, as many as are there; 0 where nobody can tell."""


@dataclass(frozen=True, slots=True)
class Tools:
    """What a worker sends with. `luck` draws from 0 to 1, and spreads what is tried again."""

    carrier: Carrier
    buckets: Buckets
    clock: Clock = utc_now
    luck: Callable[[], float] = random.random
