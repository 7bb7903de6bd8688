"""Imports: a file is uploaded, looked at, and brought in by a worker."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Select, select, update
from sqlalchemy.orm import aliased

from dialer.domain.access import Permission, require
from dialer.domain.errors import InvalidTransition, NotFound
from dialer.domain.importing.delimited import Record, TextFormat, show_lost_letters
from dialer.domain.importing.header import Columns
from dialer.domain.importing.undoing import STAYS, TAKEN
from dialer.services.context import Context
from dialer.services.gotv.elections import current_election, election_of
from dialer.services.paging import Page, Slice, after_id, cut
from dialer.services.people.import_files import discard_upload, discarded_on_error, store_upload, stored_file
from dialer.services.people.import_head import (
    Expected,
    Head,
    ReadingWishes,
    columns_of,
    first_records,
    look_at_file,
    look_at_sheet,
    people_below,
    samples_of,
    source_of,
)
from dialer.services.people.import_mappings import recall, remember
from dialer.services.people.import_run import enqueue_import
from dialer.services.people.import_trial_run import drop_trials, waits_to_be_applied
from dialer.services.people.import_wishes import ImportOptions, check_mapping, check_options
from dialer.services.people.import_words import with_columns
from dialer.services.people.lists import list_of
from dialer.services.people.views import BarringView, ColumnView, ImportCounts, ImportView, UndoView
from dialer.store.models import new_id
from dialer.store.models.imports import Import
from dialer.store.models.people import ContactList
from dialer.store.session import UnitOfWork


def start_import(
    ctx: Context,
    list_id: uuid.UUID,
    upload: IO[bytes],
    filename: str,
    options: ImportOptions,
    *,
    held: bool = False,
) -> ImportView:
    """Store an uploaded list, look at it, and have a worker bring it in.

    It waits as `needs_mapping` where nobody can tell which column is the phone, and where it is to be
    `held` for somebody to look at its columns. `UnreadableFile` for what is no list; nothing is kept of it
    then.
    """
    require(ctx.actor, Permission.IMPORT_RUN)
    check_options(options)
    with ctx.unit() as unit:
        region = options.get("default_region") or list_of(unit, list_id).default_region
        if "election_id" in options:
            election_of(unit, options["election_id"])
    stored_as = store_upload(ctx.data_dir, ctx.organisation_id, upload)
    path = stored_file(ctx.data_dir, stored_as)
    with discarded_on_error(path):
        expected = Expected(region, ctx.now.date())
        head = look_at_file(path, options, expected)
        columns = columns_of(head.records, options, expected, recall(ctx, head.records))
        return _create(
            ctx, list_id, filename, stored_as, head=head, columns=columns, options=options, held=held
        )


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
            Import.organisation_id == unit.organisation_id,
            Import.list_id == list_id,
            Import.id.not_in(_trials_of_waiting(unit, list_id)),
        )
        if (after := after_id(page)) is not None:
            statement = statement.where(Import.id < after)
        rows = unit.session.scalars(statement.order_by(Import.id.desc()).limit(page.limit + 1)).all()
        return cut(rows, page, lambda row: (str(row.id),)).map(import_view)


def import_columns(ctx: Context, import_id: uuid.UUID) -> list[ColumnView]:
    """An upload's columns with samples of what stands in them, for somebody to choose by."""
    require(ctx.actor, Permission.IMPORT_RUN)
    with ctx.unit() as unit:
        row = import_of(unit, import_id)
        expected = expected_of(ctx, unit, row)
    columns = stored_columns(row)
    people = people_below(head_again(ctx, row, expected), columns)
    return [
        ColumnView(
            key,
            header,
            field,
            samples_of(people, index),
            row.columns[index].get("confidence", 0.0),
            row.columns[index].get("basis", "none"),
        )
        for index, (key, header, field) in enumerate(
            zip(columns.keys(), columns.headers, columns.fields, strict=True)
        )
    ]


def set_mapping(
    ctx: Context, import_id: uuid.UUID, mapping: Mapping[str, str], has_header: bool | None = None
) -> ImportView:
    """Choose the columns of an import that waits for it, and let it go on."""
    require(ctx.actor, Permission.IMPORT_RUN)
    check_mapping(mapping, "/mapping")
    with ctx.unit() as unit:
        row = import_of(unit, import_id, lock=True)
        if row.state != "needs_mapping":
            raise InvalidTransition("This import’s columns are chosen already.", state=row.state)
        if has_header is None:
            has_header = row.options.get("has_header")
        wishes: ReadingWishes = {"mapping": dict(mapping), "has_header": has_header}
        expected = expected_of(ctx, unit, row)
        columns = columns_of(head_again(ctx, row, expected), wishes, expected, None, "/mapping")
        row.options = {**row.options, "mapping": dict(mapping), "has_header": has_header}
        keep_columns(row, columns, "given")
        remember(ctx, unit, columns)
        row.state = "queued"
        drop_trials(ctx, unit, row.id)
        ctx.audit(unit, "import.mapped", "import", row.id)
        unit.after_commit(lambda: enqueue_import(ctx, import_id))
        unit.session.flush()
        return import_view(row)


def cancel_import(ctx: Context, import_id: uuid.UUID) -> ImportView:
    """Stop an import. What is in stays in; cancelled twice is cancelled; one that is over can't be.

    Of a trial that came to its end the file is let go: it can't be brought in without a new upload then.
    """
    require(ctx.actor, Permission.IMPORT_RUN)
    with ctx.unit() as unit:
        row = import_of(unit, import_id, lock=True)
        if row.state == "needs_mapping":
            drop_trials(ctx, unit, import_id)
        if waits_to_be_applied(row):
            discard_upload(ctx.data_dir, row.stored_as)  # while it is held: nobody is about to bring it in
            return import_view(row)
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


