"""Write a table into a file as it is read: CSV, JSON lines, or a workbook whose rows go straight to disk."""

from __future__ import annotations

import contextlib
import csv
import json
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from xlsxwriter import Workbook
from xlsxwriter.exceptions import FileCreateError

from dialer.services.exporting.tables import Cells, Table

SHEET_ROWS: Final = 1_048_575
"""So many rows a sheet takes below its header (Excel's limit); what is over goes on in the next sheet."""

SHEET_CELL: Final = 32_767
"""So many characters a workbook's cell takes; a longer text is left out of the workbook, and counted."""

Moved = Callable[[int], None]
_TELL_EVERY: Final = 1_000


def write_table(table: Table, of: str, path: Path, title: str, moved: Moved) -> tuple[int, int]:
    """Write a table in a format; returns its rows, and how many texts the format could not hold.

    `moved` is told every thousand rows how many there are.
    """
    if of == "xlsx":
        return _write_workbook(table, path, title, moved)
    lines = _json_lines(table) if of == "jsonl" else csv_lines(table)
    with path.open("w", encoding="utf-8", newline="") as file:
        header = 0 if of == "jsonl" else 1
        return sum(1 for line in _counted(lines, moved) if file.write(line)) - header, 0


def csv_lines(table: Table) -> Iterator[str]:
    """The lines of CSV, the header first; cells are harmless already."""
    line = _Line()
    write = csv.writer(line).writerow
    write(table.columns)
    yield line.text
    for cells in table.cells():
        write(cells)
        yield line.text


class _Line:
    """What `csv` writes into: it keeps the last line."""

    text = ""

    def write(self, text: str) -> None:
        self.text = text


def _json_lines(table: Table) -> Iterator[str]:
    for one in table.objects():
        yield json.dumps(one, ensure_ascii=False) + "\n"


def _counted(rows: Iterable[Any], moved: Moved) -> Iterator[Any]:
    for nth, row in enumerate(rows, 1):
        yield row
        if nth % _TELL_EVERY == 0:
            moved(nth)


# --- workbooks --------------------------------------------------------------------------------------


def _write_workbook(table: Table, path: Path, title: str, moved: Moved) -> tuple[int, int]:
    """Write a workbook. Its rows lie meanwhile in a folder beside it, named after it, so that whoever removes
    what a killed run has left finds them too.
    """
    with tempfile.TemporaryDirectory(prefix=f"{path.name}.", dir=path.parent) as folder:
        return _write_by_way_of(folder, table, path, title, moved)


def _write_by_way_of(folder: str, table: Table, path: Path, title: str, moved: Moved) -> tuple[int, int]:
    options = {
        "constant_memory": True,
        "tmpdir": folder,
        "strings_to_numbers": False,
        "strings_to_formulas": False,
        "strings_to_urls": False,
    }
    book = Workbook(str(path), options)
    with _let_go(book):
        sheets = _Sheets(book, title, table.columns)
        for cells in _counted(table.cells(), moved):
            sheets.add(cells)
        try:
            book.close()
        except FileCreateError as error:
            raise OSError("the workbook could not be written") from error
    return sheets.rows, sheets.left_out


@contextlib.contextmanager
def _let_go(book: Workbook) -> Iterator[None]:
    """Close the files of a workbook that couldn't be written: they would keep their room till collected."""
    with contextlib.ExitStack() as on_failure:
        on_failure.callback(_close_sheets, book)
        yield
        on_failure.pop_all()


def _close_sheets(book: Workbook) -> None:
    for sheet in book.worksheets():
        with contextlib.suppress(OSError):  # what it hasn't written yet doesn't fit either
            sheet.row_data_fh.close()


class _Sheets:
    """A workbook's sheets, filled one after the other; every cell is a text."""

    def __init__(self, book: Workbook, title: str, columns: Cells) -> None:
        self.rows = self.left_out = 0
        self._book, self._title, self._columns = book, title, columns
        self._count = 0
        self._begin()

    def _begin(self) -> None:
        self._count += 1
        name = self._title if self._count == 1 else f"{self._title} {self._count}"
        self._sheet = self._book.add_worksheet(name)
        self._at = 0
        self._write(self._columns)

    def add(self, cells: Cells) -> None:
        """Write the next row, on a new sheet where this one is full."""
        if self._at > SHEET_ROWS:
            self._begin()
        self._write(cells)
        self.rows += 1

    def _write(self, cells: Cells) -> None:
        for column, cell in enumerate(cells):
            if len(cell) > SHEET_CELL:
                self.left_out += 1
            elif cell:
                self._sheet.write_string(self._at, column, cell)
        self._at += 1
