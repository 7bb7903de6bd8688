"""The rows of one sheet of an Excel workbook, read as a stream."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import BinaryIO, Final
from xml.parsers import expat

from dialer.domain.importing.delimited import MAX_CELL, MAX_COLUMNS
from dialer.domain.importing.workbook.sheet import MAX_ROWS, SheetRow
from dialer.domain.importing.workbook.strings import SharedStrings, unescape
from dialer.domain.importing.workbook.xml import PIECE, Attributes, DamagedWorkbook, check_depth, hardened

_DIGITS: Final = "0123456789"
_TRUE: Final = frozenset({"1", "true"})
_KNOWN: Final = frozenset({"f", "mergeCell", "worksheet"})
_VALUES: Final = frozenset({"v", "t"})
_EXACT_DIGITS: Final = 15
Show = Callable[[str, str | None], str]


def column_of(letters: str) -> int:
    """The number of a column from 0, by its letters: A is 0, AA is 26."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


class RowReader:
    """Takes a sheet's elements as they come, and keeps the rows that are complete.

    `show` writes a number by its style; those of `plain_styles` show it as it is.
    """

    def __init__(
        self, strings: SharedStrings, show: Show, plain_styles: frozenset[str | None], seen: Counter[str]
    ) -> None:
        self.done: list[SheetRow] = []
        self._strings = strings
        self._show = show
        self._plain = plain_styles
        self.seen = seen
        self._columns: dict[str, int] = {}
        self._prefix = ""
        self._others = 0
        self._row = 0
        self._hidden = False
        self._cells: list[str] = []
        self._next = 0
        self._column = 0
        self._kind: str | None = None
        self._style: str | None = None
        self._formula = False
        self._wanted = False
        self._aside = False
        self._text: list[str] = []
        self._length = 0

    # Each million rows call these some fifty million times: they do no more than they must.

    def start(self, name: str, attributes: Attributes) -> None:
        if self._prefix:
            name = name.removeprefix(self._prefix)
        if name == "c":
            self._start_cell(attributes)
        elif name in _VALUES:
            self._wanted = not self._aside
        elif name == "row":
            self._start_row(attributes)
        elif name == "f":
            self._formula = True
        elif name == "rPh":
            self._aside = True
        elif name == "mergeCell":
            self.seen["merged_cells"] += 1
        elif name.endswith(":worksheet"):
            self._prefix = name.removesuffix("worksheet")
        else:
            self._others += 1
            check_depth(self._others)

    def end(self, name: str) -> None:
        if self._prefix:
            name = name.removeprefix(self._prefix)
        if name == "c":
            self._end_cell()
        elif name in _VALUES:
            self._wanted = False
        elif name == "row":
            if any(map(str.strip, self._cells)):
                self.done.append(SheetRow(self._row, self._cells, self._hidden))
            self._cells = []
        elif name == "rPh":
            self._aside = False
        elif name not in _KNOWN:
            self._others -= 1

    def data(self, text: str) -> None:
        if self._wanted and self._length <= MAX_CELL:
            self._text.append(text)
            self._length += len(text)

    def _start_row(self, attributes: Attributes) -> None:
        number = int(attributes["r"]) if "r" in attributes else self._row + 1
        if not self._row < number <= MAX_ROWS:
            raise DamagedWorkbook("a damaged workbook: its rows are out of order")
        self._row = number
        self._hidden = attributes.get("hidden") in _TRUE
        self._cells = []
        self._next = 0

    def _start_cell(self, attributes: Attributes) -> None:
        reference = attributes.get("r")
        if reference is None:
            self._column = self._next
        else:
            letters = reference.rstrip(_DIGITS)
            column = self._columns.get(letters)
            if column is None:
                column = self._columns[letters] = min(max(0, column_of(letters)), MAX_COLUMNS)
            self._column = column
        self._next = min(self._column + 1, MAX_COLUMNS)
        self._kind = attributes.get("t")
        self._style = attributes.get("s")
        self._formula = False
        self._text.clear()
        self._length = 0

    def _end_cell(self) -> None:
        text = "".join(self._text)
        if not text:
            self.seen["uncalculated"] += self._formula and self._kind != "str"
            return
        value = self._value(text[: MAX_CELL + 1])
        if not value:
            return
        missing = self._column - len(self._cells)
        if missing == 0:
            self._cells.append(value)
        elif missing > 0:
            self._cells.extend([""] * missing)
            self._cells.append(value)
        else:
            self._cells[self._column] = value

    def _value(self, text: str) -> str:
        kind = self._kind
        if kind == "s":
            return self._strings.get(int(text))
        if kind is None or kind == "n":
            if self._style in self._plain and text.isdecimal() and len(text) <= _EXACT_DIGITS:
                return text
            return self._show(text, self._style)
        if kind == "b":
            return "TRUE" if text in _TRUE else "FALSE"
        if kind == "e":
            self.seen["formula_errors"] += 1
            return ""
        return unescape(text)


def read_rows(part: BinaryIO, reader: RowReader, within: int | None = None) -> Iterator[SheetRow]:
    """Read the rows with content, in order. A merged cell's value is its first cell's alone.

    Of a sheet longer than `within` bytes only so much is read. Raises DamagedWorkbook.
    """
    parser = hardened()
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.data
    size = 0
    try:
        while piece := part.read(PIECE):
            parser.Parse(piece)
            yield from reader.done
            reader.done.clear()
            size += len(piece)
            if within is not None and size >= within:
                reader.seen["cut_short"] += 1
                return
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise DamagedWorkbook("a damaged workbook") from error
    yield from reader.done