def expected_of(ctx: Context, unit: UnitOfWork, row: Import) -> Expected:
    """Where an import's numbers belong, and today."""
    of = unit.session.get_one(ContactList, (unit.organisation_id, row.list_id))
    return Expected(row.options.get("default_region") or of.default_region, ctx.now.date())


def head_again(ctx: Context, row: Import, expected: Expected) -> list[Record]:
    """The first records of an upload that still lies there; none once it is gone."""
    path = stored_file(ctx.data_dir, row.stored_as)
    try:
        if sheet := row.options.get("sheet"):
            hidden_rows = row.options.get("hidden_rows", "skip")
            return look_at_sheet(path, {"sheet": sheet, "hidden_rows": hidden_rows}, expected).records
        with path.open("rb") as stream:
            return first_records(stream, form_of(row))
    except FileNotFoundError:
        return []


def _trials_of_waiting(unit: UnitOfWork, list_id: uuid.UUID) -> Select[uuid.UUID]:
    """The trials that go with imports which wait for their columns: they go when those go on."""
    trial = aliased(Import)
    waiting = select(Import.id).where(
        Import.organisation_id == unit.organisation_id,
        Import.list_id == list_id,
        Import.state == "needs_mapping",
    )
    return select(trial.id).where(
        trial.organisation_id == unit.organisation_id,
        trial.list_id == list_id,
        trial.trial_of.in_(waiting),
    )


# --- rows of the table ------------------------------------------------------------------------------


def _create(
    ctx: Context,
    list_id: uuid.UUID,
    filename: str,
    stored_as: str,
    *,
    head: Head,
    columns: Columns,
    options: ImportOptions,
    held: bool,
) -> ImportView:
    with ctx.unit() as unit:
        row = Import(
            organisation_id=unit.organisation_id,
            id=new_id(),
            list_id=list_id,
            election_id=options.get("election_id") or current_election(unit).id,
            state="needs_mapping" if columns.question or held else "queued",
            filename=show_lost_letters(Path(filename).name)[:255] or "list.csv",
            stored_as=stored_as,
            format=head.format,
            encoding=head.encoding,
            delimiter=head.delimiter,
            has_sep_line=head.form.sep_line,
            warnings=list(head.warnings),
            options=_kept(options, head),
            created_by=ctx.actor.account_id,
            created_at=ctx.now,
        )
        source = source_of(columns, options)
        keep_columns(row, columns, source)
        if source == "given":
            remember(ctx, unit, columns)
        unit.session.add(row)
        unit.session.flush()
        ctx.audit(unit, "import.started", "import", row.id, {"list_id": str(list_id)})
        if row.state == "queued":
            unit.after_commit(lambda: enqueue_import(ctx, row.id))
        unit.session.refresh(row)
        return import_view(row)


def _kept(options: ImportOptions, head: Head) -> dict[str, object]:
    """The options as they are kept: with the sheet that was chosen, so that it stays the same one."""
    kept = {name: value for name, value in options.items() if name not in {"election_id", "sheet"}}
    return {**kept, "sheet": head.sheet} if head.sheet else kept


def keep_columns(row: Import, columns: Columns, source: str) -> None:
    """Keep what an import's columns are, how sure that is and what it rests on, and what to warn of."""
    row.mapping_source = source
    row.header_row = columns.row
    row.columns = [
        {
            "header": header,
            "field": field,
            "confidence": columns.confidence(index),
            "basis": columns.basis(index),
        }
        for index, (header, field) in enumerate(zip(columns.headers, columns.fields, strict=True))
    ]
    row.mapping = columns.mapping()
    row.question = columns.question
    row.warnings = with_columns(row.warnings, columns)


def stored_columns(row: Import) -> Columns:
    """The columns that an import goes by."""
    headers = tuple(column["header"] for column in row.columns)
    fields = tuple(column["field"] for column in row.columns)
    return Columns(row.header_row, headers, fields, row.question)


def form_of(row: Import) -> TextFormat:
    """How an upload of text is written."""
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
        sheet=row.options.get("sheet"),
        mapping=row.mapping,
        mapping_source=row.mapping_source,
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
        started_at=row.started_at,
        mends=row.mends,
        dry_run=bool(row.options.get("dry_run")),
        trial_of=row.trial_of,
        finished_at=row.finished_at,
        suppressions=_barring_view(row) if row.list_id is None else None,
        undo=_undo_view(row.undo) if row.undo is not None else None,
    )


def _undo_view(said: Mapping[str, Any]) -> UndoView:
    taken, stays, finished = said.get("taken", {}), said.get("stays", {}), said.get("finished_at")
    return UndoView(
        forced=said["forced"],
        taken={kind: taken.get(kind, 0) for kind in TAKEN},
        stays={reason: stays.get(reason, 0) for reason in STAYS},
        finished_at=dt.datetime.fromisoformat(finished) if finished else None,
    )


def _barring_view(row: Import) -> BarringView:
    options = row.options
    return BarringView(
        reason=options["reason"],
        channels=options["channels"],
        register=options["register"],
        dated=dt.date.fromisoformat(options["dated"]),
        replace=options["replace"],
        lifted=row.lifted_count,
        standing=row.standing_count,
    )
