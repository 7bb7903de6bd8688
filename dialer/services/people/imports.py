"""Imports: a file is uploaded, looked at, and brought in by a worker."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import IO, Any, Final, TypedDict

from sqlalchemy import select, update

from dialer.domain.access import Permission, require
from dialer.domain.errors import FieldError, InvalidTransition, NotFound, UnreadableFile, ValidationFailed
from dialer.domain.importing.delimited import MAX_COLUMNS, Record, TextFormat, read_records, show_lost_letters
from dialer.domain.importing.encoding import NotText
from dialer.domain.importing.header import (
    HEADER_WITHIN,
    Columns,
    apply_mapping,
    bad_fields,
    find_header,
    recognise,
)
from dialer.domain.importing.issues import Reason
from dialer.domain.importing.row import has_content
from dialer.domain.importing.sniffing import sniff
from dialer.services.context import Context
from dialer.services.gotv.elections import current_election, election_of
from dialer.services.paging import Page, Slice, after_id, cut
from dialer.services.people.import_files import discard_upload, discarded_on_error, store_upload, stored_file
from dialer.services.people.import_run import enqueue_import
from dialer.services.people.lists import check_region, list_of
from dialer.services.people.views import ColumnView, ImportCounts, ImportView
from dialer.store.models import new_id
from dialer.store.models.people import Import
from dialer.store.session import UnitOfWork

_SAMPLES: Final = 3
_SAMPLE_ROWS: Final = 50
_ISSUES_AT_ONCE: Final = 1_000


class ImportOptions(TypedDict, total=False):
    """How a file is to be read; what is left out comes from the list, or is recognised."""

    mapping: dict[str, str]
    default_region: str
    id_source: str
    register: str
    election_id: uuid.UUID
    has_header: bool
    on_match: str
    hidden_rows: str
    dry_run: bool
    tags: list[str]


def start_import(
    ctx: Context, list_id: uuid.UUID, upload: IO[bytes], filename: str, options: ImportOptions
) -> ImportView:
    """Store an uploaded list, look at it, and have a worker bring it in.

    It waits as `needs_mapping` where nobody can tell which column is the phone. `UnreadableFile` for
    what is no list; nothing is kept of it then.
    """
    require(ctx.actor, Permission.IMPORT_RUN)
    _check_options(options)
    with ctx.unit() as unit:
        list_of(unit, list_id)
        if "election_id" in options:
            election_of(unit, options["election_id"])
    stored_as = store_upload(ctx.data_dir, upload)
    path = stored_file(ctx.data_dir, stored_as)
    with discarded_on_error(path):
        form, records = _look_at(path)
        columns = _columns(records, options)
        return _create(ctx, list_id, filename, stored_as, form=form, columns=columns, options=options)


def get_import(ctx: Context, import_id: uuid.UUID) -> ImportView:
    """One import; `NotFound` when there is none such."""
    require(ctx.actor, Permission.IMPORT_RUN)
    with ctx.unit() as unit:
        return import_view(import_of(unit, import_id))


def list_imports(ctx: Context, list_id: uuid.UUID, page: Page) -> Slice[ImportView]:
    """A list's imports, newest first."""
    require(ctx.actor, Permission.IMPORT_RUN)
    with ctx.unit() as unit:
        list_of(unit, list_id)
        statement = select(Import).where(
            Import.organisation_id == unit.organisation_id, Import.list_id == list_id
        )
        if (after := after_id(page)) is not None:
            statement = statement.where(Import.id < after)
        rows = unit.session.scalars(statement.order_by(Import.id.desc()).limit(page.limit + 1)).all()
        return cut(rows, page, lambda row: (str(row.id),)).map(import_view)


def import_columns(ctx: Context, import_id: uuid.UUID) -> list[ColumnView]:
    """An upload's columns with samples of what stands in them, for somebody to choose by."""
    view = get_import(ctx, import_id)
    with ctx.unit() as unit:
        row = import_of(unit, import_id)
    columns = stored_columns(row)
    path = stored_file(ctx.data_dir, row.stored_as)
    records = _first_records(path, _form(row)) if path.exists() else []
    people = [record for record in records if record.row > columns.row]
    return [
        ColumnView(key, header, field, _samples(people, index))
        for index, (key, header, field) in enumerate(
            zip(columns.keys(), columns.headers, view.mapping.values(), strict=False)
        )
    ]


