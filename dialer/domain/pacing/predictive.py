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
"""Chance of abandoning more people than the day has room for, up to which a call is started all the same."""
STRICT_MOST: Final = 0.25
"""The same, as a share of the ceiling, where the day would soon have made up for it: however long a campaign
has gone on already, so long it will go on, and so much the less likely it ends before.
"""
SPARE_LOOKED_AT: Final = 6
"""With room for more people than this it is the chance of the next that counts."""
RESERVE: Final = 0.6
"""Once somebody was abandoned, so much of a person is kept back of what is left."""
FIRST: Final = 1.0
"""The ceiling is the chance, times this, at which somebody may be abandoned while there is room for one."""
GAIN: Final = 0.02
"""What each person more that could be abandoned today adds to that chance."""
IN_THE_AIR: Final = 0.7
"""How many of the answers to come are taken off the room that adds: all volunteers might leave."""
JUMP_CREDIT: Final = 0.15
"""How far a jump of the answer rate may overdraw the day's room, as a share of what the day has earned beyond
one person: it makes up for that quickly.
"""
MOST: Final = 0.25
"""The chance is never higher, however much room the day has."""
GRACE_SHARE: Final = 0.5
"""How much of the grace is counted on: the rest is for callbacks on their way."""
TALK_SHARE: Final = 0.8
"""How many of those in conversation are counted as live answers already, for each that is likely one."""


class Pacer:
    """Predicts who comes free and who answers; see docs/pacing.md for the rules in plain words."""

    def __init__(self, settings: Settings) -> None:
        self._ceiling = settings.max_abandon_rate
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

        room = max(0.0, left)
        strict, spare = self._strictness(room)
        jump_room = room + JUMP_CREDIT * max(0.0, self._earned() - 1.0)

        def fine(calls: int) -> bool:
            if outlook.lost_in_jump(calls, room) > jump_room:
                return False
            chance, lost = outlook.risk(calls)
            worst = share * max(lost, IN_THE_AIR * outlook.to_come(calls))
            if chance > min(MOST, FIRST * self._ceiling + GAIN * max(0.0, room - worst - 1.0)):
                return False
            if spare >= SPARE_LOOKED_AT:
                return True
            return (outlook.beyond(calls, spare) if spare else chance) <= strict

        return fine

    def _earned(self) -> float:
        """How many people the live answers so far allow to be abandoned."""
        return self._ceiling * self._day.live

    def _strictness(self, room: float) -> tuple[float, int]:
        """The chance of more people being abandoned than there is room for that may be taken, and how many
        there is room for.
        """
        spare = int(room if self._day.lost < 1.0 else max(0.0, room - RESERVE))
        overdrawn = max(0.1, spare + 1.0 - room)
        strict = STRICT * (1.0 + self._earned() / overdrawn)
        return max(STRICT, min(STRICT_MOST * self._ceiling, strict)), spare

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
