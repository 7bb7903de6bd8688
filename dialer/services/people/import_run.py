"""Carry out an import: a transaction a chunk, resumable after any end, at most once a row."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import psycopg
from sqlalchemy import func, or_, select, update
from sqlalchemy.exc import DataError

from dialer.clock import Clock
from dialer.domain.access import Permission, require
from dialer.domain.errors import UnreadableFile
from dialer.domain.importing.delimited import SHEET_FORM, TextFormat, show_lost_letters
from dialer.domain.importing.header import Columns
from dialer.domain.importing.issues import DETAILS, Outcome, Reason, RowIssue
from dialer.domain.importing.row import RowRules
from dialer.domain.importing.workbook.picking import Wishes
from dialer.logs import get_logger
from dialer.services.calling.queue_sync import sync_queues
from dialer.services.context import Context
from dialer.services.gotv.elections import current_election, election_of
from dialer.services.gotv.record import count_new_records, recompute_records
from dialer.services.gotv.waiting import match_unknown_marks
from dialer.services.people.import_batches import Batch
from dialer.services.people.import_files import discard_upload, rows_file, stored_file
from dialer.services.people.import_head import Expected, ReadingWishes, workbook_wishes
from dialer.services.people.import_reading import cycles_sought_rarely, read_batches
from dialer.services.people.import_words import add_warnings, put_warnings, row_warnings
from dialer.services.people.import_workbooks import keep_rows, write_rows
from dialer.store.models.gotv import Election
from dialer.store.models.people import ContactList, Import
from dialer.store.queries.import_create import created_ids
from dialer.store.queries.import_keys import hold_parents
from dialer.store.queries.import_match import Scope, hold_people, match_stage
from dialer.store.queries.import_merge import Counts, Merge, Merged, learn_sizes, merge_stage, renumbered_rows
from dialer.store.queries.import_stage import copy_issues, stage
from dialer.store.queries.name_words import learn_staged_names
from dialer.store.queries.opt_outs import cover_reach
from dialer.store.queries.queue_sync import any_running
from dialer.store.queries.turnout_marks import any_waiting
from dialer.store.session import UnitOfWork

LEASE: Final = dt.timedelta(seconds=15)
"""For how long a silent worker is believed to be at work; the sweep then starts the import again."""


_WRITING_SHARE: Final = 0.25
_WORTH_TELLING: Final = 4_000

log = get_logger(__name__)


class _OvertakenError(Exception):
    """The import was cancelled, or another worker went on with it: this one stops without a trace."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """What one run needs to know of an import."""

    id: uuid.UUID
    merge: Merge
    path: Path
    form: TextFormat
    rules: RowRules
    start: int
    workbook: Wishes | None = None

    def progress(self, batch: Batch) -> float:
        """How far it is: of a workbook, writing its rows out was the first part."""
        before = _WRITING_SHARE if self.workbook else 0.0
        return before + (1.0 - before) * batch.progress


def run_import(ctx: Context, import_id: uuid.UUID, clock: Clock) -> None:
    """Bring an import's rows in, from where it stands, until its end or until it is cancelled.

    May be run again at any time and by several workers: rows are applied once, by whoever commits
    them first. A killed run leaves what it committed, and the next one goes on after that.
    """
    require(ctx.actor, Permission.IMPORT_RUN)
    plan = _begin(ctx, import_id)
    if plan is None:
        return
    try:
        with cycles_sought_rarely():
            _bring_all_in(ctx, plan, clock)
    except _OvertakenError:
        return
    except UnreadableFile as error:
        log.warning("import failed", import_id=str(plan.id), kind=type(error).__name__)
        _end(ctx, plan, clock(), state="failed", error={**_problem(ctx), "detail": error.detail})
    except (FileNotFoundError, psycopg.DataError, DataError) as error:  # trying again would end the same way
        log.warning("import failed", import_id=str(plan.id), kind=type(error).__name__)
        _end(ctx, plan, clock(), state="failed", error=_problem(ctx))
    else:
        _end(ctx, plan, clock(), state="completed", progress=1.0)


def resume_imports(ctx: Context) -> int:
    """Ask again for every import that waits, or whose worker has gone silent; how many."""
    require(ctx.actor, Permission.IMPORT_RUN)
    with ctx.unit() as unit:
        waiting = unit.session.scalars(
            select(Import.id).where(Import.organisation_id == unit.organisation_id, _is_free(ctx.now))
        ).all()
    for import_id in waiting:
        enqueue_import(ctx, import_id)
    return len(waiting)


def enqueue_import(ctx: Context, import_id: uuid.UUID) -> None:
    """Ask a worker to run an import soon."""
    ctx.jobs.enqueue("imports", "workers.jobs.run_import", str(ctx.organisation_id), str(import_id))


def _is_free(now: dt.datetime) -> Any:
    silent = or_(Import.leased_until.is_(None), Import.leased_until < now)
    return or_(Import.state == "queued", (Import.state == "running") & silent)


def _begin(ctx: Context, import_id: uuid.UUID) -> _Plan | None:
    """Claim the import for this run; None when there is nothing to do or somebody is at it."""
    with ctx.unit() as unit:
        row = unit.session.execute(
            update(Import)
            .where(Import.organisation_id == unit.organisation_id, Import.id == import_id, _is_free(ctx.now))
            .values(
                state="running",
                leased_until=ctx.now + LEASE,
                started_at=func.coalesce(Import.started_at, ctx.now),
                next_row=func.greatest(Import.next_row, Import.header_row + 1),
            )
            .returning(Import)
        ).scalar_one_or_none()
        return _plan(ctx, unit, row) if row else None


def _plan(ctx: Context, unit: UnitOfWork, row: Import) -> _Plan:
    of = unit.session.get_one(ContactList, (unit.organisation_id, row.list_id))
    election = election_of(unit, row.election_id) if row.election_id else current_election(unit)
    options = row.options
    register = options.get("register") or of.register or ""
    source = options.get("id_source") or of.id_source or ""
    scope = Scope(unit.organisation_id, row.id, register, source)
    rules = _rules(ctx, row, of, election, scope)
    return _Plan(
        id=row.id,
        merge=Merge(scope, row.list_id, election.id, row.created_at, options.get("on_match") == "skip"),
        path=stored_file(ctx.data_dir, row.stored_as),
        form=TextFormat(row.encoding or "utf-8", row.delimiter or ",", row.has_sep_line),
        rules=rules,
        start=row.next_row,
        workbook=_workbook(row, rules),
    )


def _workbook(row: Import, rules: RowRules) -> Wishes | None:
    """How a workbook is to be read; None of a text."""
    if "sheet" not in row.options:
        return None
    wishes = ReadingWishes(sheet=row.options["sheet"], hidden_rows=row.options.get("hidden_rows", "skip"))
    return workbook_wishes(wishes, Expected(rules.region, row.created_at.date()))


def _rules(ctx: Context, row: Import, of: ContactList, election: Election, scope: Scope) -> RowRules:
    headers = tuple(column["header"] for column in row.columns)
    fields = tuple(column["field"] for column in row.columns)
    return RowRules(
        columns=Columns(row.header_row, headers, fields),
        region=row.options.get("default_region") or of.default_region,
        allow_fictional=ctx.phones.allow_fictional,
        now=row.created_at,
        zone=election.timezone,
        on=election.polling_on,
        register=scope.register,
        id_source=scope.id_source,
        tags=tuple(row.options.get("tags", ())),
    )


# --- one chunk --------------------------------------------------------------------------------------


def _bring_all_in(ctx: Context, plan: _Plan, clock: Clock) -> None:
    """Bring in chunk after chunk; whenever the tables have doubled by it, the planner is told."""
    created, told_at = 0, _WORTH_TELLING
    if plan.workbook:
        plan = _with_rows_written(ctx, plan, plan.workbook, clock)
    for batch in read_batches(plan.path, plan.form, plan.rules, plan.start):
        created += _bring_in(ctx, plan, batch, clock()).created
        if created >= told_at:
            told_at = 2 * created
            with ctx.unit() as unit:
                learn_sizes(unit.session)


def _with_rows_written(ctx: Context, plan: _Plan, wishes: Wishes, clock: Clock) -> _Plan:
    """Have a workbook's rows written out, unless a run before this did, and read those from now on."""
    rows = rows_file(plan.path)
    if not rows.exists():

        def moved(share: float) -> None:
            _keep(ctx, plan, clock(), progress=share * _WRITING_SHARE)

        seen = write_rows(plan.path, wishes, plan.rules.columns.width, moved)
        found = row_warnings(seen, included=wishes.hidden_rows)
        _keep(ctx, plan, clock(), progress=_WRITING_SHARE, warnings=found)
        if not keep_rows(plan.path, seen["part"]):
            raise _OvertakenError
    return replace(plan, path=rows, form=SHEET_FORM)


