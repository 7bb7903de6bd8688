"""A text on its way: the words for where it stands (contract §7)."""

from __future__ import annotations

from typing import Final

DIRECTIONS: Final = ("outbound", "inbound")
MESSAGE_STATES: Final = (
    "queued",
    "sending",
    "unknown",
    "sent",
    "delivered",
    "undelivered",
    "failed",
    "skipped",
    "cancelled",
    "received",
)
"""`received` is the one state of an inbound text; the others are those of an outbound one."""

PURPOSES: Final = ("blast", "test", "single", "reply", "code", "sign_in", "help", "stop_confirmation")
"""What a text is for. All but the first three are answers to the person, and wait for no blast."""

ENCODINGS: Final = ("gsm7", "ucs2")
