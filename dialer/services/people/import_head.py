"""The head of an uploaded list: how it is written, its first records and what its columns are."""

from __future__ import annotations

import datetime as dt
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple, TypedDict

from dialer.domain.errors import FieldError, UnreadableFile, ValidationFailed
from dialer.domain.importing.contents import SAMPLE
from dialer.domain.importing.delimited import (
    MAX_COLUMNS,
    SHEET_FORM,
    Record,
    TextFormat,
    read_records,
    show_lost_letters,
)
from dialer.domain.importing.encoding import NotText
from dialer.domain.importing.header import (
    HEADER_WITHIN,
    Columns,
    apply_mapping,
    choose,
    find_header,
    recognise,
)
from dialer.domain.importing.issues import Reason
from dialer.domain.importing.row import has_content
from dialer.domain.importing.sniffing import sniff
from dialer.domain.importing.workbook.containers import is_container
from dialer.domain.importing.workbook.picking import Wishes
from dialer.services.people.import_mappings import Recalled
from dialer.services.people.import_words import file_warning, sheet_warnings
from dialer.services.people.import_workbooks import look_at_workbook, refusal

HEAD_ROWS: Final = HEADER_WITHIN + SAMPLE
"""So many records are looked at for the header and for what the columns below it hold."""

_SAMPLES: Final = 3


class ReadingWishes(TypedDict, total=False):
    """What somebody says of how a list is to be understood; the rest is recognised.

    `sheet` names a workbook's sheet; `hidden_rows` is `skip` or `include`.
    """

    mapping: dict[str, str]
    has_header: bool | None
    sheet: str
    hidden_rows: str


class Expected(NamedTuple):
    """Where a list's numbers belong, and the day from which birthdays are counted."""

    region: str
    today: dt.date


@dataclass(frozen=True, slots=True)
class Head:
    """What the head of a file shows. `warnings` are about the file as a whole.

    A workbook has a `sheet` that is read and `sheets` to choose from, and its `form` is how we write its
    rows. `whole`: there is nothing below.
    """

    format: str
    form: TextFormat
    records: list[Record]
    warnings: tuple[dict[str, Any], ...] = ()
    sheet: str | None = None
    sheets: tuple[str, ...] = ()
    whole: bool = True

    @property
    def encoding(self) -> str | None:
        """How its letters are written; a workbook doesn't say."""
        return None if self.sheet else self.form.encoding

    @property
    def delimiter(self) -> str | None:
        """What stands between its cells; nothing does in a workbook."""
        return None if self.sheet else self.form.delimiter


def look_at_file(path: Path, wishes: ReadingWishes, expected: Expected) -> Head:
    """Look at an upload's first records. `UnreadableFile` says what it is when it is no list."""
    with path.open("rb") as stream:
        if not looks_packed(stream):
            return look_at_text(stream)
    return look_at_sheet(path, wishes, expected)


def looks_packed(stream: BinaryIO) -> bool:
    """Tell whether a file begins as workbooks do."""
    stream.seek(0)
    return is_container(stream.read(8))


def look_at_text(stream: BinaryIO, *, within: int | None = None) -> Head:
    """Look at the head of a text. Its letters are judged by all of it, or by its first `within` bytes."""
    try:
        form = sniff(stream, within)
    except NotText as what:
        raise refusal(str(what)) from what
    records = first_records(stream, form)
    _refuse_no_list(records)
    whole = within is None or not stream.seek(within) or not stream.read(1)
    return Head(_format_of(form), form, records, _warnings_of(form), whole=whole)


def look_at_sheet(path: Path, wishes: ReadingWishes, expected: Expected) -> Head:
    """Look at the head of a workbook's sheet that has people in it, or of the one that was chosen."""
    told = look_at_workbook(path, workbook_wishes(wishes, expected))
    if told["sheet"] is None:
        words = "There is no such sheet, or it is hidden. Choose one that is shown."
        raise ValidationFailed.at("/options/sheet", words)
    records = [Record(row, row, cells, _width_fault(cells)) for row, cells in told["records"]]
    _refuse_no_list(records)
    return Head(
        told["format"],
        SHEET_FORM,
        records,
        sheet_warnings(told),
        told["sheet"],
        tuple(told["sheets"]),
        told["whole"],
    )


def workbook_wishes(wishes: ReadingWishes, expected: Expected) -> Wishes:
    """The same wishes as the reading of workbooks takes them."""
    return Wishes(
        region=expected.region,
        today=expected.today,
        sheet=wishes.get("sheet"),
        mapping=wishes.get("mapping"),
        has_header=wishes.get("has_header"),
        hidden_rows=wishes.get("hidden_rows") == "include",
    )


def _width_fault(cells: list[str]) -> Reason | None:
    return Reason.LONG_ROW if len(cells) > MAX_COLUMNS else None


def first_records(stream: BinaryIO, form: TextFormat) -> list[Record]:
    """The records among which the header is looked for, and some below it."""
    with closing(read_records(stream, form)) as records:
        return list(islice(records, HEAD_ROWS))


def _format_of(form: TextFormat) -> str:
    return "tsv" if form.delimiter == "\t" else "csv"


def _warnings_of(form: TextFormat) -> tuple[dict[str, Any], ...]:
    return (file_warning("windows_1252"),) if form.encoding == "cp1252" else ()


def _refuse_no_list(records: list[Record]) -> None:
    first = next((record for record in records if has_content(record)), None)
    if first is None:
        raise UnreadableFile("There is nothing in this file’s first lines. Nothing was brought in.")
    if not first.split and first.fault is Reason.UNDECODABLE:
        raise refusal(f'a list with a quote (") that nothing closes, on line {first.line}. Close it')
    if first.fault is Reason.LONG_ROW:
        raise UnreadableFile(f"This file has more than {MAX_COLUMNS} columns. Leave out what isn’t needed.")


def source_of(columns: Columns, wishes: ReadingWishes) -> str:
    """Say where the columns are from: given, remembered or recognised."""
    if wishes.get("mapping"):
        return "given"
    return "remembered" if columns.chosen else "recognised"


def columns_of(
    records: list[Record],
    wishes: ReadingWishes,
    expected: Expected,
    known: Recalled | None = None,
    pointer: str = "/options/mapping",
) -> Columns:
    """Take the columns that the wishes name, else those that are remembered, else recognise them.

    `pointer` is where faults of the wishes are said to be.
    """
    mapping, has_header = wishes.get("mapping"), wishes.get("has_header")
    if known and not mapping and has_header is not False:
        return choose(recognise(known.header, records, *expected), known.chosen)
    header = find_header(records[:HEADER_WITHIN], has_header, mapping)
    if not mapping:
        return recognise(header, records, *expected)
    columns = apply_mapping(header, records, mapping, *expected)
    if columns.unknown:
        errors = [
            FieldError(f"{pointer}/{key}", "The file has no such column. Give its header or its number.")
            for key in columns.unknown
        ]
        raise ValidationFailed("The mapping names columns that the file doesn’t have.", errors=errors)
    return columns


def people_below(records: list[Record], columns: Columns) -> list[Record]:
    """The records with content below the header."""
    return [record for record in records if record.row > columns.row and has_content(record)]


def samples_of(records: list[Record], index: int) -> list[str]:
    """The first filled cells of a column."""
    cells = (record.cells[index].strip() for record in records if record.split and len(record.cells) > index)
    return [show_lost_letters(cell) for cell in islice(filter(None, cells), _SAMPLES)]
