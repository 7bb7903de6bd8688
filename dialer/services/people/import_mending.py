"""Rows of a report put right by hand, brought in again by a small import of their own."""

from __future__ import annotations

import csv
import io
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, select

from dialer.domain.access import Permission, require
from dialer.domain.errors import InvalidTransition
from dialer.domain.importing.header import Columns
from dialer.domain.importing.issues import RowIssue
from dialer.domain.importing.mending import filled_up, still_wrong
from dialer.services.context import Context
from dialer.services.people.import_files import discarded_on_error, store_upload, stored_file
from dialer.services.people.import_plan import rules_of
from dialer.services.people.import_run import enqueue_import
from dialer.services.people.imports import import_of, stored_columns
from dialer.services.people.views import RowIssueView
from dialer.store.models import new_id
from dialer.store.models.imports import Import, ImportRowIssue
from dialer.store.session import UnitOfWork

_OPTIONS_KEPT: Final = ("default_region", "id_source", "register", "on_match", "tags")


@dataclass(frozen=True, slots=True)
class Mended:
    """What came of rows put right, by their lines: those on their way by `import_id`, those still wrong with
    what is, and those that somebody had put right already.
    """

    import_id: uuid.UUID | None
    sent: Sequence[int]
    wrong: Mapping[int, RowIssue]
    done_before: Sequence[int]


def columns_to_mend(ctx: Context, import_id: uuid.UUID) -> Columns:
    """The columns by which an import's rows are read, and so those that are put right."""
    require(ctx.actor, Permission.IMPORT_RUN)
    with ctx.unit() as unit:
        return stored_columns(import_of(unit, import_id))


def mend_rows(ctx: Context, import_id: uuid.UUID, rows: Mapping[int, Sequence[str]]) -> Mended:
    """Bring rows of an import's report in again, as they are now, into the same list and by its columns.

    A row goes in once: who puts it right after somebody else did is told so. A row that is still wrong goes
    nowhere, and the others do. `InvalidTransition` while the import is under way or once it was undone.
    """
    require(ctx.actor, Permission.IMPORT_RUN)
    with ctx.unit() as unit:
        first = import_of(unit, import_id)
        if first.list_id is None or first.state not in {"completed", "failed", "cancelled"}:
            raise InvalidTransition("Rows can be mended once the import is over.", state=first.state)
        if first.options.get("dry_run"):
            raise InvalidTransition("This was a trial. Bring it in first.", state=first.state)
        columns = stored_columns(first)
        rules = rules_of(ctx, unit, first)
        cells = {line: filled_up(row, len(columns.headers)) for line, row in rows.items()}
        wrong = {line: fault for line, row in cells.items() if (fault := still_wrong(rules, row))}
        free = _free(unit, import_id, sorted(cells.keys() - wrong.keys()))
        done = sorted(cells.keys() - wrong.keys() - {issue.line for issue in free})
        if not free:
            return Mended(None, (), wrong, done)
        lines = [issue.line for issue in free]
        header = list(columns.headers) if first.header_row else None
        stored_as = _store(ctx, header, [cells[line] for line in lines])
        with discarded_on_error(stored_file(ctx.data_dir, stored_as)):
            mending = _create(ctx, unit, first, stored_as)
            for row, issue in enumerate(free, start=mending.header_row + 1):
                issue.mended_by, issue.mended_row = mending.id, row
            ctx.audit(unit, "import.rows_mended", "import", import_id, {"rows": len(lines)})
            unit.after_commit(lambda: enqueue_import(ctx, mending.id))
            unit.session.flush()
        return Mended(mending.id, lines, wrong, done)


def _free(unit: UnitOfWork, import_id: uuid.UUID, lines: Sequence[int]) -> list[ImportRowIssue]:
    """Entries of the report that nobody has put right yet, held in the order of their lines.

    One is free again whose mending came to nothing: its import failed or was stopped before its first row.
    """
    issues = unit.session.scalars(
        select(ImportRowIssue)
        .where(
            ImportRowIssue.organisation_id == unit.organisation_id,
            ImportRowIssue.import_id == import_id,
            ImportRowIssue.line.in_(lines),
        )
        .order_by(ImportRowIssue.line)
        .with_for_update()
    ).all()
    by = {issue.mended_by for issue in issues if issue.mended_by}
    in_vain = set(unit.session.scalars(select(Import.id).where(came_to_nothing(unit.organisation_id, by))))
    return [issue for issue in issues if issue.mended_by is None or issue.mended_by in in_vain]


def came_to_nothing(organisation_id: uuid.UUID, imports: Collection[uuid.UUID]) -> ColumnElement[bool]:
    """Which of these imports brought nothing in and never will, or were taken back."""
    stopped = Import.state.in_(("failed", "cancelled")) & (Import.row_count == 0)
    mine = (Import.organisation_id == organisation_id) & Import.id.in_(imports)
    return mine & (stopped | Import.state.in_(("undoing", "undone")))


def mending_of(ctx: Context, issues: Sequence[RowIssueView]) -> dict[int, str]:
    """How it stands with entries of a report that were put right: `going`, `mended` or `wrong` again.

    By line; those that are left out wait to be put right.
    """
    require(ctx.actor, Permission.IMPORT_RUN)
    by = {issue.mended_by for issue in issues if issue.mended_by}
    if not by:
        return {}
    with ctx.unit() as unit:
        of = Import.organisation_id == unit.organisation_id
        known = unit.session.execute(
            select(Import.id, Import.state).where(
                of, Import.id.in_(by), ~came_to_nothing(unit.organisation_id, by)
            )
        )
        states = {row.id: row.state for row in known}
        faulty = unit.session.execute(
            select(ImportRowIssue.import_id, ImportRowIssue.row).where(
                ImportRowIssue.organisation_id == unit.organisation_id,
                ImportRowIssue.import_id.in_(states),
            )
        )
        again = {(found.import_id, found.row) for found in faulty}
    return {
        issue.line: _standing(states[issue.mended_by], (issue.mended_by, issue.mended_row) in again)
        for issue in issues
        if issue.mended_by in states
    }


def _standing(state: str, again: bool) -> str:
    if state in {"queued", "running"}:
        return "going"
    return "wrong" if again else "mended"


def _store(ctx: Context, header: Sequence[str] | None, rows: Sequence[Sequence[str]]) -> str:
    written = io.StringIO()
    lines = csv.writer(written)
    if header is not None:
        lines.writerow(header)
    lines.writerows(rows)
    return store_upload(ctx.data_dir, ctx.organisation_id, io.BytesIO(written.getvalue().encode()))


def _create(ctx: Context, unit: UnitOfWork, first: Import, stored_as: str) -> Import:
    row = Import(
        organisation_id=unit.organisation_id,
        id=new_id(),
        list_id=first.list_id,
        election_id=first.election_id,
        state="queued",
        filename=first.filename,
        stored_as=stored_as,
        format="csv",
        encoding="utf-8",
        delimiter=",",
        header_row=1 if first.header_row else 0,
        options={name: first.options[name] for name in _OPTIONS_KEPT if name in first.options},
        columns=first.columns,
        mapping=first.mapping,
        mapping_source=first.mapping_source,
        warnings=[],
        mends=first.id,
        created_by=ctx.actor.account_id,
        created_at=ctx.now,
    )
    unit.session.add(row)
    unit.session.flush()
    ctx.audit(unit, "import.started", "import", row.id, {"list_id": str(first.list_id)})
    return row
