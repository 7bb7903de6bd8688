"""What the next seconds hold if so many calls are started now."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from dialer.domain.pacing.answers import Answers, Rates
from dialer.domain.pacing.chances import EXACT_MOST, short_exactly, short_roughly, sum_of
from dialer.domain.pacing.durations import Freeing, count_bins
from dialer.domain.pacing.floor import Floor

STEP_S: Final = 2
LEAST_WEIGHT: Final = 0.004
STRESS_CAUTION: Final = 0.4
STRESS_CAUTION_FIRST: Final = 1.0
"""Standard deviations by which what comes after a jump may be more than expected: the first always, and the
second beside it where the day has room for one person, less where it has more.
"""
STRESS_DOUBT: Final = 3.0
"""How many answers must be missing before such a jump is ruled out for the calls of the last seconds."""


def horizons_of(span: int) -> range:
    """The moments ahead, in seconds, at which supply and demand are compared."""
    return range(1, span + 1, STEP_S)


@dataclass(slots=True)
class Moment:
    """Supply and demand by some seconds from now, with no further call started."""

    weight: float  # share of a new call's answers around this moment
    by_now: float  # share of its answers by this moment
    answers: float
    answers_variance: float
    answers_here: float  # answers expected around this moment
    free: float  # volunteers who come free, mean
    free_variance: float
    free_skew: float
    coming: list[float] | None  # their distribution, where there are few
    answers_if_jumped: float  # had the rate jumped without our having heard of it


class Outlook:
    """Supply and demand as they stand, to be asked about any number of new calls."""

    def __init__(self, floor: Floor, answers: Answers, freeing: Freeing, rates: Rates) -> None:
        self.free = len(floor.waiting) - len(floor.answered)
        self.rate, self.doubt, self.jumped = rates.prudent, rates.doubt, rates.jumped
        self.trials = sum(count for _, count in answers.ringing(floor.now))
        self.moments = self._moments(floor, answers, freeing)

    def _moments(self, floor: Floor, answers: Answers, freeing: Freeing) -> list[Moment]:
        horizons = horizons_of(answers.span)
        means, variances = answers.spread(floor.now, [self.rate] * answers.span, horizons)
        if_jumped = answers.rates_if_jumped(floor.now, self.rate, self.jumped, STRESS_DOUBT)
        stressed = answers.expected(floor.now, if_jumped, horizons)
        ages = _ages(floor.talking.values(), floor.now, freeing.from_talk)
        ages += _ages(floor.wrapping.values(), floor.now, freeing.from_wrap)
        few = len(floor.talking) + len(floor.wrapping) <= EXACT_MOST
        supply = _supply(ages) if ages else [(0.0, 0.0, 0.0)] * len(horizons)
        found = []
        for k, horizon in enumerate(horizons):
            weight = answers.share_around(horizon, STEP_S)
            if weight < LEAST_WEIGHT:
                continue
            free = sum_of([row[k] for count, row in ages for _ in range(count)]) if few else None
            here = means[k] - (means[k - 1] if k else 0.0)
            by_now = answers.by_age[horizon]
            found.append(Moment(weight, by_now, means[k], variances[k], here, *supply[k], free, stressed[k]))
        return found

    def short(self, moment: Moment, calls: int, beyond: int = 0) -> float:
        """Chance that one more answer at this moment, with so many other calls started now, finds nobody, as
        `beyond` others did.
        """
        mean = moment.answers + calls * self.rate * moment.by_now
        if moment.coming is not None:
            return short_exactly(self.free + beyond, moment.coming, self.trials + calls, mean)
        variance = moment.answers_variance + calls * self.rate * moment.by_now * (
            1 - self.rate * moment.by_now
        )
        skew = variance * 0.8 - moment.free_skew
        variance += moment.free_variance + (self.doubt * mean) ** 2
        return short_roughly(self.free + beyond, mean - moment.free, variance, skew)

    def lost_in_jump(self, calls: int, left: float) -> float:
        """How many would find nobody if the answer rate had just jumped: what comes by some moment beyond
        those free by then, where that is worst; the less the day has left, the more cautiously.
        """
        worst = 0.0
        caution = STRESS_CAUTION + STRESS_CAUTION_FIRST / max(1.0, left)
        for moment in self.moments:
            come = moment.answers_if_jumped + calls * self.jumped * moment.by_now
            spread = math.sqrt(come * (1.0 - self.jumped) + moment.free_variance)
            worst = max(worst, come - self.free - moment.free + caution * spread)
        return worst

    def to_come(self, calls: int) -> float:
        """Answers to come of all calls in the air."""
        return self.moments[-1].answers + calls * self.rate

    def beyond(self, calls: int, spare: int) -> float:
        """Chance that the last of so many new calls, if answered, leaves more than `spare` abandoned."""
        return sum(moment.weight * self.short(moment, calls - 1, spare) for moment in self.moments)

    def risk(self, calls: int) -> tuple[float, float]:
        """Chance that the last of so many new calls, if answered, is abandoned or makes another so; and how
        many of all those in the air will be.
        """
        chance = lost = 0.0
        for moment in self.moments:
            short = self.short(moment, calls - 1)
            chance += moment.weight * short
            lost += short * (moment.answers_here + calls * self.rate * moment.weight)
        return chance, lost


def _ages(
    since: Iterable[float], now: float, table: Sequence[Sequence[float]]
) -> list[tuple[int, Sequence[float]]]:
    """How many have been at it for how long, as (count, their chances)."""
    counts = count_bins([now - began for began in since])
    return [(count, table[i]) for i, count in enumerate(counts) if count]


def _supply(ages: Sequence[tuple[int, Sequence[float]]]) -> list[tuple[float, float, float]]:
    """Mean, variance and third central moment of how many come free by each of the moments ahead."""
    counts = [count for count, _ in ages]
    return [_sum_up(counts, chances) for chances in zip(*[row for _, row in ages], strict=True)]


def _sum_up(counts: Iterable[int], chances: Iterable[float]) -> tuple[float, float, float]:
    mean = variance = skew = 0.0
    for count, chance in zip(counts, chances, strict=True):
        free = count * chance
        spread = free * (1.0 - chance)
        mean += free
        variance += spread
        skew += spread * (1.0 - 2.0 * chance)
    return mean, variance, skew
