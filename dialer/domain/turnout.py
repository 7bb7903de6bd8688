"""Evidence that somebody has voted."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

TURNOUT_SOURCES: Final = ("teller", "phone", "postal_list", "sms", "door", "import", "manual")
MARK_STATES: Final = ("counted", "unknown", "held", "undone")


@dataclass(frozen=True, slots=True)
class Mark:
    """One piece of evidence that a person has voted. `dated` is false where a file gave no time."""

    id: uuid.UUID
    at: dt.datetime
    source: str
    dated: bool = True


def present_vote(marks: Iterable[Mark]) -> Mark | None:
    """Return the mark that stands for a person's vote, None while there is none.

    People vote once, so of several the earliest stands; one without a time of its own only where none has.
    `dialer.store.queries.voter_records` says the same in SQL.
    """
    return min(marks, key=lambda mark: (not mark.dated, mark.at, mark.id), default=None)


def seen_at(at: dt.datetime | None, now: dt.datetime) -> dt.datetime:
    """Return when a mark counts from: its own time, never later than now (nobody has voted tomorrow)."""
    return now if at is None else min(at, now)
