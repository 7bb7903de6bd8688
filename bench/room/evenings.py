"""Many evenings, side by side in processes of their own."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Final

from bench.room.contenders import BLIND_TO_CEILING, CONTENDERS
from bench.room.host import Host
from bench.room.scenario import Scenario
from bench.room.truth import Truth

CEILINGS: Final = (0.03, 0.01)
SEED_SETS: Final = ("first", "second")


@dataclass(frozen=True, slots=True)
class Evening:
    """One run to be made."""

    scenario: Scenario
    ceiling: float
    seed: str
    contender: str

    @property
    def weight(self) -> float:
        return self.scenario.volunteering.number * self.scenario.minutes


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one evening, by the law at one ceiling."""

    evening: Evening
    ceiling: float
    lawful: bool
    live_answers: int
    abandoned: int
    contacts_an_hour: float
    mean_wait_s: float
    wait_p90_s: float
    mean_ask_us: float
    ask_p99_us: float


def evenings(scenarios: Iterable[Scenario], names: Sequence[str], seeds: int) -> list[Evening]:
    """Each scenario by each contender on each seed, the longest first."""
    found = [
        Evening(scenario, ceiling, f"{which} {number}", name)
        for scenario in scenarios
        for name in names
        for ceiling in (CEILINGS[:1] if name in BLIND_TO_CEILING else CEILINGS)
        for which in SEED_SETS
        for number in range(seeds)
    ]
    return sorted(found, key=lambda one: -one.weight)


def spend(evening: Evening) -> list[Result]:
    """Run one evening, and judge it by the ceilings that it counts for."""
    make = CONTENDERS[evening.contender]
    truth = Host(evening.scenario, evening.ceiling, evening.seed, make).run()
    ceilings = CEILINGS if evening.contender in BLIND_TO_CEILING else (evening.ceiling,)
    return [_result(evening, ceiling, truth) for ceiling in ceilings]


def spend_all(given: Sequence[Evening], processes: int) -> list[Result]:
    with get_context("spawn").Pool(processes) as pool:
        return [result for some in pool.imap_unordered(spend, given) for result in some]


def _result(evening: Evening, ceiling: float, truth: Truth) -> Result:
    thought = sorted(truth.ask_ns)
    return Result(
        evening=evening,
        ceiling=ceiling,
        lawful=truth.lawful(ceiling),
        live_answers=truth.live_answers,
        abandoned=truth.abandoned,
        contacts_an_hour=truth.contacts_an_hour,
        mean_wait_s=truth.mean_wait_s,
        wait_p90_s=truth.wait_p90_s,
        mean_ask_us=sum(thought) / len(thought) / 1e3,
        ask_p99_us=thought[int(len(thought) * 0.99)] / 1e3,
    )


def geometric_mean(figures: Sequence[float]) -> float:
    """Not a number where there are none; an evening without any contact counts as a thousandth."""
    if not figures:
        return math.nan
    return math.exp(sum(math.log(max(figure, 1e-3)) for figure in figures) / len(figures))
