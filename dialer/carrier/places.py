"""Places on the wire: so many things at a time, one after another in each."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from dialer.logs import get_logger

Thing = TypeVar("Thing")

log = get_logger(__name__)


class Places(Generic[Thing]):
    """Does something with each thing that is put in line, in their order, `count` at once.

    A place is a task that goes on while anything waits: one for each thing would cost more than its turn.
    What still waits when the loop ends is given up. Used within one event loop.
    """

    def __init__(
        self, count: int, work: Callable[[Thing], Awaitable[None]], give_up: Callable[[Thing], None]
    ) -> None:
        self._count = count
        self._work = work
        self._give_up = give_up
        self._waiting: deque[Thing] = deque()
        self._busy: set[asyncio.Task[None]] = set()

    def put(self, things: Sequence[Thing]) -> None:
        """Put these in line."""
        self._waiting.extend(things)
        self._fill()

    def _fill(self) -> None:
        for _ in range(min(len(self._waiting), self._count - len(self._busy))):
            place = asyncio.get_running_loop().create_task(self._serve())
            self._busy.add(place)
            place.add_done_callback(self._left)

    async def _serve(self) -> None:
        while self._waiting:
            await self._work(self._waiting.popleft())

    def _left(self, place: asyncio.Task[None]) -> None:
        """One that failed is logged, and another takes its place."""
        self._busy.discard(place)
        if place.cancelled():
            while self._waiting:
                self._give_up(self._waiting.popleft())
            return
        if (error := place.exception()) is not None:
            log.error("work that nobody waited for failed", kind=type(error).__name__)
        self._fill()
