"""Counts that take long: kept in this process for all who look, and made for one of them at a time."""

from __future__ import annotations

import datetime as dt
import threading
import uuid
from dataclasses import dataclass
from typing import Final, Generic, TypeAlias, TypeVar

KEPT_AT_LEAST: Final = dt.timedelta(minutes=1)
KEPT_TIMES: Final = 30
"""A count is kept so many times as long as it took: however many look, that is 3 % of one connection."""

Key: TypeAlias = tuple[uuid.UUID, uuid.UUID]
"""An organisation and one of its campaigns."""
Count = TypeVar("Count")


@dataclass(slots=True)
class _Kept(Generic[Count]):
    lists: frozenset[uuid.UUID]
    at: dt.datetime
    keep: dt.timedelta = KEPT_AT_LEAST
    count: Count | None = None
    """None where it didn't come to an end."""


class KeptCounts(Generic[Count]):
    """The last count of each campaign, as large as its row of figures. Other lists are other people: what was
    counted of them isn't given.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._kept: dict[Key, _Kept[Count]] = {}
        self._under_way: set[Key] = set()

    def last(self, key: Key, lists: frozenset[uuid.UUID]) -> Count | None:
        """What was counted of these lists last, however long ago."""
        with self._guard:
            kept = self._kept.get(key)
        return kept.count if kept is not None and kept.lists == lists else None

    def is_under_way(self, key: Key) -> bool:
        """Somebody counts at this moment."""
        with self._guard:
            return key in self._under_way

    def is_due(self, key: Key, lists: frozenset[uuid.UUID], now: dt.datetime) -> bool:
        """Nobody counts, and the last count, or what came to nothing, is old enough."""
        with self._guard:
            return self._is_due(key, lists, now)

    def begin(self, key: Key, lists: frozenset[uuid.UUID], now: dt.datetime) -> bool:
        """Take the count upon oneself, where it is due; `end` must follow."""
        with self._guard:
            if not self._is_due(key, lists, now):
                return False
            self._under_way.add(key)
            return True

    def end(
        self, key: Key, lists: frozenset[uuid.UUID], now: dt.datetime, took_s: float, count: Count | None
    ) -> None:
        """Keep what was counted since `now`, or that it didn't come to an end."""
        took = dt.timedelta(seconds=took_s)
        with self._guard:
            self._under_way.discard(key)
            self._kept[key] = _Kept(lists, now, took + max(KEPT_AT_LEAST, took * KEPT_TIMES), count)

    def _is_due(self, key: Key, lists: frozenset[uuid.UUID], now: dt.datetime) -> bool:
        if key in self._under_way:
            return False
        kept = self._kept.get(key)
        # Requests that began before the count did are no reason to count again.
        return kept is None or kept.lists != lists or abs(now - kept.at) >= kept.keep
