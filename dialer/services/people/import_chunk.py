"""Bring one chunk of an import in, with everything that follows from it, in one transaction."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections import Counter
from collections.abc import Iterable
from typing import Any

from sqlalchemy import null, update

from dialer.domain.importing.delimited import show_lost_letters
from dialer.domain.importing.issues import DETAILS, Outcome, Reason, RowIssue
from dialer.services.calling.queue_sync import sync_queues
from dialer.services.gotv.record import count_new_records, recompute_records
from dialer.services.gotv.waiting import match_unknown_marks
from dialer.services.people.import_ahead import Staged
from dialer.services.people.import_batches import Batch
from dialer.services.people.import_claims import LEASE, OvertakenError
from dialer.services.people.import_plan import Plan
from dialer.services.people.import_words import add_warnings
from dialer.store.models.imports import Import
from dialer.store.queries.import_create import created_ids
from dialer.store.queries.import_keys import hold_parents
from dialer.store.queries.import_match import hold_people, match_stage
from dialer.store.queries.import_merge import Counts, Merged, merge_stage, renumbered_rows
from dialer.store.queries.import_stage import copy_issues, reach_disk_later
from dialer.store.queries.name_words import learn_staged_names
from dialer.store.queries.opt_outs import bar_strangers, cover_reach
from dialer.store.queries.queue_sync import any_running
from dialer.store.queries.turnout_marks import any_waiting
from dialer.store.session import UnitOfWork


def bring_in(plan: Plan, staged: Staged, now: dt.datetime) -> Counts:
    """Match and merge a staged chunk. `OvertakenError` when it is not this run's any more.

    Its commit needn't have reached the disk: what a crash of the machine takes away is brought in again,
    since the watermark goes with it. That an import is over is only said once all is on the disk.
    """
    batch = staged.batch
    with staged.unit as unit:
        reach_disk_later(unit.session)
        hold_people(unit.session, unit.organisation_id)
        if not hold_parents(unit.session, plan.merge.parameters()):
            raise OvertakenError
        row = hold_chunk(unit, plan, batch, now)
        match_stage(unit.session, plan.merge.scope)
        merged = merge_stage(unit.session, plan.merge)
        renumbered = list(renumbered_rows(unit.session))
        write_issues(unit, plan, batch, renumbered)
        if merged.counts.created or merged.changed:
            learn_staged_names(unit.session, unit.organisation_id)
        cover_reach(unit.session, unit.organisation_id, merged.changed)
        if merged.unknown_left:
            bar_strangers(unit.session, unit.organisation_id, plan.id, now)
        people = _worth_a_look(unit, merged)
        sync_queues(unit, now=now, contact_ids=sorted(people))  # the queue before records, as results do
        count_new_records(unit, plan.merge.election_id, merged.standings)
        recompute_records(unit, plan.merge.election_id, merged.told)
        match_unknown_marks(unit, people)
        count_chunk(row, batch, merged, len(renumbered))
        return merged.counts


def _worth_a_look(unit: UnitOfWork, merged: Merged) -> frozenset[uuid.UUID]:
    """Who is new or changed, where running campaigns or marks that wait for their elector want to know."""
    if any_running(unit) or any_waiting(unit.session, unit.organisation_id):
        return merged.changed | created_ids(unit.session)
    return frozenset()


def hold_chunk(unit: UnitOfWork, plan: Plan, batch: Batch, now: dt.datetime) -> Import:
    """Move the watermark over this chunk. Who finds it elsewhere, or the import gone, has been overtaken."""
    row = unit.session.execute(
        update(Import)
        .where(
            Import.organisation_id == unit.organisation_id,
            Import.id == plan.id,
            Import.state == "running",
            Import.next_row == batch.start,
        )
        .values(next_row=batch.end, leased_until=now + LEASE, progress=plan.progress(batch), error=null())
        .returning(Import)
    ).scalar_one_or_none()
    if row is None:
        raise OvertakenError
    return row


def write_issues(unit: UnitOfWork, plan: Plan, batch: Batch, renumbered: Iterable[tuple[int, bool]]) -> None:
    """Keep the chunk's entries of the report, with the rows that were `renumbered` and whether rejected."""
    issues = {issue.row: issue for issue in batch.issues}
    rows = list(renumbered)
    records = {record.row: record for record in batch.chunk.rows.split()} if rows else {}
    for row, rejected in rows:
        record = records[row]
        outcome = Outcome.REJECTED if rejected else Outcome.KEPT
        issue = RowIssue(row, record.line, outcome, Reason.RENUMBERED, "elector_number", None, record.cells)
        if rejected or row not in issues:
            issues[row] = issue
    copy_issues(unit.session, (_issue_row(unit, plan, issue) for issue in issues.values()))


def _issue_row(unit: UnitOfWork, plan: Plan, issue: RowIssue) -> tuple[Any, ...]:
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


def count_chunk(row: Import, batch: Batch, merged: Merged, renumbered: int) -> None:
    """Add what came of a chunk to the import's counts and warnings."""
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
