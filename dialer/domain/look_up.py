"""Asking a carrier what kind of line a number is: which numbers, for how much, and what follows."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from dialer.domain.errors import AudienceChanged
from dialer.domain.phone import LineType

BATCH_STATES: Final = ("queued", "running", "completed", "stopped")
"""`stopped` is by a person, by the budget or because the carrier refuses us; it can go on."""
NUMBER_STATES: Final = ("waiting", "asking", "known", "failed")

ASKED_TWICE: Final = 2
"""How often a number is asked for at most where an answer got lost: each may have been charged."""

NO_ANSWERS: Final = "no_answers"
"""Why a batch stops where the carrier takes questions and answers none: each may have been charged."""

_LINES: Final = {
    "mobile": LineType.MOBILE,
    "landline": LineType.LANDLINE,
    "fixedVoip": LineType.VOIP,
    "nonFixedVoip": LineType.VOIP,
}


class Which(StrEnum):
    """Which numbers are worth asking for."""

    UNKNOWN = "unknown"
    """Those of which the number itself doesn't tell, as in North America."""
    ALL = "all"
    """Also those that look like a mobile or a landline: a number may have moved."""


class Fault(StrEnum):
    """Why nothing is known of a number that was asked for."""

    INVALID = "invalid"
    NOT_TOLD = "not_told"
    """The carrier answered, and knows nothing of it."""
    REFUSED = "refused"
    """The carrier won't say of this number; its code is kept."""
    LOST = "lost"
    """It was asked for twice, and no answer came."""


@dataclass(frozen=True, slots=True)
class Price:
    """What look-ups cost: of one, at most so many at once, and for how many days an answer holds."""

    each: Decimal = Decimal("0.008")
    most: int = 10_000
    holds_days: int = 180

    def of(self, numbers: int) -> Decimal:
        """What so many cost."""
        return self.each * numbers

    def known_since(self, now: dt.datetime) -> dt.datetime:
        """What was learnt since then isn't asked for again."""
        return now - dt.timedelta(days=self.holds_days)


def line_of(carriers_word: str | None) -> LineType | None:
    """What a carrier's word says of a line; None where it says nothing that we act upon (toll-free, premium,
    pager …, or a word that is new).
    """
    return _LINES.get(carriers_word or "")


def affordable(left: Decimal | None, each: Decimal, most: int) -> int:
    """How many may be asked for with what is `left` to spend (None: no limit)."""
    if left is None or not each:
        return most
    return max(0, min(most, int(left // each)))


def check_typed(typed: int, found: int) -> None:
    """Refuse to begin where somebody typed another number than are asked for now: it is money."""
    if typed != found:
        raise AudienceChanged(expected=typed, recipients=found)


def kind_now(given: str, learnt: str | None) -> str:
    """The kind of a line, from what its number or somebody says and what a carrier has said: that it is a
    landline stands against both, anything else only where neither tells.
    """
    if learnt == LineType.LANDLINE or (learnt is not None and given == LineType.UNKNOWN):
        return learnt
    return given
