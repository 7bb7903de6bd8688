"""What an import tells people beside its counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

_WARNINGS: Final = {
    "mended_numbers": "numbers had lost their leading zero; it was put back.",
    "unread_values": "dates, scores or choices could not be understood and were left out.",
    "renumbered": "elector numbers were somebody else’s before; the people were kept apart.",
}


def add_warnings(warnings: list[dict[str, Any]], found: Mapping[str, int]) -> list[dict[str, Any]]:
    """Add what a chunk found to the warnings so far: one entry a kind, counted."""
    counts = {warning["code"]: int(warning["count"]) for warning in warnings}
    for code, count in found.items():
        counts[code] = counts.get(code, 0) + count
    return [
        {"code": code, "detail": f"{count} {_WARNINGS[code]}", "count": count}
        for code, count in counts.items()
        if count
    ]
