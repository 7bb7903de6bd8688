"""The town's clock: what time it is there, and what is to happen when.

Delays are town seconds: at speed 10 ten of them pass in a second, while the time of day stays ours, so that
dates in the API can be compared with anybody's. A clock that was given a start is moved by hand: it stands
still until `advance`, which runs what falls due in order.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import heapq
import itertools
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

log = logging.getLogger(__name__)

Action = Callable[[], Awaitable[object]]

TICK_S: Final = 0.05
"""When the clock is moved by hand, what falls due within so long runs side by side."""


@dataclass(order=True, slots=True)
class Due:
    """One thing that is to happen; `cancel` takes it back."""

    at: float
    order: int
    action: Action = field(compare=False)
    cancelled: bool = field(default=False, compare=False)

    def cancel(self) -> None:
        self.cancelled = True


class Clock:
    """Made anywhere, used on one event loop."""

    def __init__(self, speed: float = 1.0, starts_at: dt.datetime | None = None) -> None:
        self.by_hand = starts_at is not None
        self._speed = 1.0 if self.by_hand else speed
        self._hand = starts_at.timestamp() if starts_at else 0.0
        self._town_base, self._real_base = 0.0, time.monotonic()
        self._heap: list[Due] = []
        self._orders = itertools.count()
        self._timer: asyncio.TimerHandle | None = None
        self._running: set[asyncio.Task[None]] = set()
        self._moving = asyncio.Lock()

    @property
    def speed(self) -> float:
        return self._speed

    def timestamp(self) -> float:
        """Seconds since 1970."""
        return self._hand if self.by_hand else time.time()

    def now(self) -> dt.datetime:
        """The time of day, aware, in UTC."""
        return dt.datetime.fromtimestamp(self.timestamp(), dt.UTC)

    def elapsed_since(self, timestamp: float) -> float:
        """Town seconds since then."""
        return (self.timestamp() - timestamp) * self._speed

    def after(self, seconds: float, action: Action) -> Due:
        """Have something happen so many town seconds from now."""
        due = Due(self.reading() + max(0.0, seconds), next(self._orders), action)
        heapq.heappush(self._heap, due)
        if not self.by_hand and self._heap[0] is due:
            self._set_timer()
        return due

    def run_at(self, speed: float) -> None:
        """Go at another speed from now on; what is under way keeps its delay in town seconds."""
        if self.by_hand:
            return
        self._town_base, self._real_base = self.reading(), time.monotonic()
        self._speed = speed
        self._set_timer()

    def set_to(self, now: dt.datetime) -> None:
        """Begin anew at that time, by hand, with nothing to come."""
        self.stop()
        self.by_hand, self._hand, self._speed = True, now.timestamp(), 1.0

    async def advance(self, seconds: float) -> int:
        """Move by hand; returns how many things happened, all of which are over. What they cause within the
        time happens too.
        """
        async with self._moving:
            until = self._hand + seconds
            count = 0
            while self._heap and self._heap[0].at <= until:
                self._hand = max(self._hand, self._heap[0].at)
                count += await self._run_due(min(until, self._hand + TICK_S))
            self._hand = until
            return count

    def stop(self) -> None:
        """Forget what is to come, and end what is under way."""
        self._heap.clear()
        if self._timer is not None:
            self._timer.cancel()
        for task in self._running:
            task.cancel()

    def reading(self) -> float:
        """Town seconds, on a scale that begins with the clock."""
        if self.by_hand:
            return self._hand
        return self._town_base + (time.monotonic() - self._real_base) * self._speed

    async def _run_due(self, until: float) -> int:
        tasks = []
        while self._heap and self._heap[0].at <= until:
            due = heapq.heappop(self._heap)
            if not due.cancelled:
                tasks.append(self._start(due.action))
        await asyncio.gather(*tasks)
        return len(tasks)

    def _set_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None
        if self._heap:
            wait = (self._heap[0].at - self.reading()) / self._speed
            self._timer = asyncio.get_running_loop().call_later(max(0.0, wait), self._on_timer)

    def _on_timer(self) -> None:
        self._timer = None
        now = self.reading()
        while self._heap and self._heap[0].at <= now:
            due = heapq.heappop(self._heap)
            if not due.cancelled:
                self._start(due.action)
        self._set_timer()

    def _start(self, action: Action) -> asyncio.Task[None]:
        task = asyncio.ensure_future(_logged(action))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task


async def _logged(action: Action) -> None:
    """One thing that goes wrong must not stop the clock; it is a bug, and said where bugs are said."""
    try:
        await action()
    except Exception:
        log.exception("something in the town went wrong")
