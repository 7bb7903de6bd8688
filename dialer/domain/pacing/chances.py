"""How likely it is that an answer finds nobody free.

At some moment ahead a number of answers will have come and a number of volunteers come free, both sums of
independent chances (Poisson-binomial). In small rooms their distribution is worked out exactly, in large ones
by the refined normal approximation (Volkova 1996), which corrects for skewness.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

EXACT_MOST: Final = 10
"""Busy volunteers up to which their coming free is worked out exactly."""
ROOT_2: Final = math.sqrt(2.0)
ROOT_2_PI: Final = math.sqrt(2.0 * math.pi)


def sum_of(chances: Sequence[float]) -> list[float]:
    """Distribution of how many of some independent things happen."""
    found = [1.0]
    for chance in chances:
        stays = 1.0 - chance
        found.append(found[-1] * chance)
        for i in range(len(found) - 2, 0, -1):
            found[i] = found[i] * stays + found[i - 1] * chance
        found[0] *= stays
    return found


def binomial_up_to(trials: int, mean: float, most: int) -> list[float]:
    """P(X <= k) for k from 0 to `most`, X binomial with this mean."""
    chance = min(0.999, mean / trials) if trials else 0.0
    term = (1.0 - chance) ** trials
    odds = chance / (1.0 - chance)
    total, found = 0.0, []
    for k in range(most + 1):
        total += term
        found.append(total)
        term *= odds * (trials - k) / (k + 1) if k < trials else 0.0
    return found


def short_exactly(free: int, coming: Sequence[float], trials: int, mean: float) -> float:
    """P(answers >= free + those who come free): `coming` is their distribution, answers are binomial."""
    most = free + len(coming) - 2
    if free < 0:
        coming, free, below = coming[-free:], 0, sum(coming[:-free])
        return below + (short_exactly(0, coming, trials, mean) if coming else 0.0)
    up_to = binomial_up_to(trials, mean, max(0, most + 1))
    total = 0.0
    for k, weight in enumerate(coming):
        need = free + k
        total += weight * (1.0 if need <= 0 else max(0.0, 1.0 - up_to[need - 1]))
    return total


def short_roughly(free: int, mean: float, variance: float, skew: float) -> float:
    """P(net demand >= free), demand being answers less those who come free, with this mean, variance and
    third central moment.
    """
    deviation = math.sqrt(variance + 1e-9)
    x = (free - 0.5 - mean) / deviation
    below = 0.5 * (1.0 + math.erf(x / ROOT_2))
    below += skew / (6.0 * deviation**3) * (1.0 - x * x) * math.exp(-0.5 * x * x) / ROOT_2_PI
    return min(1.0, max(0.0, 1.0 - below))
