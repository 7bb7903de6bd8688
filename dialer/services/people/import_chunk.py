"""Bring one chunk of an import in, with everything that follows from it.

A large chunk comes in as two halves, each a transaction on a connection of its own, so that both processors
of a small machine are at it. They find out at the same time who is known, and make their new people; what
touches anybody or anything that others see, the second half does once the first is in.
"""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any

from sqlalchemy import null, update

from dialer.domain.importing.delimited import show_lost_letters
from dialer.domain.importing.issues import DETAILS, Outcome, Reason, RowIssue
from dialer.services.calling.queue_sync import sync_queues
from dialer.services.gotv.record import count_new_records, recompute_records
from dialer.services.gotv.waiting import match_unknown_marks
from dialer.services.people.import_ahead import Half, Part, Staged
from dialer.services.people.import_batches import Batch
from dialer.services.people.import_claims import LEASE, OvertakenError
from dialer.services.people.import_plan import Plan
from dialer.services.people.import_words import add_warnings
from dialer.store.models.imports import Import
from dialer.store.queries.import_create import created_ids
from dialer.store.queries.import_keys import hold_parents
from dialer.store.queries.import_match import (
    find_known,
    hold_people,
    hold_people_together,
    settle_fates,
)
from dialer.store.queries.import_merge import (
    Made,
    Merged,
    make_people,
    merge_others,
    renumbered_rows,
)
from dialer.store.queries.import_stage import all_new, copy_issues, find_by_contact, reach_disk_later
from dialer.store.queries.name_words import learn_words, new_staged_names
from dialer.store.queries.opt_outs import bar_strangers, cover_reach
from dialer.store.queries.queue_sync import any_running
from dialer.store.queries.turnout_marks import any_waiting
from dialer.store.session import UnitOfWork


@dataclass(frozen=True, slots=True)
class _Begun:
    """What half of a chunk has done that nobody else can be in the way of; None where it found people who
    are here already.
    """

    made: Made | None
    words: Sequence[str] = ()


def bring_in(plan: Plan, staged: Staged, now: dt.datetime, *, side_by_side: bool) -> int:
    """Match and merge a staged chunk, its halves at the same time if `side_by_side`; returns how many people
    it made. `OvertakenError` when it is not this run's any more. Either way both halves look who is known
    before anything is settled, as the rows of a chunk do that is brought in whole.

    Its commit needn't have reached the disk: what a crash of the machine takes away is brought in again,
    since the watermark goes with it. That an import is over is only said once all is on the disk.
    """
    if len(staged.halves) == 1:
        [whole] = staged.halves
        with whole.unit as unit:
            hold_people(unit.session, unit.organisation_id)
            return _settle(plan, staged.batch, whole, _begin(plan, staged.batch, whole), now)
    first, second = staged.halves
    with second.unit, ThreadPoolExecutor(1, "second half") as thread:
        with first.unit as unit:
            hold_people_together(unit.session, second.unit.session, unit.organisation_id)
            coming = thread.submit(_begin, plan, staged.batch, second)
            if not side_by_side:
                wait([coming])
            created = _settle(plan, staged.batch, first, _begin(plan, staged.batch, first), now)
        return created + _settle(plan, staged.batch, second, coming.result(), now)


def _begin(plan: Plan, batch: Batch, half: Half) -> _Begun:
    """Find out who is known; where nobody is, make everybody."""
    session, organisation_id = half.unit.session, half.unit.organisation_id
    reach_disk_later(session)
    if not hold_parents(session, plan.merge.parameters(), batch.start):
        raise OvertakenError
    by_our_ids = plan.merge.scope.own
    if by_our_ids:
        find_by_contact(session)
    known = find_known(session, plan.merge.scope)
    repeats = known or not all_new(session)
    if repeats and not by_our_ids:
        find_by_contact(session)
    if known:
        return _Begun(None)
    settle_fates(session, plan.merge.scope, known=False, repeats=repeats)
    return _Begun(make_people(session, plan.merge), new_staged_names(session, organisation_id))


