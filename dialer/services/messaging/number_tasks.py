"""What the carrier is asked to do about our numbers. No page asks it itself: what somebody wants is written
down, a worker does it (`number_work`), and the page shows how it stands.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from dialer.domain.access import Permission, require
from dialer.domain.errors import Conflict, NotFound
from dialer.services.context import Context
from dialer.services.messaging.own_numbers import home_of, reach_number, view_of
from dialer.store.models import new_id
from dialer.store.models.own_numbers import NumberTask
from dialer.store.queries.own_numbers import OPEN_TASKS, taken
from dialer.store.session import UnitOfWork

JOB: Final = "workers.jobs.run_number_task"
SHOWN: Final = 10
OPEN: Final = OPEN_TASKS


@dataclass(frozen=True, slots=True)
class TaskView:
    """What the carrier was asked, and how that stands."""

    id: uuid.UUID
    kind: str
    number: str | None
    asked: Mapping[str, Any]
    found: Mapping[str, Any]
    state: str
    fault: str | None
    error_code: int | None
    created_at: dt.datetime
    finished_at: dt.datetime | None


def ask_to_read(ctx: Context) -> TaskView:
    """Have the carrier's list read now; one reading that waits is enough."""
    require(ctx.actor, Permission.SENDER_MANAGE)
    with ctx.unit() as unit:
        return read_soon(ctx, unit)


def read_soon(ctx: Context, unit: UnitOfWork) -> TaskView:
    """Have the carrier's list read once this is committed."""
    waiting = select(NumberTask).where(
        NumberTask.organisation_id == unit.organisation_id,
        NumberTask.kind == "read",
        NumberTask.state.in_(OPEN),
    )
    known = unit.session.scalars(waiting.limit(1)).one_or_none()
    return view_of_task(known) if known is not None else ask(ctx, unit, "read", None, {})


def ask_to_put_right(ctx: Context, number: str, *, take_over: bool = False) -> TaskView:
    """Have the carrier tell us of texts and calls to one of our numbers. Where another system hears of them,
    that is a `Conflict` (`others`), unless somebody who saw that says `take_over`. So is saying that while a
    worker is at it without.
    """
    require(ctx.actor, Permission.SENDER_MANAGE)
    with ctx.unit() as unit:
        row = reach_number(unit, number)
        seen = view_of(row, home_of(ctx, unit), ())
        if seen.others and not take_over:
            raise Conflict(
                f"Another system hears of texts or calls to it: {', '.join(seen.others)}. If you take the "
                "number over, that system hears nothing more.",
                others=list(seen.others),
            )
        places = {"texts_to": row.texts_to, "calls_to": row.calls_to, "told_too": list(row.told_too)}
        task = ask(ctx, unit, "put_right", number, places if take_over else {})
        return _with_leave(ctx, unit, task, places) if take_over and task.asked != places else task


def _with_leave(ctx: Context, unit: UnitOfWork, task: TaskView, places: dict[str, Any]) -> TaskView:
    """One that waits already, with the leave to take the number over that has been given since. `Conflict`
    where a worker is at it.
    """
    query = select(NumberTask).where(
        NumberTask.organisation_id == unit.organisation_id, NumberTask.id == task.id
    )
    row = unit.session.scalars(query.with_for_update().execution_options(populate_existing=True)).one()
    if row.state != "queued":
        raise Conflict("The carrier is being asked about it just now. Say so again in a moment.")
    row.asked = places
    ctx.audit(unit, "number.put_right", "number_task", row.id, {"number": row.number})
    return view_of_task(row)


def get_task(ctx: Context, task_id: uuid.UUID) -> TaskView:
    """What the carrier was asked, and how that stands."""
    require(ctx.actor, Permission.SENDER_READ)
    with ctx.unit() as unit:
        row = unit.session.get(NumberTask, (unit.organisation_id, task_id))
        if row is None:
            raise NotFound
        return _without_taken(unit, view_of_task(row))


def _without_taken(unit: UnitOfWork, task: TaskView) -> TaskView:
    """What a search found, less what is ours by now, or is just being bought."""
    offers = task.found.get("offers", [])
    gone = taken(unit, [one["number"] for one in offers]) if offers else set[str]()
    left = [one for one in offers if one["number"] not in gone]
    return replace(task, found={**task.found, "offers": left}) if gone else task


def latest_tasks(ctx: Context) -> Sequence[TaskView]:
    """What the carrier was asked last, beside its list."""
    require(ctx.actor, Permission.SENDER_READ)
    with ctx.unit() as unit:
        query = select(NumberTask).where(
            NumberTask.organisation_id == unit.organisation_id, NumberTask.kind != "read"
        )
        rows = unit.session.scalars(query.order_by(NumberTask.id.desc()).limit(SHOWN))
        return [view_of_task(row) for row in rows]


def enqueue_task(ctx: Context, task_id: uuid.UUID) -> None:
    """Ask a worker for it."""
    ctx.jobs.enqueue("default", JOB, str(ctx.organisation_id), str(task_id))


def ask(ctx: Context, unit: UnitOfWork, kind: str, number: str | None, asked: dict[str, Any]) -> TaskView:
    """Write it down, audited, and have a worker do it. Where the same is open for this number, that one."""
    values = {
        "organisation_id": unit.organisation_id,
        "id": new_id(),
        "kind": kind,
        "number": number,
        "asked": asked,
        "found": {},
        "state": "queued",
        "tries": 0,
        "due_at": ctx.now,
        "created_by": ctx.actor.account_id,
        "created_at": ctx.now,
    }
    made = insert(NumberTask).values(values).on_conflict_do_nothing().returning(NumberTask)
    row = unit.session.scalars(made).one_or_none()
    if row is None:
        return view_of_task(_open_one(unit, kind, number))
    if kind in {"buy", "release", "put_right"}:
        told = {name: asked[name] for name in ("price", "currency", "country") if asked.get(name)}
        ctx.audit(unit, f"number.{kind}", "number_task", row.id, {**told, "number": number})
    task_id = row.id
    unit.after_commit(lambda: enqueue_task(ctx, task_id))
    return view_of_task(row)


def _open_one(unit: UnitOfWork, kind: str, number: str | None) -> NumberTask:
    """The latest such one."""
    query = select(NumberTask).where(
        NumberTask.organisation_id == unit.organisation_id,
        NumberTask.kind == kind,
        NumberTask.number == number,
    )
    row = unit.session.scalars(query.order_by(NumberTask.id.desc()).limit(1)).one_or_none()
    if row is None:
        raise NotFound
    return row


def view_of_task(row: NumberTask) -> TaskView:
    """One, as doors show it."""
    return TaskView(
        id=row.id,
        kind=row.kind,
        number=row.number,
        asked=row.asked,
        found=row.found,
        state=row.state,
        fault=row.fault,
        error_code=row.error_code,
        created_at=row.created_at,
        finished_at=row.finished_at,
    )
