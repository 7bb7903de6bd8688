"""Tables of what came of the evenings, and whether the aims are met."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from bench.room.contenders import BOUND, ORACLE
from bench.room.evenings import Result, geometric_mean

LARGE: Final = 50
"""From so many volunteers up nine tenths of who knows the future is aimed at."""
AIM_OF_BOUND: Final = 1.0
AIM_OF_ORACLE: Final = 0.9
BEST: Final = "Pacer"
"""Who has to meet the aims."""

Ratios = dict[str, list[float]]


def report(results: Sequence[Result], ceiling: float, scenarios: Sequence[str], names: Sequence[str]) -> bool:
    """Print all there is to say for one ceiling; whether the aims are met by the policy that is judged."""
    here = [result for result in results if result.ceiling == ceiling]
    _print_scenarios(here, ceiling, scenarios, names)
    return _print_summary(here, names)


def _print_scenarios(
    results: Sequence[Result], ceiling: float, scenarios: Sequence[str], names: Sequence[str]
) -> None:
    print(f"\nAt a ceiling of {ceiling:.0%}: people spoken to in a volunteer's hour; !n: over in n evenings")
    print(f"{'':28}" + "".join(f"{name[:11]:>12}" for name in names))
    by_place = defaultdict(list)
    for result in results:
        by_place[result.evening.scenario.name, result.evening.contender].append(result)
    for scenario in scenarios:
        cells = (_cell(by_place[scenario, name]) for name in names)
        print(f"{scenario[:27]:28}" + "".join(cells))


def _cell(results: Sequence[Result]) -> str:
    over = sum(not result.lawful for result in results)
    mean = sum(result.contacts_an_hour for result in results) / len(results)
    return f"{mean:9.1f}" + (f"!{over:<2}" if over else "   ")


def _print_summary(results: Sequence[Result], names: Sequence[str]) -> bool:
    head = (
        "over",
        "of",
        "worst",
        "abandoned",
        "/bound",
        "/oracle",
        f"/oracle≥{LARGE}",
        "wait",
        "p90",
        "thought",
    )
    print(f"\n{'':20}" + "".join(f"{word:>11}" for word in head))
    met = True
    for name in names:
        mine = [result for result in results if result.evening.contender == name]
        over = sum(not result.lawful for result in mine)
        of_bound = geometric_mean(_against(results, mine, BOUND))
        of_oracle = geometric_mean(_against(results, mine, ORACLE))
        large = geometric_mean(_against(results, [one for one in mine if _is_large(one)], ORACLE))
        figures = f"{over:11}{len(mine):11}{_worst(mine):>11}{_abandoned(mine):>11.2%}"
        ratios = f"{of_bound:11.3f}{of_oracle:11.3f}{large:11.3f}"
        print(f"{name:20}{figures}{ratios}{_waits(mine)}{_thought(mine):8.0f} µs")
        if name == BEST:
            met = over == 0 and of_bound >= AIM_OF_BOUND and not large < AIM_OF_ORACLE
    return met


def _against(results: Sequence[Result], mine: Sequence[Result], other: str) -> list[float]:
    """Contacts an hour in each evening, as a share of what another made of the same."""
    theirs = {_place(result): result for result in results if result.evening.contender == other}
    pairs = [(result, theirs[_place(result)]) for result in mine if _place(result) in theirs]
    return [one.contacts_an_hour / max(1e-3, two.contacts_an_hour) for one, two in pairs]


def _place(result: Result) -> tuple[str, str]:
    return result.evening.scenario.name, result.evening.seed


def _is_large(result: Result) -> bool:
    return result.evening.scenario.volunteering.number >= LARGE


def _worst(results: Sequence[Result]) -> str:
    """The most that was abandoned as a share of what may be."""
    worst = max(one.abandoned / max(1.0, one.ceiling * one.live_answers) for one in results)
    return f"{worst:.1f}x"


def _abandoned(results: Sequence[Result]) -> float:
    return sum(one.abandoned for one in results) / max(1, sum(one.live_answers for one in results))


def _waits(results: Sequence[Result]) -> str:
    """Mean and ninth tenth, in seconds, in the middle one of the evenings."""
    means = sorted(one.mean_wait_s for one in results if not math.isnan(one.mean_wait_s))
    tenths = sorted(one.wait_p90_s for one in results if not math.isnan(one.wait_p90_s))
    return f"{means[len(means) // 2]:9.1f} s{tenths[len(tenths) // 2]:9.1f} s" if means else f"{'':22}"


def _thought(results: Sequence[Result]) -> float:
    return max(one.ask_p99_us for one in results)


def print_findings(results: Sequence[Result], name: str, *, beside: bool) -> None:
    """Where that policy is over the ceiling, and where it gets least beside the bound and the oracle."""
    mine = [result for result in results if result.evening.contender == name]
    for one in sorted((one for one in mine if not one.lawful), key=lambda one: -one.abandoned):
        said = f"{one.abandoned} of {one.live_answers} live answers"
        print(f"OVER  {one.ceiling:.0%}  {one.evening.scenario.name} (seed {one.evening.seed}): {said}")
    for other in (BOUND, ORACLE) if beside else ():
        for ceiling in sorted({one.ceiling for one in mine}):
            here = [one for one in mine if one.ceiling == ceiling]
            against = _against([one for one in results if one.ceiling == ceiling], here, other)
            if len(against) == len(here):
                _print_least(ceiling, other, list(zip(against, here, strict=True)))


def _print_least(ceiling: float, other: str, found: list[tuple[float, Result]]) -> None:
    least = sorted(found, key=lambda one: one[0])[:5]
    said = ", ".join(f"{one.evening.scenario.name} {share:.2f}" for share, one in least)
    print(f"least beside {other} at {ceiling:.0%}: {said}")