def _settle(plan: Plan, batch: Batch, half: Half, begun: _Begun, now: dt.datetime) -> int:
    """Do the rest, with the watermark, once it is this half's turn."""
    unit, made, words = half.unit, begun.made, begun.words
    row = hold_chunk(unit, plan, batch, now, half.part)
    if made is None:
        settle_fates(unit.session, plan.merge.scope, known=True)
        made = make_people(unit.session, plan.merge)
        words = new_staged_names(unit.session, unit.organisation_id)
    merged = merge_others(unit.session, plan.merge, made)
    renumbered = list(renumbered_rows(unit.session))
    write_issues(unit, plan, batch, renumbered, half.part)
    learn_words(unit.session, unit.organisation_id, words)
    cover_reach(unit.session, unit.organisation_id, merged.changed)
    if merged.unknown_left:
        bar_strangers(unit.session, unit.organisation_id, plan.id, now)
    people = _worth_a_look(unit, merged)
    sync_queues(unit, now=now, contact_ids=sorted(people))  # the queue before records, as results do
    count_new_records(unit, plan.merge.election_id, merged.standings)
    recompute_records(unit, plan.merge.election_id, merged.told)
    match_unknown_marks(unit, people)
    count_chunk(row, batch, merged, len(renumbered), half.part)
    return merged.counts.created


def _worth_a_look(unit: UnitOfWork, merged: Merged) -> frozenset[uuid.UUID]:
    """Who is new or changed, where running campaigns or marks that wait for their elector want to know."""
    if any_running(unit) or any_waiting(unit.session, unit.organisation_id):
        return merged.changed | created_ids(unit.session)
    return frozenset()


def hold_chunk(
    unit: UnitOfWork, plan: Plan, batch: Batch, now: dt.datetime, part: Part = Part.WHOLE
) -> Import:
    """Move the watermark over this chunk, or half of it. Who finds it elsewhere, or the import gone, has
    been overtaken.
    """
    stands = Import.half_through == batch.end
    moved: dict[str, Any] = {"next_row": batch.end, "half_through": null(), "half_rows": null()}
    moved["progress"] = plan.progress(batch)
    begun = {"half_through": batch.end, "half_rows": batch.second_rows}
    row = unit.session.execute(
        update(Import)
        .where(
            Import.organisation_id == unit.organisation_id,
            Import.id == plan.id,
            Import.state == "running",
            Import.next_row == batch.start,
            stands if part is Part.SECOND else stands.is_not(True),
        )
        .values(
            **(begun if part is Part.FIRST else moved),
            leased_until=now + LEASE,
            error=null(),
        )
        .returning(Import)
    ).scalar_one_or_none()
    if row is None:
        raise OvertakenError
    return row


def write_issues(
    unit: UnitOfWork,
    plan: Plan,
    batch: Batch,
    renumbered: Iterable[tuple[int, bool]],
    part: Part = Part.WHOLE,
) -> None:
    """Keep the chunk's entries of the report, with the rows that were `renumbered` and whether rejected.

    Rows with something wrong are never in a second half, unless an older version of this program split it.
    """
    found = () if part is Part.SECOND and not batch.chunk.left else batch.issues
    issues = {issue.row: issue for issue in found}
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


def count_chunk(row: Import, batch: Batch, merged: Merged, renumbered: int, part: Part = Part.WHOLE) -> None:
    """Add what came of a chunk to the import's counts and warnings."""
    counts, found = merged.counts, Counter[str]()
    if part is Part.SECOND and not batch.chunk.left:
        row.row_count += batch.second_count
    else:
        row.row_count += batch.row_count - (batch.second_count if part is Part.FIRST else 0)
        row.rejected_count += batch.rejected_count
        found.update(batch.warnings)
    row.created_count += counts.created
    row.updated_count += counts.updated
    row.unchanged_count += counts.unchanged
    row.duplicate_count += counts.duplicates
    row.rejected_count += counts.rejected
    found["renumbered"] += renumbered
    found["gone_electors"] += merged.left
    found["unknown_gone"] += merged.unknown_left
    row.warnings = add_warnings(row.warnings, found)
