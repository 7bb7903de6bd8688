"""A small table of figures as a workbook, whose numbers a spreadsheet reckons with."""

from __future__ import annotations

import io
from collections.abc import Sequence

from xlsxwriter import Workbook

from dialer.services.exporting.writing import SHEET_CELL

_AS_WORDS = dict.fromkeys(("strings_to_numbers", "strings_to_formulas", "strings_to_urls"), False)


def workbook_of(title: str, rows: Sequence[Sequence[str | int]]) -> bytes:
    """The rows as one sheet; words stand as words, whatever they begin with."""
    made = io.BytesIO()
    with Workbook(made, {"in_memory": True, **_AS_WORDS}) as book:
        sheet = book.add_worksheet(title)
        for at, row in enumerate(rows):
            for column, cell in enumerate(row):
                if isinstance(cell, int):
                    sheet.write_number(at, column, cell)
                else:
                    sheet.write_string(at, column, cell[:SHEET_CELL])
    return made.getvalue()
