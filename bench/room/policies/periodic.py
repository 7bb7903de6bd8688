"""What open-source diallers do: a number of lines for each volunteer, put up or down every so often."""

from __future__ import annotations

from typing import Final

from bench.room.policies.book import Book
from bench.room.policy import Event
from bench.room.scenario import Settings

LOOK_EVERY_S: Final = 15.0
ADJUST_EVERY_S: Final = 60.0
MOST_LINES: Final = 4.0
UP: Final = 0.1
DOWN: Final = 0.2
ENOUGH_WAITING: Final = 0.1
"""Nothing goes up while fewer than this share of the volunteers waits."""


class PeriodicRatio:
    """Lines for each volunteer on duty, talking or not; a minute decides whether there may be more.

    Up by a tenth while the day's share of answers that met nobody is under the ceiling and volunteers wait;
    down by a fifth, at every look of 15 s, while it is over.
    """

    def __init__(self, settings: Settings) -> None:
        self._book = Book(settings)
        self._ceiling = settings.max_abandon_rate
        self._lines = 1.0
        self._looked_at = 0.0
        self._adjusted_at = 0.0
        self._waiting = [0.0, 0.0]

    def observe(self, event: Event) -> None:
        self._book.observe(event)

    def calls_to_start(self, now: float) -> int:
        book = self._book
        book.look(now)
        self._waiting[0] += len(book.waiting)
        self._waiting[1] += book.on_duty
        self._adjust(now)
        if not book.waiting and not book.busy:
            return 0
        return max(0, int(self._lines * book.on_duty) - book.live_calls)

    def _adjust(self, now: float) -> None:
        if now - self._looked_at < LOOK_EVERY_S:
            return
        self._looked_at = now
        dropped = self._book.abandoned / max(1, self._book.answered)
        if dropped > self._ceiling:
            self._lines = max(1.0, self._lines - DOWN)
            self._adjusted_at = now
        elif now - self._adjusted_at >= ADJUST_EVERY_S:
            self._rise(now)

    def _rise(self, now: float) -> None:
        waiting, on_duty = self._waiting
        if on_duty and waiting / on_duty > ENOUGH_WAITING:
            self._lines = min(MOST_LINES, self._lines + UP)
        self._adjusted_at, self._waiting = now, [0.0, 0.0]