def set_mapping(
    ctx: Context, import_id: uuid.UUID, mapping: Mapping[str, str], has_header: bool | None = None
) -> ImportView:
    """Choose the columns of an import that waits for it, and let it go on."""
    require(ctx.actor, Permission.IMPORT_RUN)
    _check_mapping(mapping, "/mapping")
    with ctx.unit() as unit:
        row = import_of(unit, import_id, lock=True)
        if row.state != "needs_mapping":
            raise InvalidTransition("This import’s columns are chosen already.", state=row.state)
        records = _first_records(stored_file(ctx.data_dir, row.stored_as), _form(row))
        if has_header is None:
            has_header = row.options.get("has_header")
        columns = _mapped(records, mapping, has_header, "/mapping")
        row.options = {**row.options, "mapping": dict(mapping), "has_header": has_header}
        _keep_columns(row, columns)
        row.state = "queued"
        ctx.audit(unit, "import.mapped", "import", row.id)
        unit.after_commit(lambda: enqueue_import(ctx, import_id))
        unit.session.flush()
        return import_view(row)


def cancel_import(ctx: Context, import_id: uuid.UUID) -> ImportView:
    """Stop an import. What is in stays in; cancelled twice is cancelled; one that is over can't be."""
    require(ctx.actor, Permission.IMPORT_RUN)
    with ctx.unit() as unit:
        row = import_of(unit, import_id)
        stopped = unit.session.execute(
            update(Import)
            .where(
                Import.organisation_id == unit.organisation_id,
                Import.id == import_id,
                Import.state.in_(("queued", "needs_mapping", "running")),
            )
            .values(state="cancelled", finished_at=ctx.now, leased_until=None)
            .returning(Import.id)
        ).one_or_none()
        unit.session.refresh(row)
        if stopped:
            unit.after_commit(lambda: discard_upload(ctx.data_dir, row.stored_as))
            ctx.audit(unit, "import.cancelled", "import", import_id, {"rows": row.row_count})
        elif row.state != "cancelled":
            raise InvalidTransition("This import is over already.", state=row.state)
        return import_view(row)


# --- looking at a file ------------------------------------------------------------------------------


def _look_at(path: Path) -> tuple[TextFormat, list[Record]]:
    try:
        with path.open("rb") as stream:
            form = sniff(stream)
    except NotText as what:
        raise UnreadableFile(
            f"This is {what}, not a list. Save it as CSV (UTF-8) and try again. Nothing was brought in."
        ) from what
    records = _first_records(path, form)
    first = next((record for record in records if has_content(record)), None)
    if first is None:
        raise UnreadableFile("There is nothing in this file’s first lines. Nothing was brought in.")
    if first.fault is Reason.LONG_ROW:
        raise UnreadableFile(f"This file has more than {MAX_COLUMNS} columns. Leave out what isn’t needed.")
    return form, records


def _first_records(path: Path, form: TextFormat) -> list[Record]:
    with path.open("rb") as stream, closing(read_records(stream, form)) as records:
        return list(islice(records, HEADER_WITHIN + _SAMPLE_ROWS))


def _columns(records: list[Record], options: ImportOptions) -> Columns:
    has_header = options.get("has_header")
    if mapping := options.get("mapping"):
        return _mapped(records, mapping, has_header, "/options/mapping")
    return recognise(find_header(records[:HEADER_WITHIN], has_header, None), records)


def _mapped(
    records: list[Record], mapping: Mapping[str, str], has_header: bool | None, pointer: str
) -> Columns:
    header = find_header(records[:HEADER_WITHIN], has_header, mapping)
    columns = apply_mapping(header, records, mapping)
    if columns.unknown:
        errors = [
            FieldError(f"{pointer}/{key}", "The file has no such column. Give its header or its number.")
            for key in columns.unknown
        ]
        raise ValidationFailed("The mapping names columns that the file doesn’t have.", errors=errors)
    return columns


