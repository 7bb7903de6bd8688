"""What deeds may ask of a carrier about recordings of calls. Part of `port.py`, which they know it by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

RUNNING: Final = frozenset({"in-progress", "paused"})
"""The carrier's own words for a recording that isn't over."""
PREPARED: Final = "completed"
"""Its word for one whose sound can be fetched. Between the two it is `stopped` or `processing`."""
NOTHING_THERE: Final = frozenset({"absent", "failed", "deleted"})
"""Its words for one that has no sound and won't get any: too short, silent, or removed."""


@dataclass(frozen=True, slots=True)
class CarrierRecording:
    """A recording as the carrier has it; `status` is its own word. `seconds` is None until it is over."""

    sid: str
    call_sid: str
    status: str
    seconds: int | None


class NotAudioError(Exception):
    """What the carrier gave for the sound of a recording is none."""


class Recordings(Protocol):
    """Recordings of calls, as `Carrier`: synchronous, from any thread, never in a transaction."""

    def start(self, call_sid: str, status_callback: str) -> CarrierRecording | None:
        """Record a leg from now on: what is said there, and what is heard. Its end, or that there is nothing,
        is told to `status_callback`.

        None where the call isn't in progress. Raises CarrierError; of one that isn't permanent nobody can
        tell whether it was begun: ask `of_call` first.
        """

    def of_call(self, call_sid: str) -> list[CarrierRecording]:
        """The recordings of a leg, newest first; of an unknown one none. Raises CarrierError."""

    def one(self, sid: str) -> CarrierRecording | None:
        """One recording; None when the carrier has none of that name (any more). Raises CarrierError."""

    def stop(self, call_sid: str, sid: str) -> bool:
        """End a recording; False where it is over, or there is none. Raises CarrierError."""

    def fetch(self, sid: str, take: Callable[[bytes], object]) -> bool:
        """Hand its sound (MP3) over piece by piece; False where the carrier has none, perhaps not yet.

        Raises CarrierError where it could not be had to its end, NotAudioError where it is no sound, and
        whatever `take` does.
        """

    def delete(self, sid: str) -> None:
        """Have the carrier forget a recording that is over; one that is gone is fine. Raises CarrierError."""
