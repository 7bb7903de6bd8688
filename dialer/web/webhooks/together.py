"""Things that come at the same time, kept in one transaction: the disk is waited for once for all of them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final, Generic, TypeVar

from dialer.domain.errors import Unavailable

Thing = TypeVar("Thing")

GATHER_S: Final = 0.003
ENOUGH: Final = 6
"""So long others are waited for, until there are so many: many kept together cost little more than one."""


class _Gate:
    """Shut until it is opened, once, by whoever has news for the one who waits at it. Each waits at one of
    their own: to wake a thread takes as long as much of what it does for a small request.
    """

    __slots__ = ("_lock",)

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lock.acquire()

    def wait(self, most_s: float = -1.0) -> None:
        self._lock.acquire(timeout=most_s)

    def open(self) -> None:
        self._lock.release()


class _Waiting(Generic[Thing]):
    __slots__ = ("gate", "is_done", "is_kept", "thing")

    def __init__(self, thing: Thing) -> None:
        self.thing = thing
        self.gate = _Gate()
        self.is_done = False
        self.is_kept = False


class Together(Generic[Thing]):
    """Whoever comes first while nobody keeps anything keeps all that comes in a moment; the others wait for
    them.
    """

    def __init__(self, keep: Callable[[Sequence[Thing]], None]) -> None:
        self._keep = keep
        self._changing = threading.Lock()
        self._waiting: list[_Waiting[Thing]] = []
        self._is_led = False
        self._gathering: _Gate | None = None

    def keep(self, thing: Thing) -> bool:
        """Whether it is kept, when that is certain. Where all that were to be kept together were not, since
        the database is away or one of them is unfit, each is to be kept by itself, which says what is wrong.
        """
        mine = _Waiting(thing)
        if not self._leads(mine):
            mine.gate.wait()  # until it is kept with others, or its own turn to keep all that wait
        if not mine.is_done:
            self._keep_all(self._gathered())
        return mine.is_kept

    def _leads(self, mine: _Waiting[Thing]) -> bool:
        with self._changing:
            self._waiting.append(mine)
            if not self._is_led:
                self._is_led = True
                return True
            if self._gathering is not None and len(self._waiting) >= ENOUGH:
                self._gathering.open()
                self._gathering = None
            return False

    def _gathered(self) -> Sequence[_Waiting[Thing]]:
        """All that wait, once there are enough of them or a moment has passed."""
        with self._changing:
            gate = self._gathering = _Gate() if len(self._waiting) < ENOUGH else None
        if gate is not None:
            gate.wait(GATHER_S)
        with self._changing:
            self._gathering = None
            batch, self._waiting = self._waiting, []
            return batch

    def _keep_all(self, batch: Sequence[_Waiting[Thing]]) -> None:
        try:
            with suppress(Unavailable):
                self._keep([one.thing for one in batch])
                for one in batch:
                    one.is_kept = True
        finally:
            for one in batch:
                one.is_done = True
            self._pass_on()
            for one in batch:
                one.gate.open()

    def _pass_on(self) -> None:
        """Who came first meanwhile leads next."""
        with self._changing:
            self._is_led = bool(self._waiting)
            if self._waiting:
                self._waiting[0].gate.open()
