"""What an import of a file would make of it, told at once; nothing is kept."""

from __future__ import annotations

import uuid
from typing import BinaryIO, Final

from dialer.domain.access import Permission, require
from dialer.domain.importing.delimited import show_lost_letters
from dialer.domain.importing.header import Columns
from dialer.services.context import Context
from dialer.services.people.import_files import discard_upload, store_upload, stored_file
from dialer.services.people.import_head import (
    Expected,
    Head,
    columns_of,
    look_at_sheet,
    look_at_text,
    looks_packed,
    people_below,
    samples_of,
    source_of,
)
from dialer.services.people.import_mappings import recall
from dialer.services.people.import_wishes import ImportOptions, check_options
from dialer.services.people.import_words import file_warning, with_columns
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
        region = options.get("default_region") or list_of(unit, list_id).default_region
    expected = Expected(region, ctx.now.date())
    head = _head(ctx, upload, options, expected)
    columns = columns_of(head.records, options, expected, recall(ctx, head.records))
    people = people_below(head.records, columns)
    warnings = with_columns(head.warnings, columns)
    if not head.whole:
        warnings.append(file_warning("only_head"))
    return PreviewView(
        format=head.format,
        encoding=head.encoding,
        delimiter=head.delimiter,
        sheet=head.sheet,
        sheets=head.sheets,
        header_row=columns.row or None,
        mapping_source=source_of(columns, options),
        question=columns.question,
        columns=[_column(columns, index, samples_of(people, index)) for index in range(len(columns.fields))],
        rows=[[show_lost_letters(cell) for cell in record.cells] for record in people[:_ROWS_SHOWN]],
        warnings=warnings,
    )


def _head(ctx: Context, upload: BinaryIO, options: ImportOptions, expected: Expected) -> Head:
    """The head of an upload: of a text as it comes in, of a workbook from a file that is gone again."""
    if not looks_packed(upload):
        return look_at_text(upload, within=_HEAD_BYTES)
    upload.seek(0)
    stored_as = store_upload(ctx.data_dir, ctx.organisation_id, upload)
    try:
        return look_at_sheet(stored_file(ctx.data_dir, stored_as), options, expected)
    finally:
        discard_upload(ctx.data_dir, stored_as)


def _column(columns: Columns, index: int, samples: list[str]) -> PreviewColumn:
    confidence = columns.confidence(index)
    field = columns.fields[index] if confidence else None
    return PreviewColumn(columns.keys()[index], columns.headers[index], samples, field, confidence)
