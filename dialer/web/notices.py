"""What was just done or refused, said on the next page (`data-test="flash"`)."""

from __future__ import annotations

from typing import Literal

from flask import flash

Tone = Literal["good", "warn", "bad"]


def tell(words: str, tone: Tone = "good", *, undo: str | None = None) -> None:
    """Say `words` at the top of the next page; `undo` is the address whose POST takes the deed back."""
    flash({"words": words, "tone": tone, "undo": undo})  # type: ignore[arg-type]  # any JSON value may be flashed
