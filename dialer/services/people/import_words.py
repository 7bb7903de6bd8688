"""What an import tells people beside its counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

_COUNTED: Final = {
    "mended_numbers": "numbers had lost their leading zero; it was put back.",
    "unread_values": "dates, scores or choices could not be understood and were left out.",
    "renumbered": "elector numbers were somebody else’s before; the people were kept apart.",
}
_OF_THE_FILE: Final = {
    "windows_1252": "This file isn’t UTF-8. Its letters were read as Windows-1252: check that names with"
    " accents look right.",
    "only_head": "Only the beginning of this file was looked at; the import reads all of it.",
}


def file_warning(code: str, count: int = 1, **values: object) -> dict[str, Any]:
    """A warning about a file as a whole."""
    return {"code": code, "detail": _OF_THE_FILE[code].format(count=count, **values), "count": count}


def add_warnings(warnings: list[dict[str, Any]], found: Mapping[str, int]) -> list[dict[str, Any]]:
    """Add what a chunk found to the warnings: one entry a kind, counted. Those of the file stay first."""
    of_file = [warning for warning in warnings if warning["code"] not in _COUNTED]
    counts = {w["code"]: int(w["count"]) for w in warnings if w["code"] in _COUNTED}
    for code, count in found.items():
        counts[code] = counts.get(code, 0) + count
    return of_file + [
        {"code": code, "detail": f"{count} {_COUNTED[code]}", "count": count}
        for code, count in counts.items()
        if count
    ]
