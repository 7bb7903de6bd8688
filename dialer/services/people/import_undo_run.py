"""Take back an import: a transaction a chunk of people, resumable after any end, each taken back once."""

from __future__ import annotations

import datetime as dt
import time
import uuid
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import update

from dialer.clock import Clock
from dialer.domain.access import Permission, require
from dialer.domain.importing.undoing import FieldChange, PutBack, put_back
from dialer.services.calling.queue_sync import sync_queues
from dialer.services.claiming import is_silent
from dialer.services.contention import again_after_deadlock
from dialer.services.context import Context, GiveWay, never
from dialer.services.gotv.elections import current_election
from dialer.services.gotv.record import forget_records, recompute_records
from dialer.services.people.import_claims import LEASE, OvertakenError, give_back, rest
from dialer.services.people.suppression_undo import bring_back
from dialer.store.models.imports import Import
from dialer.store.queries import import_undo as undo
from dialer.store.queries import import_undo_fields as fields
from dialer.store.queries.import_match import hold_people
from dialer.store.queries.import_undo_fields import Chunk
from dialer.store.queries.queue_sync import any_running
from dialer.store.queries.suppression_undo import next_bars
from dialer.store.session import UnitOfWork

AT_ONCE: Final = 2_000
"""People of one transaction, in which nobody else decides who is who."""


@dataclass(frozen=True, slots=True)
class _Undoing:
    """What one run needs to know. `after`: people up to this id are done, or suppressions where it `bars`."""

    id: uuid.UUID
    election_id: uuid.UUID
    after: uuid.UUID | None
    bars: bool


def run_undo(ctx: Context, import_id: uuid.UUID, clock: Clock, turn_is_over: GiveWay = never) -> bool:
    """Take back what only this import brought, from where it stands, to its end; True where its turn was over
    before, and it is to be asked for again.

    May be run again at any time and by several workers: whoever commits a chunk first has done it.
    """
    require(ctx.actor, Permission.IMPORT_RUN)
    undoing = _begin(ctx, import_id)
    if undoing is None:
        return False
    try:
        if not _take_back_until(ctx, undoing, clock, turn_is_over):
            give_back(ctx, import_id)
            return True
        while _give_numbers_back(ctx, undoing, clock()):
            pass
    except OvertakenError:
        return False
    _end(ctx, undoing, clock())
    return False


def _take_back_until(ctx: Context, undoing: _Undoing, clock: Clock, turn_is_over: GiveWay) -> bool:
    """Take back chunk after chunk of people; False where the turn was over before the last."""
    after, began = undoing.after, time.monotonic()
    take_back_next = _take_bars_back_next if undoing.bars else _take_back_next
    while (done := take_back_next(ctx, undoing, after, clock())) is not None:
        if turn_is_over():
            return False
        rest(ctx, clock(), time.monotonic() - began)
        after, began = done, time.monotonic()
    return True


def _begin(ctx: Context, import_id: uuid.UUID) -> _Undoing | None:
    with ctx.unit() as unit:
        row = unit.session.execute(
            update(Import)
            .where(
                Import.organisation_id == unit.organisation_id,
                Import.id == import_id,
                Import.state == "undoing",
                is_silent(Import, ctx.now),
            )
            .values(leased_until=ctx.now + LEASE)
            .returning(Import)
        ).scalar_one_or_none()
        if row is None:
            return None
        return _Undoing(
            row.id, row.election_id or current_election(unit).id, row.undo_after, row.list_id is None
        )


def _take_back_next(
    ctx: Context, undoing: _Undoing, after: uuid.UUID | None, now: dt.datetime
) -> uuid.UUID | None:
    """Take back what the import brought of the next people; the last of them, or None when all are done."""
    with ctx.unit() as unit:
        hold_people(unit.session, unit.organisation_id)
        chunk = undo.next_people(unit.session, unit.organisation_id, undoing.id, after, AT_ONCE)
        if not chunk.people:
            return None
        last = chunk.people[-1]
        row = _move_on(unit, undoing, (Import.undo_after.is_not_distinct_from(after),), now, undo_after=last)
        _count(row, *_take_back(unit, undoing, chunk, now))
        return last


@again_after_deadlock
def _take_bars_back_next(
    ctx: Context, undoing: _Undoing, after: uuid.UUID | None, now: dt.datetime
) -> uuid.UUID | None:
    """Take back what the import barred among the next suppressions; the last of them, None at the end."""
    with ctx.unit() as unit:
        last = next_bars(unit.session, unit.organisation_id, after)
        if last is None:
            return None
        row = _move_on(unit, undoing, (Import.undo_after.is_not_distinct_from(after),), now, undo_after=last)
        _count(row, *bring_back(unit, row, (after, last), now))
        return last


