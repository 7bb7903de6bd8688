"""How many of those whom nobody met were people: an estimate with the interval that it lies in, 95 times in
100.

Whoever met somebody knows: volunteers say of each call whether a person or a machine was on it. From them it
is learned which share of answers are people, of all, and of those that the carrier took for a machine or for
a person. The share is a Beta distribution; how many of the next few are people is beta-binomial, and what
several kinds come to together is their convolution. The priors are stated below: they count as much as so
many calls met, and no more.

The law counts people: a call that was dropped because a machine was heard, wrongly, was abandoned, and must
be estimated and counted (Ofcom, Persistent misuse: a statement of policy, 28 December 2016, on false
positives of answering machine detection).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

Heard = Literal["machine", "human", "nothing"]
"""What the carrier heard; `nothing` where nobody listened, or it couldn't tell."""

PRIORS: Final[Mapping[Heard, tuple[float, float]]] = {
    "machine": (0.5, 4.5),
    "human": (4.5, 0.5),
    "nothing": (0.5, 0.5),
}
"""People and machines as if met: of ten machines heard one was a person, of ten people heard one a machine,
each with the weight of five calls; of who wasn't listened to nothing is known beforehand.
"""
TAKEN_PRIOR: Final = (2.0, 38.0)
"""People as if met who were, and weren't, taken for a machine: one in twenty, with the weight of forty."""
INSIDE: Final = 0.95
EXACT_MOST: Final = 600
"""Above so many in all the normal distribution is near enough."""
_NORMAL: Final = 1.96
_STEPS: Final = 4000


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number that isn't known, and the least and most that it may be."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Kind:
    """Calls of which the carrier heard the same: people and machines that volunteers met, and how many others
    there are of whom it isn't known.
    """

    people: int = 0
    machines: int = 0
    unmet: int = 0


def people_among(kinds: Mapping[Heard, Kind]) -> Estimate:
    """How many of the unmet are people. Of whom nothing was heard, all that were met tell."""
    total = sum(kind.unmet for kind in kinds.values())
    shares = [(kind.unmet, *_share(heard, kinds)) for heard, kind in kinds.items() if kind.unmet]
    if total > EXACT_MOST:
        return _normal(shares, total)
    chances = [1.0]
    for count, people, machines in shares:
        chances = _convolved(chances, _beta_binomial(count, people, machines))
    low, high = _quantile(chances, (1 - INSIDE) / 2), _quantile(chances, (1 + INSIDE) / 2)
    return Estimate(sum(many * chance for many, chance in enumerate(chances)), low, high)


def taken_for_machines(taken: int, people: int) -> Estimate:
    """The share of people whom the carrier takes for a machine, where `taken` of `people` met were."""
    a, b = TAKEN_PRIOR[0] + taken, TAKEN_PRIOR[1] + people - taken
    weights = [(a - 1) * math.log(x) + (b - 1) * math.log1p(-x) for x in _grid()]
    most = max(weights)
    chances = [math.exp(one - most) for one in weights]
    whole = sum(chances)
    chances = [one / whole for one in chances]
    low, high = _quantile(chances, (1 - INSIDE) / 2), _quantile(chances, (1 + INSIDE) / 2)
    return Estimate(a / (a + b), (low + 0.5) / _STEPS, (high + 0.5) / _STEPS)


def _grid() -> list[float]:
    return [(step + 0.5) / _STEPS for step in range(_STEPS)]


def _share(heard: Heard, kinds: Mapping[Heard, Kind]) -> tuple[float, float]:
    """The parameters of the share of people among those of whom this was heard."""
    told = list(kinds.values()) if heard == "nothing" else [kinds[heard]]
    people, machines = PRIORS[heard]
    return people + sum(one.people for one in told), machines + sum(one.machines for one in told)


def _normal(shares: Sequence[tuple[int, float, float]], total: int) -> Estimate:
    mean = sum(n * a / (a + b) for n, a, b in shares)
    spread = _NORMAL * math.sqrt(
        sum(n * a * b * (a + b + n) / ((a + b) ** 2 * (a + b + 1)) for n, a, b in shares)
    )
    return Estimate(mean, max(0.0, math.floor(mean - spread)), min(total, math.ceil(mean + spread)))


def _beta_binomial(count: int, a: float, b: float) -> list[float]:
    """The chance of each number of people among so many."""
    whole = math.lgamma(count + 1) - math.lgamma(count + a + b) + math.lgamma(a + b)
    whole -= math.lgamma(a) + math.lgamma(b)
    return [
        math.exp(
            whole
            + math.lgamma(many + a)
            + math.lgamma(count - many + b)
            - math.lgamma(many + 1)
            - math.lgamma(count - many + 1)
        )
        for many in range(count + 1)
    ]


def _convolved(first: Sequence[float], second: Sequence[float]) -> list[float]:
    both = [0.0] * (len(first) + len(second) - 1)
    for at, chance in enumerate(first):
        for beyond, other in enumerate(second):
            both[at + beyond] += chance * other
    return both


def _quantile(chances: Sequence[float], share: float) -> int:
    """The least number that at least this share of chances isn't above."""
    below = 0.0
    for many, chance in enumerate(chances):
        below += chance
        if below >= share - 1e-12:
            return many
    return len(chances) - 1
