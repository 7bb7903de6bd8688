"""Limits that are kept together by all processes: how much of something may go in a second."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

BURST_S: Final = 0.5
"""At most this many seconds of a rate lie ready to be taken at once: what a busy machine was late by is made
up for, and with what the wire adds no ten seconds pass a limit by more than one second's worth.
"""


@dataclass(frozen=True, slots=True)
class Limit:
    """One thing that is limited, by name, and what of it may go in a second (more than 0)."""

    name: str
    rate_per_s: float

    @property
    def burst(self) -> float:
        """What may lie ready at most: one at least."""
        return max(1.0, self.rate_per_s * BURST_S)


@dataclass(frozen=True, slots=True)
class Taken:
    """How many of those that asked may go now, and in how many seconds the next one may at the earliest."""

    count: int
    again_in_s: float = 0.0
