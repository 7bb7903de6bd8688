"""The report of an import: every row with something wrong, to be mended and imported again."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Final

from sqlalchemy import select

from dialer.domain.access import Permission, require
from dialer.domain.csv_cells import csv_line
from dialer.domain.errors import ValidationFailed
from dialer.domain.importing.header import REPORT_COLUMNS, Columns
from dialer.services.context import Context
from dialer.services.paging import Page, Slice, cut
from dialer.services.people.imports import import_of, stored_columns
from dialer.services.people.views import RowIssueView
from dialer.store.models.imports import ImportRowIssue
from dialer.store.session import UnitOfWork

_ISSUES_AT_ONCE: Final = 1_000
_LAST_ROW: Final = 2**31 - 1


def list_rejected(ctx: Context, import_id: uuid.UUID, page: Page) -> Slice[RowIssueView]:
    """Every row with something wrong, by its line."""
    require(ctx.actor, Permission.IMPORT_RUN)
    with ctx.unit() as unit:
        import_of(unit, import_id)
        rows = _issues(unit, import_id, number_after(page), page.limit + 1)
        return cut(rows, page, lambda row: (str(row.line),)).map(_issue_view)


def rejected_csv(ctx: Context, import_id: uuid.UUID) -> Iterator[str]:
    """The whole report as lines of CSV to mend and import again: the list's own columns, then what is wrong.

    Comes row by row, in bounded memory.
    """
    require(ctx.actor, Permission.IMPORT_RUN)
    with ctx.unit() as unit:
        columns = stored_columns(import_of(unit, import_id))
        ctx.audit(unit, "import.report_exported", "import", import_id)
    return map(csv_line, _report_table(ctx, import_id, columns))


def _report_table(ctx: Context, import_id: uuid.UUID, columns: Columns) -> Iterator[list[str]]:
    own = [index for index in range(len(columns.headers)) if not columns.is_of_report(index)]
    width = max(own, default=-1) + 1
    yield [*(columns.headers[index] for index in own), *REPORT_COLUMNS]
    line = 0
    while True:
        with ctx.unit() as unit:
            rows = _issues(unit, import_id, line, _ISSUES_AT_ONCE)
        for row in rows:
            cells = [*row.cells, *[""] * (width - len(row.cells))]
            yield [*(cells[index] for index in own), str(row.line), row.outcome, row.reason, row.detail]
        if len(rows) < _ISSUES_AT_ONCE:
            return
        line = rows[-1].line


def _issues(unit: UnitOfWork, import_id: uuid.UUID, after: int, limit: int) -> list[ImportRowIssue]:
    statement = (
        select(ImportRowIssue)
        .where(
            ImportRowIssue.organisation_id == unit.organisation_id,
            ImportRowIssue.import_id == import_id,
            ImportRowIssue.line > after,
        )
        .order_by(ImportRowIssue.line)
        .limit(limit)
    )
    return list(unit.session.scalars(statement))


def number_after(page: Page) -> int:
    """The row or line after which a page begins."""
    if page.after is None:
        return 0
    if len(page.after) != 1 or not page.after[0].isdecimal() or int(page.after[0]) > _LAST_ROW:
        raise ValidationFailed.at("/cursor", "This cursor isn’t one of ours. Start again without it.")
    return int(page.after[0])


def _issue_view(row: ImportRowIssue) -> RowIssueView:
    return RowIssueView(
        row.row,
        row.line,
        row.outcome,
        row.reason,
        row.field,
        row.value,
        row.detail,
        tuple(row.cells),
        row.mended_by,
        row.mended_row,
    )
