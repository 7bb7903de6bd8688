"""XLS, XLSB and ODS, read whole by calamine: it tells values, not how they show or which rows are hidden."""

import datetime as dt
import tempfile
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from dialer.domain.importing.delimited import MAX_COLUMNS
from dialer.domain.importing.workbook.number_format import plain
from dialer.domain.importing.workbook.sheet import Sheet, SheetRow
from dialer.domain.importing.workbook.xml import DamagedWorkbook

Value = int | float | str | bool | dt.time | dt.date | dt.datetime | dt.timedelta


class OtherWorkbook:
    """A workbook of a kind that calamine reads."""

    def __init__(self, path: Path, kind: str) -> None:
        self.format = kind
        self.seen: Counter[str] = Counter()
        try:
            self._book = _opened(path, kind)
        except PasswordError as error:
            raise DamagedWorkbook(
                "a password-protected workbook. Open it, save it without its password"
            ) from error
        except CalamineError as error:
            raise DamagedWorkbook("a damaged workbook") from error
        self.sheets = tuple(
            Sheet(each.name, each.visible is not SheetVisibleEnum.Visible)
            for each in self._book.sheets_metadata
            if each.typ is SheetTypeEnum.WorkSheet
        )

    def rows(self, name: str, within: int | None = None) -> Iterator[SheetRow]:  # noqa: ARG002 - read whole
        """The rows with content of one sheet, in order. Raises DamagedWorkbook."""
        try:
            sheet = self._book.get_sheet_by_name(name)
        except CalamineError as error:
            raise DamagedWorkbook("a damaged workbook") from error
        self.seen["merged_cells"] += len(sheet.merged_cell_ranges or ())
        if sheet.start is None:
            return
        left = sheet.start[1]
        for row, values in enumerate(sheet.iter_rows(), start=1):
            cells = [""] * left + [shown(value) for value in values]
            while cells and not cells[-1].strip():
                cells.pop()
            if cells:
                yield SheetRow(row, cells[: MAX_COLUMNS + 1])


def _opened(path: Path, kind: str) -> CalamineWorkbook:
    """Open a workbook under a name that tells its kind: calamine goes by that, or else tries each in turn."""
    with tempfile.TemporaryDirectory() as folder:
        named = Path(folder) / f"workbook.{kind}"
        named.symlink_to(path.absolute())
        return CalamineWorkbook.from_path(named)


def shown(value: Value) -> str:
    """A value as text: numbers with all their digits, dates as year-month-day."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return plain(Decimal(repr(value)))
    if isinstance(value, dt.datetime):
        return f"{value:%Y-%m-%d}" if value.time() == dt.time() else f"{value:%Y-%m-%d %H:%M:%S}"
    if isinstance(value, dt.time):
        return f"{value:%H:%M:%S}" if value.second else f"{value:%H:%M}"
    return str(value)
