"""What every kind of workbook gives: its sheets, and the rows of one of them."""

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple, Protocol

MAX_ROWS = 1_048_576
"""The rows of a sheet in any program that there is."""


class Sheet(NamedTuple):
    """A sheet by its name."""

    name: str
    hidden: bool


class SheetRow(NamedTuple):
    """A row with content: its number as the sheet shows it, and its cells as they are shown."""

    row: int
    cells: list[str]
    hidden: bool = False


class Workbook(Protocol):
    """A workbook that was opened. `seen` counts what a person should be told of, as rows are read:
    `merged_cells`, `formula_errors`, `uncalculated`; `cut_short` where not all was looked at.
    """

    format: str
    sheets: tuple[Sheet, ...]
    seen: Counter[str]

    def rows(self, name: str, within: int | None = None) -> Iterator[SheetRow]:
        """The rows with content of one sheet, in order; those of its first `within` bytes, where that counts.

        Raises DamagedWorkbook.
        """
        ...
