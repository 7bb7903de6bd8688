"""Why nothing goes out just now: what a page says of it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reason:
    """What is in the way and what helps; `href` and `deed` are the way to it."""

    words: str
    remedy: str = ""
    tone: str = "warn"
    href: str | None = None
    deed: str = ""
