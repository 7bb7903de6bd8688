"""What an import of a file would make of it, told at once; nothing is kept."""

from __future__ import annotations

import uuid
from typing import BinaryIO, Final

from dialer.domain.access import Permission, require
from dialer.domain.importing.delimited import Record, show_lost_letters
from dialer.domain.importing.fields import CUSTOM
from dialer.domain.importing.header import Columns
from dialer.services.context import Context
from dialer.services.people.import_head import columns_of, look_at_head, people_below, samples_of
from dialer.services.people.import_wishes import ImportOptions, check_options
from dialer.services.people.import_words import file_warning
from dialer.services.people.lists import list_of
from dialer.services.people.views import PreviewColumn, PreviewView

_HEAD_BYTES: Final = 4 * 1024 * 1024
"""So much of a file is judged for its letters: a preview takes as long for a gigabyte as for this."""

_ROWS_SHOWN: Final = 20


def preview_import(ctx: Context, list_id: uuid.UUID, upload: BinaryIO, options: ImportOptions) -> PreviewView:
    """Say how a file would be read: its letters, columns and first rows. `UnreadableFile` as at import."""
    require(ctx.actor, Permission.IMPORT_RUN)
    check_options(options)
    with ctx.unit() as unit:
        list_of(unit, list_id)
    head = look_at_head(upload, within=_HEAD_BYTES)
    columns = columns_of(head.records, options)
    people = people_below(head.records, columns)
    warnings = list(head.warnings)
    if _is_longer(upload, _HEAD_BYTES):
        warnings.append(file_warning("only_head"))
    return PreviewView(
        format=head.format,
        encoding=head.form.encoding,
        delimiter=head.form.delimiter,
        header_row=columns.row or None,
        question=columns.question,
        columns=[
            _column(columns, index, samples_of(people, index), options)
            for index in range(len(columns.fields))
        ],
        rows=[[show_lost_letters(cell) for cell in record.cells] for record in people[:_ROWS_SHOWN]],
        warnings=warnings,
    )


def _is_longer(stream: BinaryIO, size: int) -> bool:
    stream.seek(size)
    return bool(stream.read(1))


def _columns_shown(columns: Columns, people: list[Record], options: ImportOptions) -> list[PreviewColumn]:
    indexes = range(len(columns.fields))
    return [_column(columns, index, samples_of(people, index), options) for index in indexes]


def _column(columns: Columns, index: int, samples: list[str], options: ImportOptions) -> PreviewColumn:
    key, field = columns.keys()[index], columns.fields[index]
    given = {key, str(index)} & set(options.get("mapping", ()))
    if given or columns.is_of_report(index):
        return PreviewColumn(key, columns.headers[index], samples, field, 1.0)
    if not columns.row or field.startswith(CUSTOM):
        return PreviewColumn(key, columns.headers[index], samples, None, 0.0)
    doubtful = columns.question == "two_phones" and field == "phone"
    return PreviewColumn(key, columns.headers[index], samples, field, 0.5 if doubtful else 1.0)
