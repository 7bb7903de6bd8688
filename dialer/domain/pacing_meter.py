"""What a campaign's dialling came to over the last day, from the same events that its policy hears.

Kept by the hour, so that an event costs little and a day fits in a row. A person is counted as one who
answered when a volunteer talked with them, when they hung up before, or when they were abandoned; voicemail
that a volunteer got isn't. Of an abandoned call nobody knows which it was, and it counts as a person: the
rate shown is never too low by that.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from dialer.domain.dialling import Event
from dialer.domain.machine_estimate import Estimate

HOUR_S: Final = 3600
HOURS: Final = 24
WAITS_MOST: Final = 500
CONFIDENT: Final = 1.645
"""Standard deviations that a value lies within on one side in 95 of 100 cases."""

STARTED, UNANSWERED, ANSWERED, PEOPLE, MACHINES, ABANDONED = range(6)
_COUNTS: Final = 6
_NOT_ANSWERED: Final = frozenset({"no_answer", "busy", "failed"})


@dataclass(frozen=True, slots=True)
class DayFigures:
    """The last day, and the waits and answers of the last hour. None where there is nothing to tell from."""

    people: int
    abandoned: int
    abandoned_rate: float | None
    abandoned_bound: float | None
    """The true rate is below this in 95 of 100 cases."""
    answer_rate: float | None
    wait_mean_s: float | None
    wait_p90_s: float | None


@dataclass(slots=True)
class Meter:
    """Counts by the hour, since when each volunteer waits, and the last waits that ended."""

    hours: dict[int, list[int]] = field(default_factory=dict)
    ready: dict[str, float] = field(default_factory=dict)
    waits: list[list[float]] = field(default_factory=list)

    def observe(self, event: Event) -> None:
        """Take one thing in."""
        match event.kind:
            case "volunteer_ready" if event.volunteer_id:
                self.ready.setdefault(event.volunteer_id, event.t)
            case "volunteer_paused" | "volunteer_left":
                self.ready.pop(event.volunteer_id or "", None)
            case "call_connected":
                self._connected(event)
            case "call_started":
                self._count(event.t, STARTED)
            case "call_answered":
                self._count(event.t, ANSWERED)
            case "call_abandoned":
                self._count(event.t, ABANDONED)
            case "call_ended":
                self._ended(event)

    def _connected(self, event: Event) -> None:
        since = self.ready.pop(event.volunteer_id or "", None)
        if since is not None:
            self.waits = [*self.waits[1 - WAITS_MOST :], [event.t, max(0.0, event.t - since)]]

    def _ended(self, event: Event) -> None:
        if event.result in _NOT_ANSWERED:
            self._count(event.t, UNANSWERED)
        else:
            self._count(event.t, MACHINES if event.result == "machine" else PEOPLE)

    def _count(self, t: float, what: int) -> None:
        hour = int(t // HOUR_S)
        if hour not in self.hours:
            self.hours = {at: counts for at, counts in self.hours.items() if at > hour - HOURS}
            self.hours[hour] = [0] * _COUNTS
        self.hours[hour][what] += 1

    def figures(self, now: float) -> DayFigures:
        """What there is to show."""
        day = self._sum(now, HOURS)
        people = day[PEOPLE] + day[ABANDONED]
        last = self._sum(now, 2)
        answered, unanswered = last[ANSWERED], last[UNANSWERED]
        waits = sorted(wait for at, wait in self.waits if at > now - HOUR_S)
        return DayFigures(
            people=people,
            abandoned=day[ABANDONED],
            abandoned_rate=day[ABANDONED] / people if people else None,
            abandoned_bound=upper_bound(day[ABANDONED], people) if people else None,
            answer_rate=answered / (answered + unanswered) if answered + unanswered else None,
            wait_mean_s=sum(waits) / len(waits) if waits else None,
            wait_p90_s=waits[math.ceil(len(waits) * 0.9) - 1] if waits else None,
        )

    def _sum(self, now: float, hours: int) -> list[int]:
        hour = int(now // HOUR_S)
        within = [counts for at, counts in self.hours.items() if hour - hours < at <= hour]
        return [sum(counts[what] for counts in within) for what in range(_COUNTS)]

    def to_state(self) -> dict[str, Any]:
        """As JSON takes it."""
        return {"hours": {str(at): counts for at, counts in self.hours.items()}} | {
            "ready": self.ready,
            "waits": self.waits,
        }

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Meter:
        """As it was when it was kept."""
        hours = {int(at): list(counts) for at, counts in state["hours"].items()}
        return cls(hours, dict(state["ready"]), list(state["waits"]))


def with_mistaken(figures: DayFigures, mistaken: Estimate) -> DayFigures:
    """With the people who were dropped as machines, as an estimate has them: each answered and was abandoned.
    The bound takes as many of them as is plausible.
    """
    if not mistaken.high:
        return figures
    return replace(
        figures,
        abandoned_rate=(figures.abandoned + mistaken.mean) / (figures.people + mistaken.mean),
        abandoned_bound=upper_bound(figures.abandoned + mistaken.high, figures.people + mistaken.high),
    )


def upper_bound(hits: float, of: float) -> float:
    """Wilson's upper bound of a share, one-sided, at 95 %."""
    share, square = hits / of, CONFIDENT**2
    middle = share + square / (2 * of)
    spread = CONFIDENT * math.sqrt(share * (1 - share) / of + square / (4 * of * of))
    return min(1.0, (middle + spread) / (1 + square / of))
