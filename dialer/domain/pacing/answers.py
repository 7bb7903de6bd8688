"""How many of the calls that ring now will be answered, and when.

Calls are kept by the second in which they were started. Of those started a while ago part of the answers has
come already: weighing each by that part gives an answer rate that needs not wait for calls to end, so that a
jump of the rate (another list, another hour) shows within a few answers.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

TRAVEL_S: Final = 6
"""Longest time beyond the ringing in which an answer comes: 4 s until it rings, 2 s until we hear of it."""
PRIOR_ANSWERS: Final = 2.0
PRIOR_CALLS: Final = 6.0
"""What is assumed of the answer rate before anybody has answered: a third, and soon unlearned."""
LONG_CALLS: Final = 500.0
SHORT_CALLS: Final = 80.0
LATEST_CALLS: Final = 25.0
"""How many calls the three memories of the rate go back."""
WINDOWS_S: Final = (4, 7, 11, 16, 24)
"""The last seconds of starting calls that are looked at for a jump of the rate."""
PRIOR_DELAY_S: Final = (2.2, 4.0, 3.0)
"""Shape, scale and offset (seconds) of the time from starting a call to its answer, before it is known: a
gamma distribution, as people reach for their phones.
"""
PRIOR_DELAYS: Final = 12.0
DELAYS_MOST: Final = 3_000


MOST: Final = 0.98
PRUDENCE: Final = 0.5
"""Standard deviations by which the rate is taken higher than it seems."""
JUMP_CHANCE: Final = 0.05
"""How likely it is taken to be beforehand that the rate has jumped within the seconds looked at."""
CHANGED: Final = 3.0
"""Standard deviations by which the short memory must differ for the long one to be forgotten."""
JUMP: Final = 0.42
"""An answer rate that could come at any moment without notice, with another list."""


@dataclass(frozen=True, slots=True)
class Rates:
    """Answer rates to plan with: a prudent one, its relative uncertainty, and what it may jump to."""

    prudent: float
    doubt: float
    jumped: float


class Memory:
    """Answers among calls, the older the fainter."""

    __slots__ = ("answers", "calls", "span")

    def __init__(self, span: float) -> None:
        self.span = span
        self.answers, self.calls = PRIOR_ANSWERS, PRIOR_CALLS

    def add(self, answers: int, calls: int) -> None:
        """Take in calls whose ringing is over."""
        keep = math.exp(-calls / self.span)
        self.answers = self.answers * keep + answers
        self.calls = self.calls * keep + calls

    @property
    def rate(self) -> float:
        """Answers per call; never quite nothing."""
        return (self.answers + 0.3) / (self.calls + 1.0)


class Answers:
    """What is known of the calls in the air, and what is learned from them."""

    def __init__(self, ring_timeout_s: float) -> None:
        self.span = int(ring_timeout_s) + TRAVEL_S
        self.long, self.short, self.latest = Memory(LONG_CALLS), Memory(SHORT_CALLS), Memory(LATEST_CALLS)
        self.first = 0  # the second of rows[0]
        self.rows: list[list[int]] = []  # [started, answered, still ringing] by the second of their start
        self._delays = [PRIOR_DELAYS * part for part in _prior_delays(self.span)]
        self._heard = 0
        self.by_age: list[float] = []
        self._sum_up()

    # ---- learning

    def started(self, at: float) -> None:
        """One call more in the air."""
        row = self._row(at)
        if row is not None:
            row[0] += 1
            row[2] += 1

    def answered(self, started: float, at: float) -> None:
        """One of them needs a volunteer."""
        row = self._row(started)
        if row is not None:
            row[1] += 1
            row[2] -= 1
        self._delays[min(self.span - 1, max(0, int(at - started)))] += 1.0
        self._heard += 1
        if self._heard > DELAYS_MOST:  # the older are forgotten by half
            self._heard //= 2
            self._delays = [part / 2 for part in self._delays]

    def gone(self, started: float) -> None:
        """One of them rings no longer, and needs nobody."""
        row = self._row(started)
        if row is not None:
            row[2] -= 1

    def look(self, now: float) -> None:
        """It is `now`: rates and times are worked out anew, and rows past all ringing are learned from."""
        start = int(now) - self.span
        while self.rows and self.first < start:
            calls, answers, _ = self.rows.pop(0)
            self.first += 1
            if calls:
                self.long.add(min(answers, calls), calls)
                self.short.add(min(answers, calls), calls)
                self.latest.add(min(answers, calls), calls)
                self._forget_if_changed()
        self._sum_up()

    def _forget_if_changed(self) -> None:
        """Another rate has set in: what was before it tells nothing."""
        usual = self.long.rate * self.short.calls
        if abs(self.short.answers - usual) > CHANGED * math.sqrt(usual) + 1.0:
            self.long.answers, self.long.calls = self.short.answers, self.short.calls

    def _row(self, at: float) -> list[int] | None:
        """The row of the second `at`; None where that is over."""
        second = int(at)
        if not self.rows:
            self.first = second
        if second < self.first:
            return None
        if second - self.first > 100 * self.span:  # nobody asked for minutes: nothing before it matters
            self.rows, self.first = [], second
        while len(self.rows) <= second - self.first:
            self.rows.append([0, 0, 0])
        return self.rows[second - self.first]

    def _sum_up(self) -> None:
        """`by_age[a]`: share of the answers that have come `a` whole seconds after the start, up to twice the
        span.
        """
        total = sum(self._delays)
        so_far = 0.0
        shares = [0.0]
        for part in self._delays:
            so_far += part
            shares.append(so_far / total)
        self.by_age = shares + [1.0] * self.span

    # ---- what is known

    def rates(self, now: float) -> Rates:
        """What to plan with: the rate of the long memory, raised as far as the last seconds or the shorter
        memories speak for its having jumped up since.
        """
        usual = min(MOST, self.long.rate)
        doubt = 1 / math.sqrt(self.long.answers + 1.0)
        jumped = max(JUMP, min(0.9, 1.5 * usual))
        recent = self._windows(now)
        answers, calls = recent[-1]
        recent += [(answers + memory.answers, calls + memory.calls) for memory in (self.latest, self.short)]
        rate = max(_raised(usual, jumped, answers, calls) for answers, calls in recent)
        return Rates(min(MOST, rate * (1 + PRUDENCE * doubt)), doubt, max(jumped, min(0.9, 1.5 * rate)))

    def _windows(self, now: float) -> list[tuple[float, float]]:
        """Answers, and the calls that had the time to be answered, of those started in the last seconds."""
        found: list[tuple[float, float]] = []
        answers, calls, done = 0.0, 0.0, 0
        for age, started, answered, _ in self.newest_first(now):
            while done < len(WINDOWS_S) and age >= WINDOWS_S[done]:
                found.append((answers, calls))
                done += 1
            answers += answered
            calls += started * self.by_age[age]
        return [*found, (answers, calls)]

    def newest_first(self, now: float) -> Iterator[tuple[int, int, int, int]]:
        """(age in whole seconds, calls started, answered, still ringing), of calls that may be answered."""
        newest = int(now) - self.first
        for i in range(min(newest, len(self.rows) - 1), -1, -1):
            if newest - i < self.span:
                yield newest - i, self.rows[i][0], self.rows[i][1], self.rows[i][2]

    def share_around(self, delay: int, width: int) -> float:
        """Share of the answers that come within half of `width` seconds around `delay` after the start."""
        return self.by_age[min(delay + width // 2, self.span)] - self.by_age[max(0, delay - width // 2)]

    def ringing(self, now: float) -> list[tuple[int, int]]:
        """(age in whole seconds, calls of that age that still ring), those that can still be answered."""
        return [(age, ringing) for age, _, _, ringing in self.newest_first(now) if ringing > 0]

    def expected(self, now: float, rates: Sequence[float], horizons: range) -> list[float]:
        """How many answers come within each of `horizons` (seconds), on the average; `rates` by the calls'
        age.
        """
        mean = [0.0] * len(horizons)
        for count, chances in self._chances(now, rates, horizons):
            mean = [so_far + count * chance for so_far, chance in zip(mean, chances, strict=True)]
        return mean

    def spread(self, now: float, rates: Sequence[float], horizons: range) -> tuple[list[float], list[float]]:
        """The same, with the variances."""
        mean, variance = [0.0] * len(horizons), [0.0] * len(horizons)
        for count, chances in self._chances(now, rates, horizons):
            for k, chance in enumerate(chances):
                come = count * chance
                mean[k] += come
                variance[k] += come * (1.0 - chance)
        return mean, variance

    def _chances(
        self, now: float, rates: Sequence[float], horizons: range
    ) -> Iterator[tuple[int, list[float]]]:
        """(calls of one age that still ring, chances that one of them is answered within each horizon)."""
        by_age = self.by_age
        first, last, step = horizons.start, horizons.stop, horizons.step
        for age, count in self.ringing(now):
            come, rate = by_age[age], rates[age]
            left = rate / (1.0 - rate * come)
            yield count, [left * (by - come) for by in by_age[age + first : age + last : step]]

    def rates_if_jumped(self, now: float, rate: float, jumped: float, doubt: float) -> list[float]:
        """Rates by age, had the rate jumped without our having heard of it: to `jumped` for the calls of the
        last seconds, as far back as less than `doubt` answers are missing for that.
        """
        missing, rates = 0.0, [rate] * self.span
        for age, started, answered, _ in self.newest_first(now):
            missing += (jumped - rate) * started * self.by_age[age] - answered
            if missing > doubt:
                break
            rates[age] = jumped
        return rates

    # ---- over a restart

    def to_state(self) -> dict[str, Any]:
        """Everything that what it does next depends on, for JSON."""
        return {
            "long": [self.long.answers, self.long.calls],
            "short": [self.short.answers, self.short.calls],
            "latest": [self.latest.answers, self.latest.calls],
            "first": self.first,
            "rows": [list(row) for row in self.rows],
            "delays": list(self._delays),
            "heard": self._heard,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from what `to_state` gave."""
        self.long.answers, self.long.calls = state["long"]
        self.short.answers, self.short.calls = state["short"]
        self.latest.answers, self.latest.calls = state["latest"]
        self.first = state["first"]
        self.rows = [list(row) for row in state["rows"]]
        self._delays, self._heard = list(state["delays"]), state["heard"]
        self._sum_up()


def _raised(usual: float, jumped: float, answers: float, calls: float) -> float:
    """The rate to expect where `answers` came of `calls`, if it may have jumped up from `usual`: the likelier
    that has become, the nearer to where it went.
    """
    weight, total = 1.0, usual
    for rate in (1.5 * usual, 2.5 * usual, jumped):
        belief = JUMP_CHANCE * math.exp(min(50.0, answers * math.log(rate / usual) - (rate - usual) * calls))
        weight += belief
        total += belief * rate
    return total / weight


def _prior_delays(span: int) -> list[float]:
    """Shares of the answers by the second in which they come, before anything is known."""
    shape, scale, offset = PRIOR_DELAY_S
    middles = [max(0.0, second + 0.5 - offset) for second in range(span)]
    parts = [x ** (shape - 1) * math.exp(-x / scale) + 1e-4 for x in middles]
    return [part / sum(parts) for part in parts]
