"""Excel workbooks (ECMA-376, part 1): which sheets they have, and how their cells are shown."""

import datetime as dt
import posixpath
import zipfile
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import BinaryIO, Final

from dialer.domain.importing.workbook.date_format import Calendar
from dialer.domain.importing.workbook.number_format import BUILTIN, NumberFormat, number_format, plain
from dialer.domain.importing.workbook.parts import Parts
from dialer.domain.importing.workbook.sheet import Sheet, SheetRow
from dialer.domain.importing.workbook.strings import SharedStrings
from dialer.domain.importing.workbook.xlsx_rows import RowReader, read_rows
from dialer.domain.importing.workbook.xml import Attributes, DamagedWorkbook, each_element

_MOST_OF_ALL: Final = 3 << 30
"""A sheet of a million people and forty columns unpacks to two gibibytes."""


def _relations(parts: Parts, of: str) -> dict[str, tuple[str, str]]:
    """What a part is joined to: by id the kind of the other part and its name."""
    folder, name = posixpath.split(of)
    path = posixpath.join(folder, "_rels", f"{name}.rels")
    found: dict[str, tuple[str, str]] = {}

    def meet(element: str, attributes: Attributes, _parent: str) -> None:
        if element == "Relationship" and attributes.get("TargetMode") != "External":
            target = posixpath.normpath(posixpath.join("/", folder, attributes.get("Target", ""))).lstrip("/")
            found[attributes.get("Id", "")] = (posixpath.basename(attributes.get("Type", "")), target)

    if path in parts:
        with closing(parts.open(path)) as part:
            each_element(part, meet)
    return found


class Xlsx:
    """An Excel workbook. Its texts are laid in `store` while it is read, so that memory stays flat."""

    format = "xlsx"

    def __init__(self, stream: BinaryIO, store: BinaryIO, *, day_first: bool, newest: dt.date) -> None:
        self._parts = Parts(stream)
        self._store = store
        self.seen: Counter[str] = Counter()
        main = next(
            (target for kind, target in _relations(self._parts, "").values() if kind == "officeDocument"),
            "xl/workbook.xml",
        )
        self._relations = _relations(self._parts, main)
        self._paths: dict[str, str] = {}
        found: list[Sheet] = []
        self._from_1904 = False
        self._shared: SharedStrings | None = None

        def meet(element: str, attributes: Attributes, _parent: str) -> None:
            if element == "workbookPr":
                self._from_1904 = attributes.get("date1904") in {"1", "true", "on"}
            elif element == "sheet":
                kind, path = self._relations.get(attributes.get("id", ""), ("", ""))
                name = attributes.get("name", "")
                if kind == "worksheet" and name not in self._paths:
                    self._paths[name] = path
                    found.append(Sheet(name, attributes.get("state", "visible") != "visible"))

        with closing(self._parts.open(main)) as part:
            each_element(part, meet)
        self.sheets = tuple(found)
        self._calendar = Calendar(self._from_1904, day_first, newest)
        self._formats = self._read_formats()

    def rows(self, name: str, within: int | None = None) -> Iterator[SheetRow]:
        """The rows with content of one sheet, in order, in bounded memory. Raises DamagedWorkbook."""
        try:
            with closing(self._parts.open(self._paths[name], _MOST_OF_ALL)) as part:
                reader = RowReader(self._strings(), self.show, self._plain_styles(), self.seen)
                yield from read_rows(part, reader, within)
        except (zipfile.BadZipFile, EOFError, ValueError, NotImplementedError) as error:
            if isinstance(error, DamagedWorkbook):
                raise
            raise DamagedWorkbook("a damaged workbook") from error

    def _strings(self) -> SharedStrings:
        """The texts of all sheets, read as far as they were asked for."""
        if self._shared is None:
            path = self._part_of("sharedStrings")
            part = self._parts.open(path, _MOST_OF_ALL) if path else None
            self._shared = SharedStrings(part, self._store)
        return self._shared

    def _part_of(self, kind: str) -> str | None:
        named = (target for found, target in self._relations.values() if found == kind)
        return next((target for target in named if target in self._parts), None)

    def _read_formats(self) -> list[NumberFormat | None]:
        """The number format of each style of a cell, by the style's number."""
        codes: dict[int, str] = dict(BUILTIN)
        styles: list[int] = []

        def meet(element: str, attributes: Attributes, parent: str) -> None:
            if element == "numFmt" and parent == "numFmts":
                codes[int(attributes.get("numFmtId", 0))] = attributes.get("formatCode", "")
            elif element == "xf" and parent == "cellXfs":
                styles.append(int(attributes.get("numFmtId", 0)))

        if path := self._part_of("styles"):
            with closing(self._parts.open(path)) as part:
                each_element(part, meet)
        day_first = self._calendar.day_first
        return [number_format(codes.get(style, ""), day_first) for style in styles]

    def _plain_styles(self) -> frozenset[str | None]:
        """The styles that show a number as it is; a cell without a style is one."""
        plain_ones = (str(index) for index, form in enumerate(self._formats) if form is None)
        return frozenset([None, *plain_ones])

    @lru_cache(maxsize=20_000)  # noqa: B019 - one workbook a process
    def show(self, text: str, style: str | None) -> str:
        """A number as its cell's style shows it."""
        try:
            number = Decimal(text)
        except InvalidOperation as error:
            raise DamagedWorkbook("a damaged workbook: a number is none") from error
        if not number.is_finite():
            raise DamagedWorkbook("a damaged workbook: a number is none")
        index = int(style or 0)
        form = self._formats[index] if 0 <= index < len(self._formats) else None
        if form is None:
            return plain(number)
        return self._calendar.show(number, form) if form.is_date else form.show(number)
