"""How soon those who talk or write up their call will be free: learned hazards over the time they have had.

Long calls tend to go on, short ones to end soon; so the chance of being free within some seconds depends on
how long it has lasted. Times are kept in bins that grow, as counts; the hazard of a bin (ends per second at
risk) is the piecewise-exponential estimate of survival analysis, which a prior of a few ends makes safe.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import pairwise
from operator import mul
from typing import Any, Final

EDGES: Final = (
    *(0.0, 2.0, 4.0, 6.0, 8.0, 10.0, 12.5, 15.0, 18.0, 22.0, 27.0, 33.0, 40.0, 50.0, 62.0, 77.0, 95.0),
    *(118.0, 146.0, 180.0, 225.0, 280.0, 350.0, 440.0, 550.0, 700.0, 900.0, 1200.0),
)
"""Where the bins begin, in seconds."""
BINS: Final = len(EDGES)
WIDTHS: Final = tuple(b - a for a, b in zip(EDGES, (*EDGES[1:], 1800.0), strict=True))
MIDDLES: Final = tuple(edge + width / 2 for edge, width in zip(EDGES, WIDTHS, strict=True))
ENDS_MOST: Final = 1_500.0
"""Beyond so many ends the older are forgotten by half."""


def bin_of(seconds: float) -> int:
    """Which bin a time falls into."""
    return max(0, bisect_right(EDGES, seconds) - 1)


def count_bins(times: Iterable[float]) -> list[int]:
    """How many of these times fall into each bin."""
    ordered = sorted(times)
    begins = [0, *(bisect_left(ordered, edge) for edge in EDGES[1:]), len(ordered)]
    return [after - before for before, after in pairwise(begins)]


class Durations:
    """One kind of doing (talk, wrap-up) and how long it takes."""

    def __init__(self, prior_mean_s: float, prior_ends: float) -> None:
        self._prior_mean_s = prior_mean_s
        self._usual = [
            math.exp(-edge / prior_mean_s) * prior_ends * (1 - math.exp(-width / prior_mean_s)) + 0.05
            for edge, width in zip(EDGES, WIDTHS, strict=True)
        ]
        self.ends = [0.0] * BINS
        self.others = [0.0] * BINS
        self.hazards = [1 / prior_mean_s] * BINS

    def learn(self, seconds: float, *, counts: bool = True) -> None:
        """It lasted so long. With `counts` false something else ended it: it was at risk so long, no more."""
        (self.ends if counts else self.others)[bin_of(seconds)] += 1.0

    def refresh(self) -> None:
        """Work the hazards out anew from the counts."""
        if sum(self.ends) > ENDS_MOST:
            self.ends = [n / 2 for n in self.ends]
            self.others = [n / 2 for n in self.others]
        beyond = 0.0
        for i in range(BINS - 1, -1, -1):
            here = self.ends[i] + self.others[i]
            at_risk = beyond * WIDTHS[i] + here * WIDTHS[i] / 2
            usual = self._usual[i]
            self.hazards[i] = (self.ends[i] + usual) / (at_risk + usual * self._prior_mean_s)
            beyond += here

    def chances(self, age: float, horizons: Sequence[float]) -> list[float]:
        """Chance that it ends within each of the growing `horizons` (seconds) from `age` on."""
        found = []
        place, at, total = bin_of(age), age, 0.0
        for horizon in horizons:
            until = age + horizon
            while place + 1 < BINS and EDGES[place + 1] < until:
                total += self.hazards[place] * (EDGES[place + 1] - at)
                place, at = place + 1, EDGES[place + 1]
            total += self.hazards[place] * (until - at)
            at = until
            found.append(1.0 - math.exp(-total))
        return found

    def to_state(self) -> list[list[float]]:
        """Counts and hazards, for JSON."""
        return [list(self.ends), list(self.others), list(self.hazards)]

    def restore(self, state: list[list[float]]) -> None:
        """Go on from what `to_state` gave."""
        self.ends, self.others, self.hazards = (list(part) for part in state)


class Freeing:
    """Who comes free when: chances for those in talk and those in wrap-up, by the time they have had."""

    def __init__(self, horizons: Sequence[int], grace_s: float) -> None:
        self._reach = [max(0.5, h + grace_s) for h in horizons]
        self.talk = Durations(120.0, 6.0)
        self.wrap = Durations(30.0, 6.0)
        self._news = 0
        self._refresh_at = 0
        self._talk_is_old = False
        self.from_talk: list[list[float]] = []
        self.from_wrap: list[list[float]] = []
        self._refresh_wrap()
        self._refresh_talk()

    def talk_ended(self, lasted: float) -> None:
        """A conversation took so many seconds."""
        self.talk.learn(lasted)
        self._news += 1

    def wrap_ended(self, lasted: float, *, ready: bool) -> None:
        """A wrap-up took so many seconds, and ended in a break or for good unless `ready`."""
        self.wrap.learn(lasted, counts=ready)
        self._news += 1

    def look(self) -> None:
        """Work the tables out anew when enough was learned: often at first, seldom later; one now, the other
        when asked next, so that no answer takes long.
        """
        if self._talk_is_old:
            self._refresh_talk()
        elif self._news >= self._refresh_at:
            self._refresh_wrap()
            self._refresh_at = min(60, 2 + self._refresh_at * 5 // 4)
            self._news = 0

    def _refresh_wrap(self) -> None:
        self.wrap.refresh()
        self.from_wrap = [self.wrap.chances(middle, self._reach) for middle in MIDDLES]
        self._talk_is_old = True

    def _refresh_talk(self) -> None:
        self.talk.refresh()
        steps = [float(s) for s in range(2, int(self._reach[-1]) + 3, 2)]
        ahead = self._wrapped_by([0.0, *self.wrap.chances(0.0, steps)])
        self.from_talk = [_both(self.talk.chances(middle, steps), ahead) for middle in MIDDLES]
        self._talk_is_old = False

    def _wrapped_by(self, wrapped: Sequence[float]) -> list[list[float]]:
        """For each reach, the chance that a wrap-up is over by then which begins after one step of two
        seconds, after two, and so on.
        """
        return [list(wrapped[int(reach) // 2 : 0 : -1]) for reach in self._reach]

    def to_state(self) -> dict[str, Any]:
        """Everything that what it does next depends on, for JSON."""
        return {
            "talk": self.talk.to_state(),
            "wrap": self.wrap.to_state(),
            "news": self._news,
            "refresh_at": self._refresh_at,
            "talk_is_old": self._talk_is_old,
            "from_talk": [list(row) for row in self.from_talk],
            "from_wrap": [list(row) for row in self.from_wrap],
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from what `to_state` gave."""
        self.talk.restore(state["talk"])
        self.wrap.restore(state["wrap"])
        self._news, self._refresh_at = state["news"], state["refresh_at"]
        self._talk_is_old = state["talk_is_old"]
        self.from_talk = [list(row) for row in state["from_talk"]]
        self.from_wrap = [list(row) for row in state["from_wrap"]]


def _both(talked: Sequence[float], wrapped_by: Sequence[Sequence[float]]) -> list[float]:
    """Chance of talk and wrap-up both being over, in steps of two seconds folded into each other."""
    ended = [b - a for a, b in zip([0.0, *talked], talked, strict=False)]
    return [sum(map(mul, ended, wrapped)) for wrapped in wrapped_by]