def _take_back(
    unit: UnitOfWork, undoing: _Undoing, chunk: Chunk, now: dt.datetime
) -> tuple[Counter[str], Counter[str]]:
    """Take back one chunk; count what went and what stays. Whoever was reached keeps all but the list."""
    taken, stays = Counter[str](), Counter[str]()
    undo.lock_people(unit.session, chunk)
    reached = undo.contacted(unit.session, chunk)
    free = replace(chunk, people=[who for who in chunk.people if who not in reached])
    taken["memberships"] = undo.leave_list(unit.session, chunk)
    taken["consents"] = undo.forget_consents(unit.session, free)
    told = undo.forget_evidence(unit.session, free, undoing.election_id)
    taken["evidence"] = len(told)
    _put_fields_back(unit, free, taken, stays)
    stays["fields"] += fields.drop_changes(unit.session, replace(chunk, people=sorted(reached)))
    away = undo.take_people_away(unit.session, chunk)
    taken["people"] = len(away.people)
    forget_records(unit, away.records)
    recompute_records(unit, undoing.election_id, set(told) - away.people)
    if any_running(unit):
        sync_queues(unit, now=now, contact_ids=sorted(free.people))
    return taken, stays + away.stay


def _put_fields_back(unit: UnitOfWork, chunk: Chunk, taken: Counter[str], stays: Counter[str]) -> None:
    mine = fields.changes_of(unit.session, chunk)
    if not mine:
        return
    later = fields.later_changes(unit.session, chunk)
    results = {
        who: put_back(mine[who], present, [change for _, change in later.get(who, ())])
        for who, present in fields.present_fields(unit.session, chunk).items()
        if who in mine
    }
    fields.inherit(unit.session, chunk, _inherited(results, later))
    fields.drop_changes(unit.session, chunk)
    patches = {who: result.values for who, result in results.items() if result.values}
    taken["numbers"] = fields.write_back(unit.session, chunk, patches)
    taken["changes"] = len(patches)
    stays["fields"] += sum(result.kept > 0 for result in results.values())


def _inherited(
    results: Mapping[uuid.UUID, PutBack], later: Mapping[uuid.UUID, list[tuple[uuid.UUID, FieldChange]]]
) -> dict[tuple[uuid.UUID, uuid.UUID], dict[str, Any]]:
    return {
        (who, later[who][nth][0]): before
        for who, result in results.items()
        for nth, before in result.inherited.items()
    }


def _give_numbers_back(ctx: Context, undoing: _Undoing, now: dt.datetime) -> bool:
    """Give the next people the elector numbers back that went over to others; False when none is left."""
    with ctx.unit() as unit:
        hold_people(unit.session, unit.organisation_id)
        chunk = fields.electors_left(unit.session, unit.organisation_id, undoing.id, AT_ONCE)
        if not chunk.people:
            return False
        row = _move_on(unit, undoing, (), now)
        got = fields.give_back_electors(unit.session, chunk)
        fields.drop_changes(unit.session, chunk)
        _count(row, Counter(), Counter(elector_numbers=len(chunk.people) - got))
        return True


def _move_on(
    unit: UnitOfWork, undoing: _Undoing, where: tuple[Any, ...], now: dt.datetime, **values: Any
) -> Import:
    """Hold the import for this chunk. Who finds it elsewhere has been overtaken."""
    row = unit.session.execute(
        update(Import)
        .where(
            Import.organisation_id == unit.organisation_id,
            Import.id == undoing.id,
            Import.state == "undoing",
            *where,
        )
        .values(leased_until=now + LEASE, **values)
        .returning(Import)
    ).scalar_one_or_none()
    if row is None:
        raise OvertakenError
    return row


def _count(row: Import, taken: Counter[str], stays: Counter[str]) -> None:
    """Add to what the import says of its undoing."""
    so_far = row.undo or {}
    row.undo = {
        **so_far,
        "taken": dict(Counter(so_far.get("taken", {})) + taken),
        "stays": dict(Counter(so_far.get("stays", {})) + stays),
    }


def _end(ctx: Context, undoing: _Undoing, now: dt.datetime) -> None:
    with ctx.unit() as unit:
        try:
            row = _move_on(unit, undoing, (), now, state="undone")
        except OvertakenError:
            return
        row.leased_until = None
        row.undo = {**(row.undo or {}), "finished_at": now.isoformat()}
        changes = {"taken": row.undo.get("taken", {}), "stays": row.undo.get("stays", {})}
        ctx.audit(unit, "import.undone", "import", row.id, changes)
