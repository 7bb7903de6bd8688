"""Carry out an import: a transaction a chunk, resumable after any end, at most once a row."""

from __future__ import annotations

import datetime as dt
import time
import uuid
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import replace
from functools import partial
from typing import Any, Final, TypeVar

import psycopg
from sqlalchemy import func, null, or_, select, update
from sqlalchemy.exc import DataError

from dialer.clock import Clock
from dialer.domain.access import Permission, require
from dialer.domain.errors import Unavailable, UnreadableFile
from dialer.domain.importing.delimited import SHEET_FORM
from dialer.domain.importing.workbook.picking import Wishes
from dialer.logs import get_logger
from dialer.services.claiming import is_free
from dialer.services.context import Context, GiveWay, never
from dialer.services.people.import_ahead import Staged, staged_ahead
from dialer.services.people.import_batches import Batch
from dialer.services.people.import_chunk import bring_in
from dialer.services.people.import_claims import (
    LEASE,
    OvertakenError,
    anybody_calls,
    give_back,
    rest,
    say_why_it_waits,
)
from dialer.services.people.import_files import discard_upload, room_needed, rows_file
from dialer.services.people.import_plan import WRITING_SHARE, Plan, make_plan
from dialer.services.people.import_reading import cycles_sought_rarely, read_batches
from dialer.services.people.import_shared import say_so_many_share, say_who_share
from dialer.services.people.import_trial_run import (
    begin_again,
    begins_elsewhere_again,
    forget_trial,
    resting_at,
    tried,
    try_chunk,
    waits_to_be_applied,
)
from dialer.services.people.import_words import put_warnings, row_warnings, unreadable
from dialer.services.people.import_workbooks import keep_rows, write_rows
from dialer.store.models.imports import Import
from dialer.store.queries.import_merge import learn_sizes

Chunk = TypeVar("Chunk", Batch, Staged)
Bring = Callable[[Chunk, dt.datetime], None]

_WORTH_TELLING: Final = 4_000
_GROWN: Final = 4

log = get_logger(__name__)


def run_import(ctx: Context, import_id: uuid.UUID, clock: Clock, turn_is_over: GiveWay = never) -> bool:
    """Bring an import's rows in, from where it stands, until its end or until it is cancelled; True where its
    turn was over before, and it is to be asked for again.

    May be run again at any time and by several workers: rows are applied once, by whoever commits
    them first. A killed run leaves what it committed, and the next one goes on after that.
    """
    require(ctx.actor, Permission.IMPORT_RUN)
    plan = _begin(ctx, import_id)
    if plan is None:
        forget_trial(import_id)
        return False
    try:
        with cycles_sought_rarely(), room_needed():
            is_in = _bring_in_until(ctx, plan, clock, turn_is_over)
    except OvertakenError:
        return False
    except Unavailable as error:
        say_why_it_waits(ctx, plan.id, error)
        raise
    except UnreadableFile as error:
        log.warning("import failed", import_id=str(plan.id), kind=type(error).__name__)
        _end(ctx, plan, clock(), state="failed", error=unreadable(ctx.public_url, error.detail))
    except (FileNotFoundError, psycopg.DataError, DataError) as error:  # trying again would end the same way
        log.warning("import failed", import_id=str(plan.id), kind=type(error).__name__)
        _end(ctx, plan, clock(), state="failed", error=unreadable(ctx.public_url))
    else:
        if not is_in:
            if not plan.dry_run:
                give_back(ctx, plan.id)
            return True
        _end(ctx, plan, clock(), state="completed", progress=1.0, error=null())
    return False


def resume_imports(ctx: Context) -> int:
    """Ask again for every import that waits, or whose worker has gone silent; how many."""
    require(ctx.actor, Permission.IMPORT_RUN)
    with ctx.unit() as unit:
        waiting = unit.session.scalars(
            select(Import.id).where(Import.organisation_id == unit.organisation_id, is_free(Import, ctx.now))
        ).all()
    for import_id in waiting:
        enqueue_import(ctx, import_id)
    return len(waiting)


def enqueue_import(ctx: Context, import_id: uuid.UUID) -> None:
    """Ask a worker to run an import soon."""
    ctx.jobs.enqueue("imports", "workers.jobs.run_import", str(ctx.organisation_id), str(import_id))


def _goes_on_here(import_id: uuid.UUID) -> Any:
    """A trial that rests in this process."""
    return (Import.state == "running") & (Import.next_row == resting_at(import_id))


