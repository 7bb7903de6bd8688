"""A call that the carrier carries: the words for where it stands (contract §6)."""

from __future__ import annotations

from typing import Final

CALL_STATES: Final = (
    "queued",
    "ringing",
    "in_progress",
    "completed",
    "busy",
    "no_answer",
    "failed",
    "canceled",
    "abandoned",
)
CALL_MODES: Final = ("ring_me", "inbound")
DIAL_STATES: Final = ("waiting", "dialling", "unknown", "dialled", "given_up")
"""How far the request to the carrier has come. `dialling` is committed before the carrier hears of it."""
