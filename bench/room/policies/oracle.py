"""Who knows the future: the most that anybody could make of an evening without leaving a person alone."""

from __future__ import annotations

import heapq
from typing import Final

from bench.room.host import Call, Host
from bench.room.people import Fate, Outcome
from bench.room.policy import Event
from bench.room.volunteers import At

MARGIN_S: Final = 1e-6
"""Sums of the same seconds in another order may differ by less."""
FARTHEST: Final = 500
"""So many numbers ahead are looked at in one second."""


class Oracle:
    """Knows what comes of every number and when each volunteer is free.

    Numbers that nobody answers are got over with at once. One that is answered is started as soon as its
    person would be joined on answering, given all who answer before.
    """

    def __init__(self, host: Host) -> None:
        self._host = host

    def observe(self, event: Event) -> None:
        """Nothing that it wouldn't know already."""

    def calls_to_start(self, now: float) -> int:  # noqa: ARG002 - the host's clock is the same
        host = self._host
        free = self._free_at()
        if not free:
            return 0
        coming = sorted(self._coming(), key=lambda one: one[0])
        started = 0
        while started < FARTHEST and started < host.people.left:
            fate = host.people.look_ahead(started, host.now)
            if fate.answers and not fate.taken_for_machine and not self._joins(fate, free, coming):
                break
            started += 1
        return started

    def _free_at(self) -> list[tuple[float, float, float]]:
        """When each volunteer is free, until when they stay, and their pace."""
        host = self._host
        found = []
        for one in host.volunteers:
            if one.state in {At.IN_CALL, At.WRAP_UP} and one.free_s < one.there_until_s:
                found.append((one.free_s, one.there_until_s, one.pace))
            elif one.state is At.READY:
                found.append((one.since_s, one.there_until_s, one.pace))
        heapq.heapify(found)
        return found

    def _coming(self) -> list[tuple[float, Fate]]:
        """Whoever waits already or is going to answer, by when the host learns of it."""
        host = self._host
        calls: list[Call] = [*host.queued.values(), *host.flying.values()]
        return [
            (max(host.now, call.answers_at), call.fate)
            for call in calls
            if call.answers_at is not None and not call.fate.taken_for_machine
        ]

    def _joins(
        self, fate: Fate, free: list[tuple[float, float, float]], coming: list[tuple[float, Fate]]
    ) -> bool:
        """Whether a call started now would meet a volunteer, and nobody else be left alone for it."""
        answers = self._host.now + fate.setup_s + fate.ring_s + fate.learn_s
        if fate.patience_s <= fate.learn_s:
            return True
        together = sorted([*coming, (answers, fate)], key=lambda one: one[0])
        if not self._all_meet(together, list(free)):
            return False
        coming[:] = together
        return True

    def _all_meet(self, coming: list[tuple[float, Fate]], free: list[tuple[float, float, float]]) -> bool:
        grace = self._host.settings.grace_s - MARGIN_S
        for answers, fate in coming:
            met = self._take(answers, grace, free)
            if met is None and fate.outcome is Outcome.PERSON:
                return False
            if met is not None:
                joined, until, pace = met
                speed = pace if fate.outcome is Outcome.PERSON else 1.0
                again = joined + fate.talk_s * speed + fate.end_learn_s + fate.wrap_up_s * pace
                if again < until:
                    heapq.heappush(free, (again, until, pace))
        return True

    @staticmethod
    def _take(
        answers: float, grace: float, free: list[tuple[float, float, float]]
    ) -> tuple[float, float, float] | None:
        """The first volunteer who is there then: (when joined, until when they stay, their pace)."""
        while free and free[0][0] <= answers + grace:
            since, until, pace = heapq.heappop(free)
            joined = max(since, answers)
            if joined < until:
                return joined, until, pace
        return None
