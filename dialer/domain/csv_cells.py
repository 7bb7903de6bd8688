"""Rows of CSV that a spreadsheet opens without running anything."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from typing import Final

_STARTS_A_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
_PHONES: Final = re.compile(r"\+[0-9]{4,15}(; \+[0-9]{4,15})*")


def harmless(cell: str) -> str:
    """Put an apostrophe before what a spreadsheet would run as a formula; phone numbers stay as they are.

    Spreadsheets take a cell that starts with `= + - @`, a tab or a line break for a formula (OWASP, “CSV
    injection”); names and notes come from people we don't know.
    """
    if cell.startswith(_STARTS_A_FORMULA) and not _PHONES.fullmatch(cell):
        return f"'{cell}"
    return cell


def csv_line(cells: Iterable[object]) -> str:
    """One line of CSV with its line end; nothing known is an empty cell."""
    line = io.StringIO()
    csv.writer(line).writerow(harmless("" if cell is None else str(cell)) for cell in cells)
    return line.getvalue()
