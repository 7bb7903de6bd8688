"""One line for each waiting volunteer."""

from __future__ import annotations

from typing import Any, Self

from dialer.domain.pacing.floor import Floor
from dialer.domain.pacing.told import Event, Settings, Unmoved


def lines_for_the_waiting(floor: Floor) -> int:
    """Calls that the volunteers who wait now can take, beyond those already under way."""
    return max(0, len(floor.waiting) - len(floor.ringing) - len(floor.answered))


class ProgressivePacer:
    """Never more lines than volunteers who wait: nobody is abandoned unless a volunteer leaves meanwhile."""

    def __init__(self, settings: Settings) -> None:
        self._floor = Floor(settings, Unmoved())

    def observe(self, event: Event) -> None:
        """Take in what happened."""
        self._floor.hear(event)

    def calls_to_start(self, now: float) -> int:
        """How many calls to start at `now` (seconds)."""
        self._floor.look(now)
        return lines_for_the_waiting(self._floor)

    def to_state(self) -> dict[str, Any]:
        """Everything that the next answer depends on, for JSON."""
        return {"floor": self._floor.to_state()}

    @classmethod
    def from_state(cls, settings: Settings, state: dict[str, Any]) -> Self:
        """A pacer that goes on exactly where the one that gave `state` was."""
        pacer = cls(settings)
        pacer._floor.restore(state["floor"])
        return pacer
