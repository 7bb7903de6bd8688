"""A blast: one message to many contacts, planned once (contract §7)."""

from __future__ import annotations

from typing import Final

BLAST_STATES: Final = ("draft", "scheduled", "running", "paused", "completed", "cancelled")