def _begin(ctx: Context, import_id: uuid.UUID) -> Plan | None:
    """Claim the import for this run; None when there is nothing to do or somebody is at it."""
    with ctx.unit() as unit:
        row = unit.session.execute(
            update(Import)
            .where(
                Import.organisation_id == unit.organisation_id,
                Import.id == import_id,
                Import.list_id.is_not(None),
                or_(is_free(Import, ctx.now), _goes_on_here(import_id)),
            )
            .values(
                state="running",
                leased_until=ctx.now + LEASE,
                started_at=func.coalesce(Import.started_at, ctx.now),
                next_row=func.greatest(Import.next_row, Import.header_row + 1),
            )
            .returning(Import)
        ).scalar_one_or_none()
        if row and row.options.get("dry_run") and row.next_row != resting_at(import_id):
            forget_trial(import_id)
            begin_again(unit, row)
        return make_plan(ctx, unit, row) if row else None


# --- one chunk --------------------------------------------------------------------------------------


def _bring_in_until(ctx: Context, plan: Plan, clock: Clock, turn_is_over: GiveWay) -> bool:
    """Bring in chunk after chunk, or only try them; False where the turn was over before the last."""
    if plan.workbook:
        plan = _with_rows_written(ctx, plan, plan.workbook, clock)
    with closing(read_batches(plan.path, plan.form, plan.rules, plan.start, plan.half)) as batches:
        if plan.dry_run:
            with tried(ctx, plan) as trial:
                if begins_elsewhere_again(ctx, plan, trial):
                    turn_is_over = never
                trial.is_over = _each(ctx, batches, partial(try_chunk, ctx, plan, trial), clock, turn_is_over)
                if trial.is_over:
                    say_so_many_share(ctx, plan.id, partial(trial.who_would_share, plan.id), clock())
                return trial.is_over
        with closing(staged_ahead(ctx, plan, batches)) as chunks:
            is_in = _each(ctx, chunks, _bringing_in(ctx, plan), clock, turn_is_over)
    if is_in:
        say_who_share(ctx, plan.id, clock())
    return is_in


def _each(
    ctx: Context, chunks: Iterable[Chunk], bring: Bring[Chunk], clock: Clock, turn_is_over: GiveWay
) -> bool:
    for chunk in chunks:
        began = time.monotonic()
        bring(chunk, clock())
        if turn_is_over():
            return False
        rest(ctx, clock(), time.monotonic() - began)
    return True


def _bringing_in(ctx: Context, plan: Plan) -> Bring[Staged]:
    created, alone = plan.created, not anybody_calls(ctx, ctx.now)

    def bring(staged: Staged, now: dt.datetime) -> None:
        nonlocal created, alone
        before, created = created, created + bring_in(plan, staged, now, side_by_side=alone)
        _tell_planner(ctx, before, created)
        alone = not anybody_calls(ctx, now)

    return bring


def _tell_planner(ctx: Context, before: int, created: int) -> None:
    """Tell the planner whenever the people whom an import made have become fourfold."""
    grown = _WORTH_TELLING
    while grown <= before:
        grown *= _GROWN
    if created >= grown:
        with ctx.unit() as unit:
            learn_sizes(unit.session)


def _with_rows_written(ctx: Context, plan: Plan, wishes: Wishes, clock: Clock) -> Plan:
    """Have a workbook's rows written out, unless a run before this did, and read those from now on."""
    rows = rows_file(plan.path)
    if not rows.exists():

        def moved(share: float) -> None:
            _keep(ctx, plan, clock(), progress=share * WRITING_SHARE)

        seen = write_rows(plan.path, wishes, plan.rules.columns.width, moved)
        found = row_warnings(seen, included=wishes.hidden_rows)
        _keep(ctx, plan, clock(), progress=WRITING_SHARE, warnings=found)
        if not keep_rows(plan.path, seen["part"]):
            raise OvertakenError
    return replace(plan, path=rows, form=SHEET_FORM)


def _keep(
    ctx: Context, plan: Plan, now: dt.datetime, *, progress: float, warnings: Sequence[Any] = ()
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
            raise OvertakenError
        if warnings:
            row.warnings = put_warnings(row.warnings, list(warnings))


def _end(ctx: Context, plan: Plan, now: dt.datetime, *, state: str, **values: Any) -> None:
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
            ctx.audit(unit, f"import.{'tried' if plan.dry_run else state}", "import", row.id, changes)
            if not waits_to_be_applied(row):
                unit.after_commit(lambda: discard_upload(ctx.data_dir, row.stored_as))
