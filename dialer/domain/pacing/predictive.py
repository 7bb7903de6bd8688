"""The predictive pacer: as many calls as the day's room for abandoned people allows, and no more."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Self

from dialer.domain.pacing.answers import Answers
from dialer.domain.pacing.day import Day
from dialer.domain.pacing.durations import Freeing
from dialer.domain.pacing.floor import Floor
from dialer.domain.pacing.outlook import Outlook, horizons_of
from dialer.domain.pacing.progressive import lines_for_the_waiting
from dialer.domain.pacing.told import Event, Settings

STRICT: Final = 0.0015
"""Chance of being abandoned up to which a call is started even where the day has no room left."""
FIRST: Final = 0.01
ENOUGH: Final = 0.8
"""The same, where a whole person more could be abandoned, and `ENOUGH` of one after those in the air."""
RESERVE: Final = 1.6
"""What must be left for that once somebody was abandoned: the rest is kept for two at a time."""
GAIN: Final = 0.02
"""What each person more that could be abandoned today adds to that chance."""
MOST: Final = 0.25
"""The chance is never higher, however much room the day has."""
GRACE_SHARE: Final = 0.5
"""How much of the grace is counted on: the rest is for callbacks on their way."""
TALK_SHARE: Final = 0.8
"""How many of those in conversation are counted as live answers already, for each that is likely one."""


class Pacer:
    """Predicts who comes free and who answers; see docs/pacing.md for the rules in plain words."""

    def __init__(self, settings: Settings) -> None:
        self._floor = Floor(settings, self)
        self._answers = Answers(settings.ring_timeout_s)
        self._freeing = Freeing(horizons_of(self._answers.span), GRACE_SHARE * settings.grace_s)
        mistaken = settings.amd_false_positive_rate if settings.amd else 0.0
        self._day = Day(settings.max_abandon_rate, mistaken or 0.0)

    def observe(self, event: Event) -> None:
        """Take in what happened."""
        self._floor.hear(event)

    # ---- what the floor tells

    def call_started(self, started: float) -> None:
        """A call is on its way."""
        self._answers.started(started)

    def call_answered(self, started: float, at: float) -> None:
        """It needs a volunteer."""
        self._answers.answered(started, at)

    def call_gone(self, started: float) -> None:
        """It needs nobody."""
        self._answers.gone(started)

    def call_met(self, at: float, *, person: bool) -> None:
        """A volunteer has spoken to whoever answered."""
        self._day.met(at, person=person)

    def call_hung_up(self, at: float) -> None:
        """A person went by themselves."""
        self._day.hung_up(at)

    def call_abandoned(self, at: float) -> None:
        """Nobody was free in time."""
        self._day.abandoned(at)

    def talk_ended(self, lasted: float) -> None:
        """A conversation is over."""
        self._freeing.talk_ended(lasted)

    def wrap_ended(self, lasted: float, *, ready: bool) -> None:
        """A wrap-up is over."""
        self._freeing.wrap_ended(lasted, ready=ready)

    # ---- the decision

    def calls_to_start(self, now: float) -> int:
        """How many calls to start at `now` (seconds)."""
        self._floor.look(now)
        now = self._floor.now
        self._answers.look(now)
        self._freeing.look()
        self._day.look(now)
        least = lines_for_the_waiting(self._floor)
        busy = len(self._floor.talking) + len(self._floor.wrapping)
        return _largest(self._judge(now), least, 2 * (busy + least) + 20)

    def _judge(self, now: float) -> Callable[[int], bool]:
        """Whether so many calls may be started now."""
        share = self._day.share
        left = self._day.left(TALK_SHARE * share * len(self._floor.talking))
        rates = self._answers.rates(now)
        outlook = Outlook(self._floor, self._answers, self._freeing, rates)

        whole = 1.0 if self._day.lost < 1.0 else RESERVE

        def fine(calls: int) -> bool:
            chance, lost = outlook.risk(calls)
            lost *= share
            if outlook.lost_in_jump(calls, max(0.0, left)) > max(0.0, left):
                return False
            if left < whole or left - lost < ENOUGH:
                return chance <= STRICT
            worst = max(lost, share * outlook.to_come(calls))
            return chance <= min(MOST, FIRST + GAIN * max(0.0, left - worst - 1.0))

        return fine

    # ---- over a restart

    def to_state(self) -> dict[str, Any]:
        """Everything that the next answers depend on, for JSON."""
        return {
            "floor": self._floor.to_state(),
            "answers": self._answers.to_state(),
            "freeing": self._freeing.to_state(),
            "day": self._day.to_state(),
        }

    @classmethod
    def from_state(cls, settings: Settings, state: dict[str, Any]) -> Self:
        """A pacer that goes on exactly where the one that gave `state` was."""
        pacer = cls(settings)
        pacer._floor.restore(state["floor"])
        pacer._answers.restore(state["answers"])
        pacer._freeing.restore(state["freeing"])
        pacer._day.restore(state["day"], pacer._floor.now)
        return pacer


def _largest(fine: Callable[[int], bool], least: int, most: int) -> int:
    """The largest number from `least` to `most` that is fine; `least` if none above is."""
    good, step = least, 1
    while good + step <= most and fine(good + step):
        good += step
        step *= 2
    while step > 1:
        step //= 2
        if good + step <= most and fine(good + step):
            good += step
    return good
