"""What townspeople do with letters: follows from the seed and the address alone, as with texts and calls."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from dialer.town.sayings import NO, QUESTIONS, UNCLEAR, YES

Deed = Literal[
    "reads", "replies", "stops", "unsubscribes", "complains", "is_away", "is_unknown", "is_full", "is_refused"
]
"""`is_unknown` and `is_full` come back by letter, `is_refused` is said while we send; the others arrive."""

STOPS: Final = (
    "STOP",
    "Please stop these emails.",
    "Unsubscribe me please",
    "I no longer wish to hear from you.",
    "Peidiwch ag e-bostio fi",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PostShares:
    """How many of the addresses do what with a letter, each a share from 0 to 1; the others read it."""

    is_refused: float = 0.01
    is_unknown: float = 0.02
    is_full: float = 0.01
    complains: float = 0.003
    unsubscribes: float = 0.02
    stops: float = 0.02
    is_away: float = 0.03
    replies: float = 0.12


@dataclass(frozen=True, slots=True, kw_only=True)
class PostHabits:
    """What was fixed for one address; what is None stays as drawn."""

    deed: Deed | None = None
    after_s: float | None = None
    words: str | None = None


@dataclass(frozen=True, slots=True)
class Correspondent:
    """Whoever has an address. Their n-th letter is counted from 0."""

    address: str
    seed: int
    shares: PostShares
    habits: PostHabits = PostHabits()

    def deed(self, nth: int) -> Deed:
        """What becomes of the n-th letter. Whether an address is there at all is the same for all of them."""
        if self.habits.deed is not None:
            return self.habits.deed
        lasting: tuple[tuple[Deed, float], ...] = (
            ("is_refused", self.shares.is_refused),
            ("is_unknown", self.shares.is_unknown),
        )
        each: tuple[tuple[Deed, float], ...] = (
            ("is_full", self.shares.is_full),
            ("complains", self.shares.complains),
            ("unsubscribes", self.shares.unsubscribes),
            ("stops", self.shares.stops),
            ("is_away", self.shares.is_away),
            ("replies", self.shares.replies),
        )
        return self._of("is there", lasting) or self._of(f"letter {nth}", each) or "reads"

    def after_s(self, nth: int) -> float:
        """How many seconds after it came."""
        if self.habits.after_s is not None:
            return self.habits.after_s
        return 2.0 + 60.0 * self._draw(f"after {nth}")

    def words(self, nth: int, deed: Deed) -> str:
        """What they write, where they do."""
        if self.habits.words is not None:
            return self.habits.words
        said = STOPS if deed == "stops" else (*YES, *NO, *QUESTIONS, *UNCLEAR)
        return said[int(self._draw(f"words {nth}") * len(said))]

    def _of(self, about: str, kinds: Sequence[tuple[Deed, float]]) -> Deed | None:
        drawn, reached = self._draw(about), 0.0
        for kind, share in kinds:
            reached += share
            if drawn < reached:
                return kind
        return None

    def _draw(self, about: str) -> float:
        digest = hashlib.blake2b(f"{self.seed}|{self.address}|{about}".encode(), digest_size=7).digest()
        return int.from_bytes(digest, "big") / (1 << 56)
