"""What a pacing policy looks like from outside: the published interface, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, Self

from bench.room.scenario import Settings

if TYPE_CHECKING:
    from bench.room.host import Host


@dataclass(frozen=True, slots=True)
class Event:
    """Something the dialler learned of."""

    kind: str
    t: float
    call_id: str | None = None
    volunteer_id: str | None = None
    result: str | None = None


class Policy(Protocol):
    """How many calls to start now."""

    def observe(self, event: Event) -> None: ...

    def calls_to_start(self, now: float) -> int: ...


class Storable(Policy, Protocol):
    """A policy that can be put away and taken up again, as all that are judged can."""

    def to_state(self) -> dict[str, Any]: ...

    @classmethod
    def from_state(cls, settings: Settings, state: dict[str, Any]) -> Self: ...


MakePolicy = Callable[[Settings, "Host"], Policy]
"""The host is for who knows the future alone."""
