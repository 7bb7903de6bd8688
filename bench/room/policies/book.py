"""What a dialler knows from the events: who waits, who talks, and what is in the air."""

from __future__ import annotations

from typing import Final

from bench.room.policy import Event
from bench.room.scenario import Settings

PAST_RINGING_S: Final = 10.0
"""Ringing begins up to 4 s after the start and the news is up to 2 s late; a call of which nothing was heard
so long after its ringing should have ended is dead."""


class Book:
    """The state of the bank as far as a policy can know it; events that make no sense change nothing."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.waiting: dict[str, float] = {}
        self.busy: dict[str, float] = {}
        """Volunteers in a call or writing it up, by since when."""
        self.flying: dict[str, float] = {}
        """Calls neither answered nor ended, by when they were started."""
        self.queued: dict[str, float] = {}
        self.answered = 0
        self.unanswered = 0
        self.abandoned = 0
        self.occupied_s = 0.0
        self.occupied = 0

    def observe(self, event: Event) -> None:
        getattr(self, f"_{event.kind}")(event)

    def look(self, now: float) -> None:
        """Give up calls that nothing was heard of for too long."""
        long_ago = now - self.settings.ring_timeout_s - PAST_RINGING_S
        while self.flying and next(iter(self.flying.values())) < long_ago:
            del self.flying[next(iter(self.flying))]
            self.resolved(answered=False)

    def resolved(self, *, answered: bool) -> None:
        """One call is known to have been answered, or never to be."""
        self.answered += answered
        self.unanswered += not answered

    @property
    def on_duty(self) -> int:
        return len(self.waiting) + len(self.busy)

    @property
    def live_calls(self) -> int:
        """All calls under way, whether they ring or somebody talks."""
        return len(self.flying) + len(self.queued) + len(self.busy)

    @property
    def free(self) -> int:
        """Volunteers for whom no answered call waits already."""
        return len(self.waiting) - len(self.queued)

    def _volunteer_ready(self, event: Event) -> None:
        volunteer = event.volunteer_id or ""
        since = self.busy.pop(volunteer, None)
        if since is not None:
            self.occupied_s += event.t - since
            self.occupied += 1
        self.waiting[volunteer] = event.t

    def _volunteer_paused(self, event: Event) -> None:
        self.waiting.pop(event.volunteer_id or "", None)
        self.busy.pop(event.volunteer_id or "", None)

    def _volunteer_left(self, event: Event) -> None:
        self._volunteer_paused(event)

    def _call_started(self, event: Event) -> None:
        self.flying[event.call_id or ""] = event.t

    def _call_ringing(self, event: Event) -> None:
        pass

    def _call_answered(self, event: Event) -> None:
        if self.flying.pop(event.call_id or "", None) is None:
            return
        self.resolved(answered=event.result != "machine")
        if event.result != "machine":
            self.queued[event.call_id or ""] = event.t

    def _call_connected(self, event: Event) -> None:
        if self.queued.pop(event.call_id or "", None) is not None:
            self.waiting.pop(event.volunteer_id or "", None)
            self.busy[event.volunteer_id or ""] = event.t

    def _call_abandoned(self, event: Event) -> None:
        self.abandoned += self.queued.pop(event.call_id or "", None) is not None

    def _call_ended(self, event: Event) -> None:
        if self.flying.pop(event.call_id or "", None) is not None:
            self.resolved(answered=event.result == "hung_up")
        self.queued.pop(event.call_id or "", None)
