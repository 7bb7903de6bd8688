"""The way from the carrier to the host: late, sometimes double, sometimes never."""

from __future__ import annotations

import random

from bench.room.people import lateness
from bench.room.scenario import Outage, Scenario

LOST = 0.001
DOUBLED = 0.005


class Callbacks:
    """When the host hears of what happens at some second: not at all, once or twice."""

    def __init__(self, scenario: Scenario, seed: str) -> None:
        self._outages = scenario.outages
        self._chance = random.Random(f"{seed}/callbacks")

    def of_status(self, second: float) -> list[float]:
        """For ringing, and for the end of a call that nobody answered: these can get lost."""
        if self._chance.random() < LOST:
            return []
        outage = self._outage(second)
        if outage is None:
            return self._once_or_twice(second)
        return [] if outage.late_s is None else self._once_or_twice(second + outage.late_s)

    def of_end(self, learned: float) -> list[float]:
        """For the end of a call that somebody answered, which always comes."""
        return [learned, learned + 1.0] if self._chance.random() < DOUBLED else [learned]

    def missed_answer(self, second: float) -> float | None:
        """When the host hears at last of an answer it can't hear of in time; None where all is well."""
        outage = self._outage(second)
        if outage is None or not outage.answers_too:
            return None
        return outage.ends_s if outage.late_s is None else second + outage.late_s

    def repeats(self) -> bool:
        """Whether what has just been told is told once more."""
        return self._chance.random() < DOUBLED

    def lateness(self) -> float:
        return lateness(self._chance.random())

    def _outage(self, second: float) -> Outage | None:
        return next((one for one in self._outages if one.begins_s <= second < one.ends_s), None)

    def _once_or_twice(self, second: float) -> list[float]:
        first = second + self.lateness()
        return [first, first + self.lateness()] if self._chance.random() < DOUBLED else [first]
