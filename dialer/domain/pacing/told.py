"""What a pacing policy is told: settings and events, read by their attributes whatever their class."""

from __future__ import annotations

from typing import Protocol


class Settings(Protocol):
    """What bounds a campaign. Seconds; rates as shares of 1."""

    @property
    def max_abandon_rate(self) -> float: ...
    @property
    def ring_timeout_s(self) -> float: ...
    @property
    def grace_s(self) -> float: ...
    @property
    def amd_false_positive_rate(self) -> float: ...
    @property
    def amd(self) -> bool: ...


class Event(Protocol):
    """Something that happened, as the dialler learned of it. `t` in seconds, never going back."""

    @property
    def kind(self) -> str: ...
    @property
    def t(self) -> float: ...
    @property
    def call_id(self) -> str | None: ...
    @property
    def volunteer_id(self) -> str | None: ...
    @property
    def result(self) -> str | None: ...


class Witness(Protocol):
    """Who learns from what happens on the floor. Times in seconds; `started` is when the call was."""

    def call_started(self, started: float) -> None: ...
    def call_answered(self, started: float, at: float) -> None:
        """It needs a volunteer: a person, or nobody knows."""

    def call_gone(self, started: float) -> None:
        """It rings no longer and needs nobody."""

    def call_met(self, at: float, *, person: bool) -> None:
        """A volunteer has spoken to whoever answered."""

    def call_hung_up(self, at: float) -> None:
        """A person went before anybody could be with them, and before the grace was over."""

    def call_abandoned(self, at: float) -> None: ...
    def talk_ended(self, lasted: float) -> None: ...
    def wrap_ended(self, lasted: float, *, ready: bool) -> None: ...


class Unmoved:
    """A witness who learns nothing: for policies that go by the moment alone."""

    def call_started(self, started: float) -> None:
        """Learn nothing."""

    def call_answered(self, started: float, at: float) -> None:
        """Learn nothing."""

    def call_gone(self, started: float) -> None:
        """Learn nothing."""

    def call_met(self, at: float, *, person: bool) -> None:
        """Learn nothing."""

    def call_hung_up(self, at: float) -> None:
        """Learn nothing."""

    def call_abandoned(self, at: float) -> None:
        """Learn nothing."""

    def talk_ended(self, lasted: float) -> None:
        """Learn nothing."""

    def wrap_ended(self, lasted: float, *, ready: bool) -> None:
        """Learn nothing."""
