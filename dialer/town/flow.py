"""How a text goes through its statuses, and how long it stands in its sender's queue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from dialer.town.book import Text
from dialer.town.people import Texting

SENDER_CHOSEN_AFTER_S: Final = 0.1
EXPIRED_CODE: Final = 30036


@dataclass(frozen=True, slots=True)
class Step:
    """The next status of a text, and when: town seconds after it was accepted."""

    status: str
    after_s: float
    error_code: int | None = None


def next_step(text: Text, texting: Texting) -> Step | None:
    """What comes next, or None where the text is at its end.

    `accepted` (by a Messaging Service) → `queued` → `sent` → `delivered` or `undelivered`; straight from
    `queued` to `failed` where it never leaves, because it can't or its validity period is over before its
    turn. Where the network gives no receipt, `sent` is the end.
    """
    leaves_s = text.waits_s + texting.sent_after_s
    match text.status:
        case "accepted":
            return Step("queued", SENDER_CHOSEN_AFTER_S)
        case "queued" if text.waits_s > text.validity_s:
            return Step("failed", text.validity_s, EXPIRED_CODE)
        case "queued" if texting.outcome == "failed":
            return Step("failed", leaves_s, texting.error_code)
        case "queued":
            return Step("sent", leaves_s)
        case "sent" if texting.outcome not in {"sent", "failed"}:
            return Step(texting.outcome, leaves_s + texting.receipt_after_s, texting.error_code)
    return None


class Queues:
    """What each sender has waiting, in town seconds on the clock's scale."""

    def __init__(self) -> None:
        self._free_at: dict[str, float] = {}

    def waiting_s(self, sender: str, now: float) -> float:
        """How long a text that is given to the sender now waits for its turn."""
        return max(0.0, self._free_at.get(sender, now) - now)

    def enter(self, sender: str, now: float, segments: int, rate: float) -> float:
        """Take a place, and return how long its turn is away. At a rate of 0 nothing waits."""
        if not rate:
            return 0.0
        waits = self.waiting_s(sender, now)
        self._free_at[sender] = now + waits + segments / rate
        return waits

    def restore(self, sender: str, free_at: float) -> None:
        """A text that was there before the town ended still holds its place."""
        self._free_at[sender] = max(free_at, self._free_at.get(sender, free_at))
