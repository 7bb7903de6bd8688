"""A campaign's policy with what it goes by from one second to the next: asked, told, kept and taken up again.

The policy decides how many calls to start; its host only hands on what happened, in the order in which the
dialler learned of it, and never lets time go back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol, Self

from dialer.domain.dialling import Event, PolicySettings
from dialer.domain.pacing import Pacer, ProgressivePacer
from dialer.domain.pacing_meter import Meter


class Policy(Protocol):
    """A pacing policy, by the published interface."""

    def observe(self, event: Event) -> None:
        """Hear of one thing that happened."""

    def calls_to_start(self, now: float) -> int:
        """Say how many new calls to start at this instant."""

    def to_state(self) -> dict[str, Any]:
        """What JSON takes, and `from_state` goes on from exactly."""


VERSION: Final = 2
"""Of what is kept: to be raised when a policy or the meter keeps something else than before."""

_POLICIES: Final[Mapping[str, type[Pacer | ProgressivePacer]]] = {
    "progressive": ProgressivePacer,
    "predictive": Pacer,
}


@dataclass(slots=True)
class Host:
    """One campaign's pacing. `heard_at` is the time of the last thing that was heard, in Unix seconds."""

    mode: str
    policy: Policy
    meter: Meter
    heard_at: float = 0.0

    @classmethod
    def begin(cls, mode: str, settings: PolicySettings, past: Iterable[Event]) -> Self:
        """A new policy, told what has happened so far."""
        host = cls(mode, _POLICIES[mode](settings), Meter())
        host.hear(past)
        return host

    @classmethod
    def go_on(cls, mode: str, settings: PolicySettings, state: Mapping[str, Any]) -> Self | None:
        """As it was when it was kept; None where nothing was, another mode was on, or another version of us
        kept it.
        """
        if (state.get("mode"), state.get("version")) != (mode, VERSION):
            return None
        policy = _POLICIES[mode].from_state(settings, state["policy"])
        return cls(mode, policy, Meter.from_state(state["meter"]), state["heard_at"])

    def hear(self, events: Iterable[Event]) -> None:
        """Tell of these, in their order."""
        for event in events:
            self.heard_at = max(self.heard_at, event.t)
            heard = replace(event, t=self.heard_at)
            self.policy.observe(heard)
            self.meter.observe(heard)

    def ask(self, now: float) -> int:
        """How many calls to start."""
        self.heard_at = max(self.heard_at, now)
        return self.policy.calls_to_start(self.heard_at)

    def to_state(self) -> dict[str, Any]:
        """As it is to be kept."""
        return {
            "mode": self.mode,
            "version": VERSION,
            "policy": self.policy.to_state(),
            "meter": self.meter.to_state(),
            "heard_at": self.heard_at,
        }
