"""Waiting by the town's clock, so that a clock moved by hand waits for the telephones too.

A clock that is moved by hand runs what falls due and goes on when that is over. A call is a
coroutine that sleeps again and again; the watch counts who is awake, and whatever wakes one of
them is over only when all of them sleep again.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final, Protocol, TypeVar

T = TypeVar("T")
_ROUNDS: Final = 8


class Due(Protocol):
    """Something that is to happen."""

    def cancel(self) -> None:
        """Take it back."""


class Clock(Protocol):
    """The part of the town's clock that telephones need."""

    @property
    def speed(self) -> float:
        """Seconds of the town in one of ours."""

    def reading(self) -> float:
        """Seconds of the town since some instant; never goes back."""

    def after(self, seconds: float, action: Callable[[], Awaitable[None]]) -> Due:
        """Have something happen so many town seconds from now."""


class Bell:
    """Wakes one sleeper before their time; nobody hears it who doesn't sleep by it."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._sleeper: asyncio.Future[None] | None = None

    def ring(self) -> None:
        """Wake whoever sleeps by it."""
        if self._sleeper and not self._sleeper.done():
            self._watch.wake(self._sleeper)

    def hang_by(self, sleeper: asyncio.Future[None]) -> None:
        """Have it wake this one from now on."""
        self._sleeper = sleeper


class Watch:
    """One town's watch over its telephone calls."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._awake = 0
        self._asleep = asyncio.Event()
        self._asleep.set()
        self._tasks: set[asyncio.Task[Any]] = set()

    def seconds(self) -> float:
        """Seconds of the town, on a scale of its own."""
        return self._clock.reading()

    def unhurried(self, seconds: float) -> float:
        """How many of these seconds of the town are there only because its clock goes fast."""
        return seconds * (1 - 1 / self._clock.speed)

    def spawn(self, doing: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Begin something that may sleep; it counts as awake from now on."""
        self._wake()
        task = asyncio.ensure_future(doing)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def settle(self) -> None:
        """Have a clock that is moved by hand wait for what was just set going from outside."""
        self._clock.after(0.0, self.quiet)

    def later(self, seconds: float, action: Callable[[], None]) -> None:
        """Have something done so many seconds of the town from now that may wake somebody."""

        async def act() -> None:
            action()
            await self.quiet()

        self._clock.after(seconds, act)

    async def quiet(self) -> None:
        """Wait until everybody sleeps, and stays asleep while the loop goes round a few times:
        what was waited for is over a moment before those who wait know of it."""
        calm = 0
        while calm < _ROUNDS:
            await self._asleep.wait()
            await asyncio.sleep(0)
            calm = calm + 1 if self._asleep.is_set() else 0

    def wake(self, sleeper: asyncio.Future[None]) -> None:
        """End somebody's sleep."""
        self._wake()
        sleeper.set_result(None)

    async def sleep(self, seconds: float, bell: Bell | None = None) -> None:
        """Wait for so many seconds of the town, for ever if infinite, or until the bell rings."""
        waking: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        async def wake() -> None:
            if not waking.done():
                self.wake(waking)
            await self.quiet()

        if bell:
            bell.hang_by(waking)

        due = None if math.isinf(seconds) else self._clock.after(seconds, wake)
        self._doze()
        try:
            await waking
        finally:
            if due:
                due.cancel()
            if not waking.done() or waking.cancelled():
                self._wake()

    async def rest(self, awaited: Awaitable[T]) -> T:
        """Wait for something that others do, asleep meanwhile."""
        self._doze()
        try:
            return await awaited
        finally:
            self._wake()

    async def first_of(self, *doings: Coroutine[Any, Any, object]) -> None:
        """Wait until one of several things is done; the others are given up.

        An error of the one that is done is raised.
        """
        tasks = [self.spawn(doing) for doing in doings]
        try:
            done, _ = await self.rest(asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED))
        finally:
            await self.end(*tasks)
        for task in done:
            task.result()

    async def end(self, *tasks: asyncio.Task[Any]) -> None:
        """Give tasks up and wait until they are over."""
        for task in tasks:
            task.cancel()
        await self.rest(asyncio.gather(*tasks, return_exceptions=True))

    def forget(self) -> None:
        """Give up everything that was begun."""
        for task in tuple(self._tasks):
            task.cancel()

    def _ended(self, task: asyncio.Task[Any]) -> None:
        """Something is over; its error, if nobody asks for it, is said where bugs are said."""
        self._tasks.discard(task)
        self._doze()

    def _wake(self) -> None:
        """One more is awake."""
        self._awake += 1
        self._asleep.clear()

    def _doze(self) -> None:
        """One less is awake."""
        self._awake -= 1
        if self._awake <= 0:
            self._asleep.set()
