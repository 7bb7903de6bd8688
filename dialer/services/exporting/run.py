"""Write an export down: whole or not at all, again after any end, and away again after its time."""

from __future__ import annotations

import contextlib
import datetime as dt
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select, update

from dialer.clock import Clock
from dialer.domain.access import Permission, require
from dialer.domain.errors import NotFound
from dialer.domain.export import KEPT_FOR
from dialer.logs import get_logger
from dialer.services.claiming import is_free
from dialer.services.context import Context
from dialer.services.exporting.files import beside, discard_files, new_file
from dialer.services.exporting.reading import open_table
from dialer.services.exporting.tables import Wanted
from dialer.services.exporting.writing import write_table
from dialer.store.models.exports import Export

LEASE: Final = dt.timedelta(seconds=30)
"""For how long a silent worker is believed to be at work; the sweep then starts the export again."""

_TELL: Final = dt.timedelta(seconds=2)
_PACKED_A_SECOND: Final = 5_000
"""A workbook is packed when all its rows are written, in silence: so many of them a second at the slowest."""

_NO_ROOM: Final = "The file couldn’t be written: there is no room left where files are kept. Export again."
_GONE: Final = "What was to be exported isn’t there any more."

log = get_logger(__name__)


class _OvertakenError(Exception):
    """Another worker writes this export now: this one stops without a trace."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """One run of one export."""

    id: uuid.UUID
    lease: uuid.UUID
    wanted: Wanted
    format: str
    path: Path


def run_export(ctx: Context, export_id: uuid.UUID, clock: Clock) -> None:
    """Write an export's file, as all of it stood at one moment. May be run again at any time.

    Whoever begins last is the one: a run before it notices, and leaves nothing.
    """
    require(ctx.actor, Permission.EXPORT_RUN)
    plan = _begin(ctx, export_id)
    if plan is None:
        return
    discard_files(ctx.data_dir, plan.id)
    try:
        rows, left_out = _write(ctx, plan, clock)
        _complete(ctx, plan, clock(), rows, left_out)
    except _OvertakenError:
        plan.path.unlink(missing_ok=True)
    except (OSError, NotFound) as error:  # trying again would end the same way
        log.warning("export failed", export_id=str(plan.id), kind=type(error).__name__)
        words = _GONE if isinstance(error, NotFound) else _NO_ROOM
        with contextlib.suppress(_OvertakenError):
            _tell(ctx, plan, state="failed", error=words, leased_until=None, finished_at=clock())


def resume_exports(ctx: Context) -> int:
    """Ask again for every export that waits, or whose worker has gone silent; how many."""
    require(ctx.actor, Permission.EXPORT_RUN)
    with ctx.unit() as unit:
        waiting = unit.session.scalars(
            select(Export.id).where(Export.organisation_id == unit.organisation_id, is_free(Export, ctx.now))
        ).all()
    for export_id in waiting:
        enqueue_export(ctx, export_id)
    return len(waiting)


def expire_exports(ctx: Context) -> int:
    """Take away the files whose time is over; how many."""
    require(ctx.actor, Permission.EXPORT_RUN)
    with ctx.unit() as unit:
        over = unit.session.scalars(
            select(Export.id).where(
                Export.organisation_id == unit.organisation_id,
                Export.state == "completed",
                Export.expires_at <= ctx.now,
            )
        ).all()
    for export_id in over:
        discard_files(ctx.data_dir, export_id)
    with ctx.unit() as unit:
        unit.session.execute(
            update(Export)
            .where(Export.organisation_id == unit.organisation_id, Export.id.in_(over))
            .values(state="expired", stored_as=None)
        )
    return len(over)


def enqueue_export(ctx: Context, export_id: uuid.UUID) -> None:
    """Ask a worker to write an export soon."""
    ctx.jobs.enqueue("imports", "workers.jobs.run_export", str(ctx.organisation_id), str(export_id))


def _begin(ctx: Context, export_id: uuid.UUID) -> _Plan | None:
    """Claim the export for this run; None when there is nothing to do or somebody is at it."""
    lease = uuid.uuid4()
    with ctx.unit() as unit:
        row = unit.session.execute(
            update(Export)
            .where(
                Export.organisation_id == unit.organisation_id,
                Export.id == export_id,
                is_free(Export, ctx.now),
            )
            .values(state="running", lease=lease, leased_until=ctx.now + LEASE, rows=0)
            .returning(Export)
        ).scalar_one_or_none()
        if row is None:
            return None
        wanted = Wanted(row.kind, row.campaign_id, row.list_id)
        return _Plan(row.id, lease, wanted, row.format, new_file(ctx.data_dir, row.id, lease, row.format))


def _write(ctx: Context, plan: _Plan, clock: Clock) -> tuple[int, int]:
    told = clock()

    def moved(rows: int) -> None:
        nonlocal told
        if (now := clock()) - told >= _TELL:
            told = now
            _tell(ctx, plan, rows=rows, leased_until=now + _lease_of(plan, rows))

    with beside(plan.path) as part, ctx.unit() as unit:
        table = open_table(unit, plan.wanted)
        return write_table(table, plan.format, part, plan.wanted.kind, moved)


def _lease_of(plan: _Plan, rows: int) -> dt.timedelta:
    return LEASE + dt.timedelta(seconds=rows / _PACKED_A_SECOND if plan.format == "xlsx" else 0)


def _complete(ctx: Context, plan: _Plan, now: dt.datetime, rows: int, left_out: int) -> None:
    warnings = [_too_long(left_out)] if left_out else []
    _tell(
        ctx,
        plan,
        state="completed",
        rows=rows,
        warnings=warnings,
        size=plan.path.stat().st_size,
        stored_as=plan.path.name,
        leased_until=None,
        finished_at=now,
        expires_at=now + KEPT_FOR,
    )


def _too_long(count: int) -> dict[str, object]:
    detail = "Texts that are longer than a workbook’s cell takes were left out. CSV and JSON hold them."
    return {"code": "too_long", "detail": detail, "count": count}


def _tell(ctx: Context, plan: _Plan, **values: Any) -> None:
    """Write down how far this run is, if it is still the one."""
    with ctx.unit() as unit:
        held = unit.session.execute(
            update(Export)
            .where(
                Export.organisation_id == unit.organisation_id,
                Export.id == plan.id,
                Export.state == "running",
                Export.lease == plan.lease,
            )
            .values(**values)
            .returning(Export.id)
        ).scalar_one_or_none()
    if held is None:
        raise _OvertakenError
