"""A row of the report, put right by hand: which of its cells to ask for, and whether it is right now."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass

from dialer.domain.importing.delimited import Record, has_lost_letters
from dialer.domain.importing.fields import IGNORE
from dialer.domain.importing.header import Columns
from dialer.domain.importing.issues import Reason, RowIssue
from dialer.domain.importing.row import RowReader, RowRules


@dataclass(frozen=True, slots=True)
class MendableCell:
    """A cell of a row as it may be put right. `at_fault`: what is wrong is, or may be, here."""

    place: int
    header: str
    value: str
    at_fault: bool


def mendable_cells(
    columns: Columns, cells: Sequence[str], reason: str, field: str | None, delimiter: str
) -> list[MendableCell]:
    """Return the cells of a row to ask for: of each column that comes in, and those beyond the header."""
    written = split_cells(cells, reason, len(columns.headers), delimiter)
    width = max(len(written), len(columns.headers))
    fields = [*columns.fields, *[""] * (width - len(columns.fields))]
    headers = [*columns.headers, *[""] * (width - len(columns.headers))]
    return [
        MendableCell(
            place,
            headers[place],
            written[place] if place < len(written) else "",
            _at_fault(fields[place], place >= len(columns.fields), field, reason),
        )
        for place in range(width)
        if fields[place] != IGNORE
    ]


def _at_fault(of: str, beyond: bool, field: str | None, reason: str) -> bool:
    if reason == Reason.LONG_ROW:
        return beyond
    if field is None:
        return True
    return of == field or (field == "elector_number" and of.startswith("elector_"))


def split_cells(cells: Sequence[str], reason: str, width: int, delimiter: str) -> list[str]:
    """Return a row's cells. A line that an open quote kept whole is split without its quotes, for a start."""
    if reason != Reason.UNDECODABLE or len(cells) != 1 or width < 2:
        return list(cells)
    line = " ".join(cells[0].replace('"', "").splitlines())
    return next(csv.reader([line], delimiter=delimiter, skipinitialspace=True), [""])


def filled_up(cells: Sequence[str], width: int) -> list[str]:
    """Return a row as wide as the header, where only empty cells are missing or too many."""
    kept = list(cells)
    while len(kept) > width and not kept[-1].strip():
        kept.pop()
    return [*kept, *[""] * (width - len(kept))]


def still_wrong(rules: RowRules, cells: Sequence[str]) -> RowIssue | None:
    """Tell what is wrong with a row as it was put right; None when nothing is."""
    fault = Reason.UNDECODABLE if any(map(has_lost_letters, cells)) else None
    return RowReader(rules).read(Record(1, 1, list(cells), fault))[1]
