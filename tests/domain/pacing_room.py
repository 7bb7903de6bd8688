"""A small phone bank that drives a pacing policy by its published interface, and counts the truth."""

from __future__ import annotations

import heapq
import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dialer.domain.pacing import Pacer, ProgressivePacer

Policy = type[Pacer] | type[ProgressivePacer]


@dataclass(frozen=True, slots=True)
class Event:
    """As the interface has it."""

    kind: str
    t: float
    call_id: str | None = None
    volunteer_id: str | None = None
    result: str | None = None


@dataclass(frozen=True)
class Settings:
    """As the interface has it."""

    max_abandon_rate: float = 0.03
    ring_timeout_s: float = 20.0
    grace_s: float = 2.0
    max_calls_per_second: float = 20.0
    max_concurrent_calls: int = 10_000
    amd: bool = False
    amd_false_positive_rate: float = 0.0
    tick_s: float = 1.0


class Room:
    """Volunteers who talk and write up, people who answer at `rate(t)`, callbacks lost or doubled."""

    def __init__(
        self,
        policy: Policy,
        volunteers: int,
        rate: Callable[[float], float],
        *,
        seed: int,
        ceiling: float = 0.03,
    ) -> None:
        self.settings = Settings(max_abandon_rate=ceiling)
        self.policy = policy(self.settings)
        self.rate, self.random = rate, random.Random(seed)
        self.now, self.calls, self.on_duty = 0.0, 0, {f"v{i}" for i in range(volunteers)}
        self.free: list[str] = []
        self.held: list[str] = []  # answered, waiting for a volunteer
        self.live = self.abandoned = self.contacts = 0
        self.asked: list[int] = []
        self.restore_each = 0
        self._queue: list[tuple[float, int, Callable[..., None], tuple[Any, ...]]] = []
        for name in sorted(self.on_duty):
            self._in(self.random.uniform(0, 20), self._ready, name)

    def run(self, seconds: float) -> Room:
        """Let so much time pass."""
        self._in(0.5, self._tick)
        while self._queue and self._queue[0][0] < seconds:
            self.now, _, deed, given = heapq.heappop(self._queue)
            deed(*given)
        return self

    @property
    def lawful(self) -> bool:
        """Whether no more were abandoned than the ceiling allows."""
        return self.abandoned <= max(1.0, self.settings.max_abandon_rate * self.live)

    def leave(self, share: float) -> None:
        """So many of the volunteers go, at once or after their call."""
        gone = set(sorted(self.on_duty)[: int(len(self.on_duty) * share)])
        self.on_duty -= gone
        for name in gone & set(self.free):
            self.free.remove(name)
            self._tell("volunteer_left", volunteer=name)

    def later(self, at: float, deed: Callable[..., None], *given: Any) -> None:
        """Do something at `at` seconds."""
        self._in(at - self.now, deed, *given)

    def _in(self, seconds: float, deed: Callable[..., None], *given: Any) -> None:
        heapq.heappush(
            self._queue, (self.now + seconds, len(self._queue) + self.random.getrandbits(40), deed, given)
        )

    def _tell(
        self, kind: str, call: str | None = None, volunteer: str | None = None, result: str | None = None
    ) -> None:
        self.policy.observe(Event(kind, self.now, call, volunteer, result))

    def _call_back(self, kind: str, call: str, result: str) -> None:
        if self.random.random() < 0.01:
            return
        for _ in range(1 + (self.random.random() < 0.01)):
            self._in(self.random.uniform(0.1, 2.0), self._tell, kind, call, None, result)

    def _tick(self) -> None:
        if self.restore_each and int(self.now) % self.restore_each == 0:
            state = json.loads(json.dumps(self.policy.to_state()))
            self.policy = type(self.policy).from_state(self.settings, state)
        self.asked.append(self.policy.calls_to_start(self.now))
        for _ in range(min(self.asked[-1], int(self.settings.max_calls_per_second))):
            self._start()
        self._in(1.0, self._tick)

    def _start(self) -> None:
        self.calls += 1
        call, rings = f"c{self.calls}", self.random.uniform(1, 4)
        self._tell("call_started", call)
        delay = 1 + self.random.gammavariate(2.2, 3.6)
        if self.random.random() < self.rate(self.now) and delay < self.settings.ring_timeout_s:
            self._in(rings + delay + 0.3, self._answer, call)
        else:
            self._in(rings + self.settings.ring_timeout_s, self._call_back, "call_ended", call, "no_answer")

    def _answer(self, call: str) -> None:
        self.live += 1
        self._tell("call_answered", call, result="unknown")
        self.held.append(call)
        self._in(self.settings.grace_s, self._give_up, call)
        self._meet()

    def _meet(self) -> None:
        while self.held and self.free:
            call, name = self.held.pop(0), self.free.pop(0)
            self.contacts += 1
            self._tell("call_connected", call, name)
            self._in(self.random.lognormvariate(3.7, 0.9), self._part, call, name)

    def _give_up(self, call: str) -> None:
        if call in self.held:
            self.held.remove(call)
            self.abandoned += 1
            self._tell("call_abandoned", call)

    def _part(self, call: str, name: str) -> None:
        self._tell("call_ended", call, name, "completed")
        self._in(self.random.lognormvariate(2.6, 0.6), self._ready, name)

    def _ready(self, name: str) -> None:
        if name not in self.on_duty:
            self._tell("volunteer_left", volunteer=name)
            return
        self.free.append(name)
        self._tell("volunteer_ready", volunteer=name)
        self._meet()
