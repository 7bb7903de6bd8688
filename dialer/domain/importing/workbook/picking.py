"""Which sheet of a workbook has people in it, and the head of that sheet."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from dialer.domain.importing.contents import SAMPLE
from dialer.domain.importing.delimited import Record
from dialer.domain.importing.header import HEADER_WITHIN, Columns, apply_mapping, find_header, recognise
from dialer.domain.importing.workbook.sheet import SheetRow, Workbook
from dialer.domain.importing.workbook.xml import DamagedWorkbook

HEAD_ROWS: Final = HEADER_WITHIN + SAMPLE
_REACHING: Final = frozenset({"phone", "email", "elector_number", "external_id"})
_SURE: Final = 3
_HEAD_BYTES: Final = 16 << 20
"""A head of the most and widest rows unpacks to less; a second is enough to read it."""

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
    heads = _heads(workbook, visible, wishes)
    written = [head for head in heads if head.records]
    if wishes.sheet is not None:
        chosen = heads[visible.index(wishes.sheet)]
    else:
        chosen = max(written or heads, key=lambda head: _worth(head.records, wishes))
    left_out = tuple(head.sheet for head in written if head is not chosen and head.sheet)
    return replace(chosen, left_out=left_out, whole=chosen.whole and not workbook.seen["cut_short"])


def _heads(workbook: Workbook, names: Sequence[str], wishes: Wishes) -> list[Picked]:
    """The heads of all sheets; of those that can't be chosen any more, or weren't, one row."""
    heads: list[Picked] = []
    found = False
    for name in names:
        few = wishes.sheet != name if wishes.sheet else found
        head = _head(workbook, name, wishes, 1 if few else HEAD_ROWS)
        found = found or _worth(head.records, wishes) == _SURE
        heads.append(head)
    return heads


def _head(workbook: Workbook, name: str, wishes: Wishes, most: int) -> Picked:
    """The first rows of a sheet, `most` at the most, and none too far down.

    Sheets are often formatted to their last row, far below the last person.
    """
    hidden: list[int] = []
    records: list[Record] = []
    whole = True
    for row in workbook.rows(name, _HEAD_BYTES):
        if len(records) == most:
            whole = False
            break
        if row.hidden:
            hidden.append(row.row)
        if wishes.hidden_rows or not row.hidden:
            records.append(record_of(row))
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
    if wishes.mapping:
        return 0 if columns.unknown else _SURE
    if columns.row and (fields & _REACHING or columns.question == "two_phones"):
        return _SURE
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
