"""Policies that learn nothing: one line for each free volunteer, or a fixed number of them."""

from __future__ import annotations

from bench.room.policies.book import Book
from bench.room.policy import Event
from bench.room.scenario import Settings


class FixedRatio:
    """So many lines for each volunteer who waits; with a ratio of one, progressive dialling."""

    def __init__(self, settings: Settings, ratio: float = 1.0) -> None:
        self._book = Book(settings)
        self._ratio = ratio

    def observe(self, event: Event) -> None:
        self._book.observe(event)

    def calls_to_start(self, now: float) -> int:
        self._book.look(now)
        book = self._book
        return max(0, int(self._ratio * len(book.waiting) + 0.5) - len(book.flying) - len(book.queued))
