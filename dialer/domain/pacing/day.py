"""What the last 24 hours allow: abandoned people against live answers, bounded from above.

Who is counted are people. Without machine detection nobody knows whether an abandoned call was one; the
share of people among those that volunteers did meet says it, with its uncertainty.
"""

from __future__ import annotations

import math
from dataclasses import astuple, dataclass
from typing import Any, Final

SLICE_S: Final = 900.0
SLICES: Final = 97
"""24 hours and the slice that has begun."""
CAUTION: Final = 2.5
"""Standard deviations by which the count of abandoned people is bounded from above."""
SHARE_CALLS: Final = 60.0
"""How many answers the share of people among them is remembered over."""


@dataclass(slots=True)
class Slice:
    """A quarter of an hour's counts."""

    began: float
    live: float = 0.0
    abandoned: float = 0.0
    people: float = 0.0
    variance: float = 0.0
    mistaken: float = 0.0


class Day:
    """The running account of a campaign."""

    def __init__(self, ceiling: float, mistaken_share: float) -> None:
        self._ceiling = ceiling
        self._mistaken = mistaken_share / max(0.5, 1.0 - mistaken_share)
        self._slices: list[Slice] = []
        self._met_people, self._met = 2.0, 2.0
        self.live = self.lost = 0.0

    @property
    def share(self) -> float:
        """Share of people among answers, as high as is plausible."""
        share = self._met_people / self._met
        return min(1.0, share + math.sqrt(share * (1 - share) / self._met) + 0.5 / self._met)

    def met(self, at: float, *, person: bool) -> None:
        """A volunteer has spoken to who answered: a person, or a machine."""
        keep = 1.0 - 1.0 / SHARE_CALLS
        self._met_people = self._met_people * keep + person
        self._met = self._met * keep + 1.0
        if person:
            self.hung_up(at)

    def hung_up(self, at: float) -> None:
        """A live answer that wasn't abandoned."""
        now = self._slice(at)
        now.live += 1.0
        now.mistaken += self._mistaken

    def abandoned(self, at: float) -> None:
        """Nobody was free in time: a person, as far as is known."""
        now = self._slice(at)
        share = self.share
        now.abandoned += 1.0
        now.people += share
        now.variance += share * (1.0 - share)
        now.mistaken += self._mistaken * share

    def look(self, now: float) -> None:
        """It is `now`: what is older than 24 h counts no more."""
        while self._slices and self._slices[0].began < now - SLICE_S * SLICES:
            self._slices.pop(0)
        people = sum(s.people for s in self._slices)
        spread = CAUTION * math.sqrt(sum(s.variance for s in self._slices))
        mistaken = sum(s.mistaken for s in self._slices)
        self.lost = min(sum(s.abandoned for s in self._slices), people + spread)
        if mistaken:
            self.lost += mistaken + 1.5 * math.sqrt(mistaken)
        self.live = sum(s.live for s in self._slices) + max(0.0, people - spread) + mistaken

    def left(self, talking: float) -> float:
        """How many people could still be abandoned, with `talking` people in conversation now."""
        return max(1.0, self._ceiling * (self.live + talking)) - self.lost

    def _slice(self, at: float) -> Slice:
        began = at - at % SLICE_S
        if not self._slices or self._slices[-1].began < began:
            self._slices.append(Slice(began))
        return self._slices[-1]

    def to_state(self) -> dict[str, Any]:
        """Everything that what it does next depends on, for JSON."""
        return {"slices": [list(astuple(s)) for s in self._slices], "met": [self._met_people, self._met]}

    def restore(self, state: dict[str, Any], now: float) -> None:
        """Go on from what `to_state` gave."""
        self._slices = [Slice(*fields) for fields in state["slices"]]
        self._met_people, self._met = state["met"]
        self.look(now)