def _keep(
    ctx: Context, plan: _Plan, now: dt.datetime, *, progress: float, warnings: Sequence[Any] = ()
) -> None:
    """Keep the claim on an import while its rows are written. Whoever has lost it has been overtaken."""
    with ctx.unit() as unit:
        row = unit.session.execute(
            update(Import)
            .where(
                Import.organisation_id == unit.organisation_id,
                Import.id == plan.id,
                Import.state == "running",
                Import.next_row == plan.start,
            )
            .values(leased_until=now + LEASE, progress=progress)
            .returning(Import)
        ).scalar_one_or_none()
        if row is None:
            raise _OvertakenError
        if warnings:
            row.warnings = put_warnings(row.warnings, list(warnings))


def _bring_in(ctx: Context, plan: _Plan, batch: Batch, now: dt.datetime) -> Counts:
    """Merge one chunk, with everything that follows from it, in one transaction."""
    with ctx.unit() as unit:
        hold_people(unit.session, unit.organisation_id)
        row = _hold(unit, plan, batch, now)
        stage(unit.session, batch.lines)
        match_stage(unit.session, plan.merge.scope)
        merged = merge_stage(unit.session, plan.merge)
        renumbered = _write_issues(unit, plan, batch)
        if merged.counts.created or merged.changed:
            learn_staged_names(unit.session, unit.organisation_id)
        cover_reach(unit.session, unit.organisation_id, merged.changed)
        count_new_records(unit, plan.merge.election_id, merged.standings)
        recompute_records(unit, plan.merge.election_id, merged.told)
        _tell_others(unit, merged, now)
        _count(row, batch, merged, renumbered)
        return merged.counts


