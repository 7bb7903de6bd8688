"""What a pacing policy is told: the words for it."""

from __future__ import annotations

from typing import Final, Literal, get_args

Kind = Literal[
    "volunteer_ready",
    "volunteer_paused",
    "volunteer_left",
    "call_started",
    "call_ringing",
    "call_answered",
    "call_connected",
    "call_abandoned",
    "call_ended",
]
Outcome = Literal["unknown", "human", "machine", "no_answer", "busy", "failed", "hung_up", "completed"]

KINDS: Final[tuple[str, ...]] = get_args(Kind)
OUTCOMES: Final[tuple[str, ...]] = get_args(Outcome)
