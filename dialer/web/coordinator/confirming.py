"""Deeds that can't be taken back ask first, on a page of their own that works without script."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Asking:
    """What `confirm.html` says. `deed` is the deed's own verb on the button, `keep` the way out.

    With `reason` the page asks for one; it is the hint of that field, which one may leave empty where
    `may_leave_out`.
    """

    section: str
    question: str
    consequence: str
    action: str
    deed: str
    back: str
    keep: str
    reason: str | None = None
    may_leave_out: bool = False
    longest: int = 500
