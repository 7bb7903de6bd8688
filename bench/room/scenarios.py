"""The evenings that policies are tried on."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from bench.room.scenario import (
    Answering,
    Curve,
    Detection,
    Leaving,
    Outage,
    Scenario,
    Talking,
    Volunteering,
)

FEW: Final = Answering(Curve.steady(0.05))
MANY: Final = Answering(Curve.steady(0.40))
MINUTE: Final = 60.0


def _usual(minutes: float) -> Answering:
    """12 in 100 calls answered at the beginning, 22 in the middle of the evening, 12 at the end."""
    whole = minutes * MINUTE
    return Answering(Curve(((0.0, 0.12), (whole / 2, 0.22), (whole, 0.12))), Curve.steady(0.05))


def _jumps(*figures: tuple[float, float]) -> Curve:
    """(minute, figure) from then on."""
    return Curve(tuple((minute * MINUTE, figure) for minute, figure in figures), steps=True)


def _bank(name: str, number: int, minutes: float, answering: Answering | None = None) -> Scenario:
    return Scenario(name, minutes, Volunteering(number), answering or _usual(minutes))


def _leaving(scenario: Scenario, *leavings: Leaving) -> Scenario:
    return replace(scenario, volunteering=replace(scenario.volunteering, leavings=leavings))


SIZES: Final = (
    _bank("2 volunteers", 2, 120),
    _bank("5 volunteers", 5, 120),
    _bank("10 volunteers", 10, 120),
    _bank("25 volunteers", 25, 120),
    _bank("50 volunteers", 50, 60),
    _bank("100 volunteers", 100, 45),
    replace(_bank("200 volunteers", 200, 35), calls_per_second=40),
    replace(_bank("400 volunteers", 400, 30), calls_per_second=60),
)

ANSWERING: Final = (
    _bank("few answer", 25, 60, FEW),
    _bank("many answer", 25, 60, MANY),
    _bank("2, many answer", 2, 120, MANY),
    _bank("2, few answer, 4 h", 2, 240, FEW),
    _bank("jump 5 to 40 %", 25, 80, Answering(_jumps((0, 0.05), (40, 0.40)))),
    _bank("100, jump 5 to 40 %", 100, 40, Answering(_jumps((0, 0.05), (20, 0.40)))),
    _bank("5, jump 5 to 40 %", 5, 60, Answering(_jumps((0, 0.05), (30, 0.40)))),
    _bank(
        "10, up and down",
        10,
        120,
        Answering(_jumps((0, 0.40), (20, 0.08), (40, 0.35), (60, 0.05), (80, 0.40), (100, 0.1))),
    ),
    _bank(
        "50, up and down",
        50,
        60,
        Answering(_jumps((0, 0.10), (10, 0.35), (20, 0.08), (30, 0.30), (40, 0.06), (50, 0.4))),
    ),
    _bank("much voicemail", 25, 90, Answering(Curve.steady(0.45), Curve.steady(0.6))),
    _bank(
        "50, voicemail 10 to 70 %",
        50,
        60,
        Answering(
            Curve(((0.0, 0.20), (3600.0, 0.45))),
            Curve(((0.0, 0.1), (3600.0, 0.7))),
        ),
    ),
    _bank(
        "voicemail ends at once",
        25,
        60,
        Answering(Curve.steady(0.40), _jumps((0, 0.7), (30, 0.1))),
    ),
    replace(
        _bank("slow to pick up", 25, 60, Answering(Curve.steady(0.2), rings_s=13.0, rings_spread_s=2.7)),
        ring_timeout_s=30.0,
    ),
    replace(
        _bank("quick to pick up", 25, 60, Answering(Curve.steady(0.2), rings_s=4.0, rings_spread_s=1.0)),
        ring_timeout_s=15.0,
    ),
)

DETECTING: Final = (
    replace(
        _bank("machines detected", 25, 90, Answering(Curve.steady(0.45), Curve.steady(0.6))),
        detection=Detection(0.003),
    ),
    replace(
        _bank("100, machines detected", 100, 40, Answering(Curve.steady(0.30), Curve.steady(0.3))),
        detection=Detection(0.004),
    ),
)

TALKING: Final = (
    replace(_bank("short talks", 25, 60), talking=Talking(mean_s=25.0, wrap_up_s=6.0)),
    replace(_bank("long talks", 25, 90), talking=Talking(mean_s=300.0, wrap_up_s=40.0)),
    replace(_bank("50, heavy tail", 50, 60), talking=Talking(mean_s=110.0, spread=1.3, brush_off=0.5)),
    replace(_bank("10, all different", 10, 120), talking=Talking(differ=0.7)),
)

COMING_AND_GOING: Final = (
    replace(_bank("many breaks", 25, 90), volunteering=Volunteering(25, 60.0, 1200.0, 240.0)),
    _leaving(
        _bank("50, most leave and return", 50, 60),
        Leaving(20 * MINUTE, 0.8, 20.0, 8 * MINUTE),
        Leaving(45 * MINUTE, 0.6, 5.0, 4 * MINUTE),
    ),
    _leaving(_bank("10, all leave", 10, 60, MANY), Leaving(30 * MINUTE, 1.0, 10.0, 6 * MINUTE)),
    _leaving(
        _bank("50, most leave in an instant", 50, 40),
        Leaving(15 * MINUTE, 0.9, 0.0, 5 * MINUTE),
        Leaving(30 * MINUTE, 0.5, 0.0),
    ),
    replace(_bank("5, 25 minutes", 5, 25), volunteering=Volunteering(5, 10.0)),
    replace(_bank("40, 25 minutes, many answer", 40, 25, MANY), volunteering=Volunteering(40, 10.0)),
    replace(_bank("10, 4 h", 10, 240), volunteering=Volunteering(10, 5400.0)),
)

LIMITS: Final = (
    replace(_bank("1 call a second", 25, 60), calls_per_second=1),
    replace(_bank("50, 3 calls a second", 50, 60), calls_per_second=3),
    replace(_bank("at most 30 at once", 25, 60), concurrent_calls=30),
    replace(_bank("the list ends", 25, 120), numbers=3000),
)

FAULTS: Final = (
    replace(
        _bank("callbacks lost for a minute", 25, 60),
        outages=tuple(Outage(at * MINUTE, at * MINUTE + 60.0) for at in (10, 25, 40)),
    ),
    replace(
        _bank("50, all five minutes late", 50, 60),
        outages=(Outage(20 * MINUTE, 24 * MINUTE, 300.0, answers_too=True),),
    ),
    replace(
        _bank("10, all lost for a minute", 10, 90),
        outages=tuple(Outage(at * MINUTE, at * MINUTE + 60.0, answers_too=True) for at in (20, 50, 70)),
    ),
)

SCENARIOS: Final = (*SIZES, *ANSWERING, *DETECTING, *TALKING, *COMING_AND_GOING, *LIMITS, *FAULTS)

QUICK_MINUTES: Final = {
    "2 volunteers": 60,
    "10 volunteers": 60,
    "25 volunteers": 45,
    "50 volunteers": 30,
    "jump 5 to 40 %": 50,
    "much voicemail": 30,
    "10, all leave": 45,
    "40, 25 minutes, many answer": 25,
    "callbacks lost for a minute": 30,
}
QUICK: Final = tuple(
    replace(scenario, minutes=QUICK_MINUTES[scenario.name])
    for scenario in SCENARIOS
    if scenario.name in QUICK_MINUTES
)
"""A few of them, shorter: enough to see whether something is badly wrong."""
