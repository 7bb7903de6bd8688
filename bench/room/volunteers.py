"""Volunteers: when they are there, how they differ, and how long they were in which state."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, field
from enum import Enum

from bench.room.scenario import Scenario

NEVER = math.inf


class At(Enum):
    """Where a volunteer is; always in exactly one state."""

    AWAY = "away"
    READY = "ready"
    IN_CALL = "in_call"
    WRAP_UP = "wrap_up"
    ON_BREAK = "on_break"


ON_DUTY = (At.READY, At.IN_CALL, At.WRAP_UP)


@dataclass(slots=True)
class Absence:
    """A time in which a volunteer is not there: on a break, or gone, perhaps for good."""

    begins_s: float
    ends_s: float
    gone: bool


@dataclass(slots=True)
class Volunteer:
    """One volunteer, with all that is going to happen to them."""

    id: str
    arrives_s: float
    pace: float
    """How long they take beside others, 1 being usual."""
    absences: list[Absence]
    """In the order of their beginnings."""
    state: At = At.AWAY
    since_s: float = 0.0
    free_s: float = 0.0
    """When their call and wrap-up will be over; known to the simulator and to who knows the future."""
    in_state_s: dict[At, float] = field(default_factory=lambda: dict.fromkeys(At, 0.0))

    def enter(self, state: At, second: float) -> None:
        self.in_state_s[self.state] += second - self.since_s
        self.state, self.since_s = state, second

    def due_absence(self, second: float) -> Absence | None:
        """The absence that should have begun by now; one that is over meanwhile never takes place."""
        while self.absences and self.absences[0].ends_s <= second:
            self.absences.pop(0)
        return self.absences[0] if self.absences and self.absences[0].begins_s <= second else None

    @property
    def there_until_s(self) -> float:
        return self.absences[0].begins_s if self.absences else NEVER

    @property
    def on_duty_s(self) -> float:
        return sum(self.in_state_s[state] for state in ON_DUTY)


def recruit(scenario: Scenario, seed: str) -> list[Volunteer]:
    """All volunteers of an evening, each with chance of their own."""
    return [
        _volunteer(scenario, index, random.Random(f"{seed}/volunteer/{index}"))
        for index in range(scenario.volunteering.number)
    ]


def _volunteer(scenario: Scenario, index: int, chance: random.Random) -> Volunteer:
    about = scenario.volunteering
    differ = scenario.talking.differ
    absences = sorted(
        [*_breaks(scenario, chance), *_leavings(scenario, chance)], key=lambda one: one.begins_s
    )
    return Volunteer(
        id=f"v{index}",
        arrives_s=chance.uniform(0.0, about.arrive_within_s),
        pace=math.exp(chance.gauss(-differ * differ / 2.0, differ)),
        absences=absences,
    )


def _breaks(scenario: Scenario, chance: random.Random) -> list[Absence]:
    found = []
    about = scenario.volunteering
    begins = chance.expovariate(1.0 / about.break_every_s)
    while begins < scenario.seconds:
        ends = begins + about.break_s * chance.uniform(0.3, 1.7)
        found.append(Absence(begins, ends, gone=False))
        begins = ends + chance.expovariate(1.0 / about.break_every_s)
    return found


def _leavings(scenario: Scenario, chance: random.Random) -> list[Absence]:
    found = []
    for leaving in scenario.volunteering.leavings:
        begins = leaving.at_s + chance.uniform(0.0, leaving.within_s)
        back = (
            NEVER
            if leaving.back_after_s is None
            else begins + leaving.back_after_s * chance.uniform(0.8, 1.2)
        )
        if chance.random() < leaving.share:
            found.append(Absence(begins, back, gone=True))
    return found
