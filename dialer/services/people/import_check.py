"""A look at an upload before it is brought in: its columns, its rows, what is wrong with the first."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from dialer.domain.access import Permission, require
from dialer.domain.errors import InvalidTransition, NotFound, ValidationFailed
from dialer.domain.importing.delimited import TextFormat, read_records, show_lost_letters
from dialer.domain.importing.issues import RowIssue
from dialer.domain.importing.row import RowReader, has_content
from dialer.services.context import Context
from dialer.services.people.import_files import stored_file
from dialer.services.people.import_head import (
    Head,
    ReadingWishes,
    columns_of,
    first_records,
    look_at_sheet,
    people_below,
)
from dialer.services.people.import_mappings import forget_import_mapping, recall
from dialer.services.people.import_plan import rules_of
from dialer.services.people.import_run import enqueue_import
from dialer.services.people.import_trial_run import drop_trials
from dialer.services.people.imports import (
    expected_of,
    form_of,
    import_of,
    import_view,
    keep_columns,
    stored_columns,
)
from dialer.services.people.views import ImportView, RowIssueView
from dialer.store.models.imports import Import
from dialer.store.session import UnitOfWork

_COUNTED_BYTES: Final = 1 << 20
_PIECE: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class FirstLook:
    """What is to be known of an upload before it goes in.

    `rows` are those with content below the header, None where nobody can tell without reading it all, and
    about so many where not `exact`. `issues` are those of the first `looked_at` of them, by the columns as
    they are or as they are being chosen.
    """

    sheets: Sequence[str]
    header_row: int
    rows: int | None
    exact: bool
    looked_at: int
    issues: Sequence[RowIssueView]


def look_first(ctx: Context, import_id: uuid.UUID, chosen: Mapping[int, str] | None = None) -> FirstLook:
    """Look at an import that waits for its columns. `chosen` are fields by column, from 0, not kept yet.

    `NotFound` once its file is gone.
    """
    require(ctx.actor, Permission.IMPORT_RUN)
    with ctx.unit() as unit:
        row = _waiting(unit, import_id)
        path = stored_file(ctx.data_dir, row.stored_as)
        head = _head(ctx, unit, row, row.options.get("sheet"))
        columns = stored_columns(row)
        fields = tuple((chosen or {}).get(place, field) for place, field in enumerate(columns.fields))
        columns = replace(columns, fields=fields)
        people = people_below(head.records, columns)
        reader = RowReader(replace(rules_of(ctx, unit, row), columns=columns))
        rows, exact = _count(path, head, row.header_row, len(people))
        issues = [issue for record in people if (issue := reader.read(record)[1])]
    return FirstLook(head.sheets, columns.row, rows, exact, len(people), [*map(_shown, issues)])


def look_again(ctx: Context, import_id: uuid.UUID, sheet: str | None = None) -> ImportView:
    """Recognise the columns of an import that waits anew, of another `sheet` if one is named.

    `ValidationFailed` where there is no such sheet, `UnreadableFile` where it has nobody in it.
    """
    require(ctx.actor, Permission.IMPORT_RUN)
    with ctx.unit() as unit:
        row = _waiting(unit, import_id, lock=True)
        expected = expected_of(ctx, unit, row)
        head = _head(ctx, unit, row, sheet or row.options.get("sheet"))
        wishes: ReadingWishes = {"has_header": row.options.get("has_header")}
        columns = columns_of(head.records, wishes, expected, recall(ctx, head.records))
        if head.sheet:
            row.options = {**row.options, "sheet": head.sheet}
            row.warnings = list(head.warnings)
        keep_columns(row, columns, "remembered" if columns.chosen else "recognised")
        unit.session.flush()
        return import_view(row)


def forget_and_look_again(ctx: Context, import_id: uuid.UUID) -> ImportView:
    """Forget the mapping that an import's columns were remembered by, and recognise them anew."""
    require(ctx.actor, Permission.IMPORT_RUN)
    with ctx.unit() as unit:
        row = _waiting(unit, import_id)
        known = recall(ctx, _head(ctx, unit, row, row.options.get("sheet")).records)
    if known is not None:
        forget_import_mapping(ctx, known.id)
    return look_again(ctx, import_id)


def let_in(ctx: Context, import_id: uuid.UUID) -> ImportView:
    """Let an import go on that was held for a look, with the columns that were recognised."""
    require(ctx.actor, Permission.IMPORT_RUN)
    with ctx.unit() as unit:
        row = _waiting(unit, import_id, lock=True)
        if row.question:
            raise ValidationFailed.at("/mapping", "Choose what the columns are first.")
        row.state = "queued"
        drop_trials(ctx, unit, row.id)
        ctx.audit(unit, "import.looked_at", "import", row.id)
        unit.after_commit(lambda: enqueue_import(ctx, import_id))
        unit.session.flush()
        return import_view(row)


def _waiting(unit: UnitOfWork, import_id: uuid.UUID, *, lock: bool = False) -> Import:
    row = import_of(unit, import_id, lock=lock)
    if row.state != "needs_mapping":
        raise InvalidTransition("This import’s columns are chosen already.", state=row.state)
    return row


def _head(ctx: Context, unit: UnitOfWork, row: Import, sheet: str | None) -> Head:
    path, form = stored_file(ctx.data_dir, row.stored_as), form_of(row)
    try:
        if sheet:
            wishes: ReadingWishes = {"sheet": sheet, "hidden_rows": row.options.get("hidden_rows", "skip")}
            return look_at_sheet(path, wishes, expected_of(ctx, unit, row))
        with path.open("rb") as stream:
            return Head(row.format or "csv", form, first_records(stream, form))
    except FileNotFoundError:
        raise NotFound from None


def _count(path: Path, head: Head, header_row: int, people: int) -> tuple[int | None, bool]:
    """Count the rows: exactly where that is quick, else by the ends of lines; of a large sheet not."""
    if head.sheet:
        return (people, True) if head.whole else (None, False)
    if path.stat().st_size <= _COUNTED_BYTES:
        return _records_below(path, head.form, header_row), True
    return max(0, _line_ends(path) - header_row), False


def _records_below(path: Path, form: TextFormat, header_row: int) -> int:
    with path.open("rb") as stream:
        records = read_records(stream, form)
        return sum(record.row > header_row and has_content(record) for record in records)


def _line_ends(path: Path) -> int:
    """So many lines end in a file, whichever of CR and LF there are more of, in any encoding."""
    feeds = returns = 0
    with path.open("rb") as stream:
        while piece := stream.read(_PIECE):
            feeds += piece.count(b"\n")
            returns += piece.count(b"\r")
    return max(feeds, returns)


def _shown(issue: RowIssue) -> RowIssueView:
    value = None if issue.value is None else show_lost_letters(issue.value)
    cells = tuple(map(show_lost_letters, issue.cells))
    return RowIssueView(
        issue.row, issue.line, issue.outcome, issue.reason, issue.field, value, issue.detail, cells
    )
