"""What bars numbers and addresses, on which channels, and how old a register may be (contract §4).

The telephone preference registers, TPS for individuals and CTPS for companies, bar live calls for direct
marketing, which campaigning is: Privacy and Electronic Communications (EC Directive) Regulations 2003,
regulation 21(1)(b) and (4), registers kept under regulation 26. Whoever has been on it for less than 28 days
may still be called (regulation 21(3)), so that a call is lawful when it was checked against a list no older
than that. They don't bar texts or emails, which need consent instead (regulation 22).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from enum import StrEnum
from typing import Final

PREFERENCE_REGISTERS: Final = ("tps", "ctps")
FRESH_FOR: Final = dt.timedelta(days=28)
"""For how long a preference register may be relied on from the day on which it was drawn up."""

OF_NUMBERS: Final = ("sms", "voice")
OF_ADDRESSES: Final = ("email",)
CHANNELS: Final = (*OF_NUMBERS, *OF_ADDRESSES)

BLOCKED: Final = "abuse"
"""The source of what bars a number that was blocked for abusive texts, until the block is taken back."""

SAID_BY_PEOPLE: Final = frozenset({"opt_out", "complaint"})
"""Reasons that people gave themselves: that a later list lacks them takes nothing back."""


class Freshness(StrEnum):
    """Whether a preference register can be relied on."""

    FRESH = "fresh"
    STALE = "stale"
    NEVER = "never"
    """It was never brought in."""


def channels_barred(reason: str, wanted: Sequence[str] | None = None) -> tuple[str, ...]:
    """The channels that a reason bars: those wanted (None: all), of which preference registers bar calls."""
    possible = ("voice",) if reason in PREFERENCE_REGISTERS else CHANNELS
    return tuple(channel for channel in possible if wanted is None or channel in wanted)


def freshness(dated: dt.date | None, today: dt.date) -> Freshness:
    """Judge a preference register by the day on which it was drawn up."""
    if dated is None:
        return Freshness.NEVER
    return Freshness.FRESH if today - dated <= FRESH_FOR else Freshness.STALE
