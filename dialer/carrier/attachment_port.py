"""What deeds may ask of a carrier about what came with texts. Part of `port.py`, which they know it by."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol


class Attachments(Protocol):
    """What came with texts, as `Carrier`: synchronous, from any thread, never in a transaction.

    Each is known by its own name and that of its text, never by an address that somebody told us.
    """

    def of_text(self, text_sid: str) -> Sequence[str]:
        """The names of what came with a text; of an unknown one none. Raises CarrierError."""

    def fetch(self, text_sid: str, sid: str, take: Callable[[bytes], object]) -> bool:
        """Hand one over piece by piece; False where the carrier has none of that name (any more).

        Raises CarrierError where it could not be had to its end, and whatever `take` does.
        """

    def delete(self, text_sid: str, sid: str) -> None:
        """Have the carrier forget one; one that is gone is fine. Raises CarrierError."""
