"""The numbers on the list, one after another, and what comes of ringing each.

Chance is drawn for the n-th number, whoever rings it and when: two policies on the same seed ring the same
people, and one that lets nobody wait doesn't meet kinder ones.
"""

from __future__ import annotations

import math
import random
from collections import deque
from dataclasses import dataclass
from enum import Enum

from bench.room.scenario import Answering, Scenario, Talking

LATEST_CALLBACK_S = 2.0
FEWEST_RINGS_S = 1.5
SHORTEST_TALK_S = 3.0
NEVER = math.inf


class Outcome(Enum):
    """What a number does when it is rung."""

    PERSON = "person"
    MACHINE = "machine"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    FAILED = "failed"


@dataclass(slots=True)
class Fate:
    """What comes of a call if it is started now; seconds from one step to the next."""

    outcome: Outcome
    setup_s: float
    """Until it rings, or fails."""
    ring_s: float
    """From the first ring until it is answered or found busy."""
    learn_s: float
    """From the answer until the host learns of it."""
    patience_s: float
    """From the answer until they hang up when nobody speaks."""
    talk_s: float
    wrap_up_s: float
    end_learn_s: float
    """From the end of the talk until the host learns of it."""
    taken_for_machine: bool = False

    @property
    def answers(self) -> bool:
        return self.outcome in {Outcome.PERSON, Outcome.MACHINE}


def lateness(chance: float) -> float:
    """How late a callback comes for a chance from 0 to 1: 0.1 to 2 s, half of them within 0.4."""
    return min(LATEST_CALLBACK_S, 0.1 - 0.4 * math.log(1.0 - chance))


class People:
    """The list, in order; what is ahead can be looked at by who knows the future."""

    def __init__(self, scenario: Scenario, seed: str) -> None:
        self._scenario = scenario
        self._chance = random.Random(f"{seed}/numbers")
        self._drawn: deque[tuple[float, ...]] = deque()
        self.rung = 0

    @property
    def left(self) -> int | float:
        return NEVER if self._scenario.numbers is None else self._scenario.numbers - self.rung

    def ring(self, second: float) -> Fate:
        """What comes of ringing the next number at this second of the evening."""
        self._draw(1)
        self.rung += 1
        return self._fate(self._drawn.popleft(), second)

    def look_ahead(self, place: int, second: float) -> Fate:
        """What would come of the number so many places ahead."""
        self._draw(place + 1)
        return self._fate(self._drawn[place], second)

    def _draw(self, ahead: int) -> None:
        chance = self._chance.random
        while len(self._drawn) < ahead:
            self._drawn.append(tuple(chance() for _ in range(12)))

    def _fate(self, drawn: tuple[float, ...], second: float) -> Fate:
        kind, setup, ring, late, patience, detected, late_end, *talk = drawn
        answering = self._scenario.answering
        outcome = _outcome(answering, kind, second)
        fate = Fate(outcome, 1.0 + 3.0 * setup, 0.0, lateness(late), NEVER, 0.0, 0.0, lateness(late_end))
        if outcome is Outcome.PERSON:
            fate.ring_s = _person_rings(answering, ring)
            fate.patience_s = _patience(answering.hasty, patience)
            fate.talk_s = _talk(self._scenario.talking, *talk[:3])
            fate.wrap_up_s = _wrap_up(self._scenario.talking, *talk[3:])
        elif outcome is Outcome.MACHINE:
            fate.ring_s = _machine_rings(ring)
            fate.talk_s = 4.0 + 8.0 * talk[0]
            fate.wrap_up_s = 2.0 + 4.0 * talk[1]
        elif outcome is Outcome.BUSY:
            fate.ring_s = 0.5 + 1.5 * ring
        self._detect(fate, detected)
        return fate

    def _detect(self, fate: Fate, chance: float) -> None:
        """Listening for a machine takes its time before the host hears anything."""
        detection = self._scenario.detection
        if detection is None or not fate.answers:
            return
        if fate.outcome is Outcome.PERSON:
            fate.taken_for_machine = chance < detection.false_positives
        else:
            fate.taken_for_machine = chance >= detection.false_negatives
        fate.learn_s += 3.5 if fate.taken_for_machine else 1.8


def _outcome(answering: Answering, chance: float, second: float) -> Outcome:
    answered = answering.rate.at(second)
    machines = answered * answering.voicemail.at(second)
    if chance < answered:
        return Outcome.MACHINE if chance >= answered - machines else Outcome.PERSON
    rest = (chance - answered) / (1.0 - answered)
    if rest < answering.busy:
        return Outcome.BUSY
    return Outcome.FAILED if rest < answering.busy + answering.failed else Outcome.NO_ANSWER


def _person_rings(answering: Answering, chance: float) -> float:
    """A logistic curve, cut off on both sides, so that nobody who answers answers never."""
    chance = 0.02 + 0.96 * chance
    rings = answering.rings_s + answering.rings_spread_s * math.log(chance / (1.0 - chance))
    return max(FEWEST_RINGS_S, rings)


def _machine_rings(chance: float) -> float:
    """Three in ten phones are off and their machines answer at once, the others after 12 to 18 s."""
    return 1.0 + 8.0 * chance if chance < 0.3 else 12.0 + 6.0 * (chance - 0.3) / 0.7


def _patience(hasty: float, chance: float) -> float:
    return 0.3 + 2.7 * chance / hasty if chance < hasty else NEVER


def _talk(talking: Talking, kind: float, first: float, second: float) -> float:
    if kind < talking.brush_off:
        return SHORTEST_TALK_S - 10.0 * math.log(1.0 - first)
    drawn = _lognormal(talking.mean_s, talking.spread, first, second)
    return min(talking.longest_s, max(SHORTEST_TALK_S, drawn))


def _wrap_up(talking: Talking, first: float, second: float) -> float:
    return max(1.0, _lognormal(talking.wrap_up_s, 0.6, first, second))


def _lognormal(mean: float, spread: float, first: float, second: float) -> float:
    normal = math.sqrt(-2.0 * math.log(1.0 - first)) * math.cos(2.0 * math.pi * second)
    return mean * math.exp(spread * normal - spread * spread / 2.0)
