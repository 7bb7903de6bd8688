"""Things that come at the same time, kept in one transaction: the disk is waited for once for all of them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from dialer.domain.errors import Unavailable

Thing = TypeVar("Thing")


@dataclass(slots=True, eq=False)
class _Waiting(Generic[Thing]):
    thing: Thing
    is_done: bool = False
    is_kept: bool = False


GATHER_S: Final = 0.003
ENOUGH: Final = 6
"""So long others are waited for, until there are so many: many kept together cost little more than one."""


class Together(Generic[Thing]):
    """Whoever comes first while nobody keeps anything keeps all that comes in a moment; the others wait for
    them.
    """

    def __init__(self, keep: Callable[[Sequence[Thing]], None]) -> None:
        self._keep = keep
        self._waiting: list[_Waiting[Thing]] = []
        self._is_keeping = False
        self._changed = threading.Condition()

    def keep(self, thing: Thing) -> bool:
        """Whether it is kept, when that is certain. Where all that were to be kept together were not, since
        the database is away or one of them is unfit, each is to be kept by itself, which says what is wrong.
        """
        mine = _Waiting(thing)
        with self._changed:
            self._waiting.append(mine)
            if len(self._waiting) >= ENOUGH:
                self._changed.notify_all()
            while self._is_keeping and not mine.is_done:
                self._changed.wait()
            if mine.is_done:
                return mine.is_kept
            self._is_keeping = True
            self._changed.wait_for(lambda: len(self._waiting) >= ENOUGH, GATHER_S)
            batch, self._waiting = self._waiting, []
        self._keep_all(batch)
        return mine.is_kept

    def _keep_all(self, batch: Sequence[_Waiting[Thing]]) -> None:
        try:
            with suppress(Unavailable):
                self._keep([one.thing for one in batch])
                for one in batch:
                    one.is_kept = True
        finally:
            with self._changed:
                for one in batch:
                    one.is_done = True
                self._is_keeping = False
                self._changed.notify_all()
