"""Texts that a run has claimed and not yet sent, sender by sender."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Final, TypeVar

from dialer.store.queries.message_claims import Claimed

Thing = TypeVar("Thing")

AHEAD_S: Final = 0.5
AHEAD_LEAST: Final = 100
"""So much of what lately went is claimed ahead, and at least so many: what a run hasn't sent at its end goes
back, which costs as much as claiming it did.
"""


@dataclass(slots=True)
class Held:
    """What is claimed of one sender: texts that a person waits for, those for which somebody has pressed, and
    those of blasts that go by themselves.

    The buckets are asked again at `ask_again_at` (of `time.monotonic()`): before, they have nothing to give.
    """

    single: deque[Claimed] = field(default_factory=deque)
    pressed: deque[Claimed] = field(default_factory=deque)
    blast: deque[Claimed] = field(default_factory=deque)
    ask_again_at: float = -math.inf
    _claimed: int = 0
    _claimed_at: float = -math.inf

    def next_claim(self, most: int, at: float) -> int:
        """How many to claim of blasts now that the last are gone, at a moment of `time.monotonic()`."""
        pace = self._claimed / max(at - self._claimed_at, 0.001)
        self._claimed = min(most, max(AHEAD_LEAST, int(pace * AHEAD_S)))
        self._claimed_at = at
        return self._claimed

    def __bool__(self) -> bool:
        return bool(self.single or self.pressed or self.blast)

    def all(self) -> Iterator[Claimed]:
        """Everything that is claimed."""
        yield from self.single
        yield from self.pressed
        yield from self.blast


def even_shares(of_each: Sequence[Sequence[Thing]]) -> list[Thing]:
    """One of each in turn, so that whichever part goes first has as many of each blast as there are."""
    return [one for turn in zip_longest(*of_each) for one in turn if one is not None]


def beginning_anywhere(things: Sequence[Thing], luck: float) -> list[Thing]:
    """All of them in their order, of which `luck` (0 to 1) picks the first."""
    at = int(luck * len(things)) % len(things) if things else 0
    return [*things[at:], *things[:at]]