def _tell_others(unit: UnitOfWork, merged: Merged, now: dt.datetime) -> None:
    """Let waiting marks and running campaigns, where there are any, look at who is new or changed."""
    if not (any_waiting(unit.session, unit.organisation_id) or any_running(unit)):
        return
    people = merged.changed | created_ids(unit.session)
    match_unknown_marks(unit, people)
    sync_queues(unit, now=now, contact_ids=sorted(people))


def _hold(unit: UnitOfWork, plan: _Plan, batch: Batch, now: dt.datetime) -> Import:
    """Move the watermark over this chunk. Who finds it elsewhere, or the list gone, has been overtaken."""
    if not hold_parents(unit.session, plan.merge.parameters()):
        raise _OvertakenError
    row = unit.session.execute(
        update(Import)
        .where(
            Import.organisation_id == unit.organisation_id,
            Import.id == plan.id,
            Import.state == "running",
            Import.next_row == batch.start,
        )
        .values(next_row=batch.end, leased_until=now + LEASE, progress=plan.progress(batch))
        .returning(Import)
    ).scalar_one_or_none()
    if row is None:
        raise _OvertakenError
    return row


def _write_issues(unit: UnitOfWork, plan: _Plan, batch: Batch) -> int:
    """Keep the chunk's entries of the report; returns how many rows were renumbered."""
    issues = {issue.row: issue for issue in batch.issues}
    records = {record.row: record for record in batch.records}
    renumbered = 0
    for row, rejected in renumbered_rows(unit.session):
        renumbered += 1
        record = records[row]
        outcome = Outcome.REJECTED if rejected else Outcome.KEPT
        issue = RowIssue(row, record.line, outcome, Reason.RENUMBERED, "elector_number", None, record.cells)
        if rejected or row not in issues:
            issues[row] = issue
    copy_issues(unit.session, (_issue_row(unit, plan, issue) for issue in issues.values()))
    return renumbered


def _issue_row(unit: UnitOfWork, plan: _Plan, issue: RowIssue) -> tuple[Any, ...]:
    cells = json.dumps([show_lost_letters(cell) for cell in issue.cells], ensure_ascii=False)
    value = None if issue.value is None else show_lost_letters(issue.value)
    return (
        unit.organisation_id,
        plan.id,
        issue.line,
        issue.row,
        issue.outcome,
        issue.reason,
        issue.field,
        value,
        DETAILS[issue.reason],
        cells,
    )


def _count(row: Import, batch: Batch, merged: Merged, renumbered: int) -> None:
    counts = merged.counts
    row.row_count += batch.row_count
    row.created_count += counts.created
    row.updated_count += counts.updated
    row.unchanged_count += counts.unchanged
    row.duplicate_count += counts.duplicates
    row.rejected_count += batch.rejected_count + counts.rejected
    found = Counter(batch.warnings)
    found["renumbered"] += renumbered
    found["gone_electors"] += merged.left
    found["unknown_gone"] += merged.unknown_left
    row.warnings = add_warnings(row.warnings, found)


def _problem(ctx: Context) -> dict[str, object]:
    return {
        "type": f"{ctx.public_url}/problems/unreadable-file",
        "title": "This file could not be brought in to its end",
        "status": 422,
        "detail": "What is in stays in, each row once. Save the file anew as CSV (UTF-8) and send it again.",
    }


def _end(ctx: Context, plan: _Plan, now: dt.datetime, *, state: str, **values: Any) -> None:
    with ctx.unit() as unit:
        row = unit.session.execute(
            update(Import)
            .where(
                Import.organisation_id == unit.organisation_id,
                Import.id == plan.id,
                Import.state == "running",
            )
            .values(state=state, finished_at=now, leased_until=None, **values)
            .returning(Import)
        ).scalar_one_or_none()
        if row is not None:
            changes = {"rows": row.row_count, "created": row.created_count, "updated": row.updated_count}
            ctx.audit(unit, f"import.{state}", "import", row.id, changes)
            unit.after_commit(lambda: discard_upload(ctx.data_dir, row.stored_as))