def _samples(records: list[Record], index: int) -> list[str]:
    cells = (record.cells[index].strip() for record in records if record.split and len(record.cells) > index)
    return [show_lost_letters(cell) for cell in islice(filter(None, cells), _SAMPLES)]


# --- rows of the table ------------------------------------------------------------------------------


def _create(
    ctx: Context,
    list_id: uuid.UUID,
    filename: str,
    stored_as: str,
    *,
    form: TextFormat,
    columns: Columns,
    options: ImportOptions,
) -> ImportView:
    with ctx.unit() as unit:
        row = Import(
            organisation_id=unit.organisation_id,
            id=new_id(),
            list_id=list_id,
            election_id=options.get("election_id") or current_election(unit).id,
            state="needs_mapping" if columns.question else "queued",
            filename=show_lost_letters(Path(filename).name)[:255] or "list.csv",
            stored_as=stored_as,
            format="tsv" if form.delimiter == "\t" else "csv",
            encoding=form.encoding,
            delimiter=form.delimiter,
            has_sep_line=form.sep_line,
            options={name: value for name, value in options.items() if name != "election_id"},
            created_by=ctx.actor.account_id,
            created_at=ctx.now,
        )
        _keep_columns(row, columns)
        unit.session.add(row)
        unit.session.flush()
        ctx.audit(unit, "import.started", "import", row.id, {"list_id": str(list_id)})
        if row.state == "queued":
            unit.after_commit(lambda: enqueue_import(ctx, row.id))
        unit.session.refresh(row)
        return import_view(row)


def _keep_columns(row: Import, columns: Columns) -> None:
    row.header_row = columns.row
    row.columns = [
        {"header": header, "field": field}
        for header, field in zip(columns.headers, columns.fields, strict=True)
    ]
    row.mapping = columns.mapping()
    row.question = columns.question


def stored_columns(row: Import) -> Columns:
    """The columns that an import goes by."""
    headers = tuple(column["header"] for column in row.columns)
    fields = tuple(column["field"] for column in row.columns)
    return Columns(row.header_row, headers, fields, row.question)


def _form(row: Import) -> TextFormat:
    return TextFormat(row.encoding or "utf-8", row.delimiter or ",", row.has_sep_line)


def import_of(unit: UnitOfWork, import_id: uuid.UUID, *, lock: bool = False) -> Import:
    """An import of the organisation; `NotFound` otherwise."""
    row = unit.session.get(Import, (unit.organisation_id, import_id), with_for_update=lock)
    if row is None:
        raise NotFound
    return row


def import_view(row: Import) -> ImportView:
    """An import as it is shown."""
    return ImportView(
        id=row.id,
        list_id=row.list_id,
        election_id=row.election_id,
        state=row.state,
        filename=row.filename,
        format=row.format or "csv",
        encoding=row.encoding,
        delimiter=row.delimiter,
        mapping=row.mapping,
        question=row.question,
        warnings=row.warnings,
        counts=ImportCounts(
            rows=row.row_count,
            created=row.created_count,
            updated=row.updated_count,
            unchanged=row.unchanged_count,
            duplicates=row.duplicate_count,
            rejected=row.rejected_count,
        ),
        progress=row.progress,
        error=row.error,
        created_at=row.created_at,
        finished_at=row.finished_at,
    )


# --- what may be asked ------------------------------------------------------------------------------


def _check_options(options: ImportOptions) -> None:
    if "default_region" in options:
        check_region(options["default_region"], "/options/default_region")
    _check_mapping(options.get("mapping", {}), "/options/mapping")


def _check_mapping(mapping: Mapping[str, Any], pointer: str) -> None:
    wrong = bad_fields(mapping)
    if wrong:
        errors = [FieldError(f"{pointer}/{key}", "There is no such field.") for key in wrong]
        raise ValidationFailed("The mapping names fields that there aren’t.", errors=errors)
