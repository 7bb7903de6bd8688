"""Which sheet of a workbook has people in it, and the head of that sheet."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from dialer.domain.importing.contents import SAMPLE
from dialer.domain.importing.delimited import Record
from dialer.domain.importing.header import HEADER_WITHIN, Columns, apply_mapping, find_header, recognise
from dialer.domain.importing.workbook.sheet import SheetRow, Workbook
from dialer.domain.importing.workbook.xml import DamagedWorkbook

HEAD_ROWS: Final = HEADER_WITHIN + SAMPLE
_REACHING: Final = frozenset({"phone", "email", "elector_number", "external_id"})
_NAMING: Final = frozenset({"full_name", "last_name"})


@dataclass(frozen=True, slots=True)
class Wishes:
    """How a workbook is to be read: where its numbers belong, on which day, and what somebody said of it.

    `sheet` None: the first that has people in it.
    """

    region: str
    today: dt.date
    sheet: str | None = None
    mapping: Mapping[str, str] | None = None
    has_header: bool | None = None
    hidden_rows: bool = False

    @property
    def day_first(self) -> bool:
        """Whether its readers write the day before the month."""
        return self.region != "US"


@dataclass(frozen=True, slots=True)
class Picked:
    """A sheet and its first rows; none where the one that was named isn't shown.

    `left_out` names the other visible sheets with something in them.
    """

    sheet: str | None
    records: list[Record]
    hidden_rows: list[int]
    whole: bool
    left_out: tuple[str, ...] = ()


def pick(workbook: Workbook, wishes: Wishes) -> Picked:
    """Choose the sheet. A hidden one is never read: raises DamagedWorkbook where nothing else is there."""
    visible = [sheet.name for sheet in workbook.sheets if not sheet.hidden]
    if not visible:
        raise DamagedWorkbook("a workbook without a sheet that is shown")
    if wishes.sheet is not None and wishes.sheet not in visible:
        return Picked(None, [], [], whole=True)
    heads = [_head(workbook, name, wishes) for name in visible]
    written = [head for head in heads if head.records]
    if wishes.sheet is not None:
        chosen = heads[visible.index(wishes.sheet)]
    elif written:
        chosen = max(written, key=lambda head: _worth(head.records, wishes))
    else:
        chosen = heads[0]
    left_out = tuple(head.sheet for head in written if head is not chosen and head.sheet)
    return Picked(chosen.sheet, chosen.records, chosen.hidden_rows, chosen.whole, left_out)


def _head(workbook: Workbook, name: str, wishes: Wishes) -> Picked:
    """The first rows of a sheet. What is counted of other sheets than the chosen one is told nobody."""
    hidden: list[int] = []
    records: list[Record] = []
    rows = workbook.rows(name)
    for row in rows:
        if row.hidden:
            hidden.append(row.row)
        if wishes.hidden_rows or not row.hidden:
            records.append(record_of(row))
        if len(records) == HEAD_ROWS:
            break
    whole = next(rows, None) is None
    return Picked(name, records, hidden, whole)


def record_of(row: SheetRow) -> Record:
    """A sheet's row as a record: its line is the sheet's row."""
    return Record(row.row, row.row, row.cells)


def _worth(records: Sequence[Record], wishes: Wishes) -> int:
    """How surely there are people: by a column that reaches them, by names, by cells like numbers."""
    columns = _columns(records, wishes)
    below = [record for record in records if record.row > columns.row]
    if not below:
        return 0
    fields = set(columns.fields)
    if wishes.mapping and not columns.unknown:
        return 4
    if columns.row and (fields & _REACHING or columns.question == "two_phones"):
        return 3
    if columns.row and fields & _NAMING:
        return 2
    return int(any(_looks_reachable(cell) for record in below for cell in record.cells))


def _columns(records: Sequence[Record], wishes: Wishes) -> Columns:
    header = find_header(records[:HEADER_WITHIN], wishes.has_header, wishes.mapping)
    if wishes.mapping:
        return apply_mapping(header, records, wishes.mapping, wishes.region, wishes.today)
    return recognise(header, records, wishes.region, wishes.today)


def _looks_reachable(cell: str) -> bool:
    return "@" in cell or sum(map(str.isdigit, cell)) >= 9
