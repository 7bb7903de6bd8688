"""The sweep that reminds people of events, and tells them of those that were called off."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Final

from sqlalchemy import ColumnElement, Select, and_, exists, select

from dialer.domain.access import Permission, require
from dialer.domain.event import LONGEST
from dialer.domain.quiet_hours import USUAL
from dialer.domain.reminders import AHEAD, Notice, Reminder, reminders
from dialer.services.context import Context
from dialer.services.organising.telling import tell
from dialer.store.models.events import Event, EventNotice, Rsvp
from dialer.store.queries.campaign_hours import campaign_hours
from dialer.store.queries.event_changes import changes_of
from dialer.store.session import UnitOfWork

REMIND: Final = "workers.jobs.remind_of_events"
BATCH: Final = 100
"""How many are told in one transaction."""


def ask_if_due(ctx: Context) -> None:
    """Have a worker look, where there are events soon."""
    require(ctx.actor, Permission.SYSTEM_RUN)
    with ctx.unit() as unit:
        is_soon = unit.session.scalar(select(exists().where(_soon(ctx, unit))))
    if is_soon:
        enqueue_reminding(ctx)


def enqueue_reminding(ctx: Context) -> None:
    """Ask a worker to look."""
    ctx.jobs.enqueue("default", REMIND, str(ctx.organisation_id))


def remind_some(ctx: Context) -> bool:
    """Tell the next of those who are to be told; whether there may be more."""
    require(ctx.actor, Permission.SYSTEM_RUN)
    with ctx.unit() as unit:
        soon = [one.id for one in _events(unit, ctx) if one.state == "cancelled" or _due(unit, one, ctx.now)]
    return any(_tell_batch(ctx, event_id) for event_id in soon)


def _tell_batch(ctx: Context, event_id: uuid.UUID) -> bool:
    """Tell some of those of one event, which nobody calls off meanwhile; whether there were any."""
    with ctx.unit() as unit:
        shared = {"read": True, "skip_locked": True}
        event = unit.session.get(Event, (unit.organisation_id, event_id), with_for_update=shared)
        if event is None:
            return False
        if event.state == "cancelled":
            return _tell_called_off(ctx, unit, event) > 0
        return sum(_remind(ctx, unit, event, one) for one in _due(unit, event, ctx.now)) > 0


def _events(unit: UnitOfWork, ctx: Context) -> Sequence[Event]:
    query = select(Event).where(_soon(ctx, unit)).order_by(Event.starts_at, Event.id)
    return unit.session.scalars(query).all()


def _due(unit: UnitOfWork, event: Event, now: dt.datetime) -> list[Reminder]:
    hours = campaign_hours(unit, {event.campaign_id} if event.campaign_id else set())
    quiet = hours[event.campaign_id][0] if event.campaign_id in hours else USUAL
    plan = reminders(event.starts_at, event.timezone, quiet)
    return [one for one in plan if one.due_at <= now < one.until]


def _soon(ctx: Context, unit: UnitOfWork) -> ColumnElement[bool]:
    """Not over, and about to begin or begun: of those called off, any that wasn't over."""
    return and_(
        Event.organisation_id == unit.organisation_id,
        Event.starts_at > ctx.now - LONGEST,
        Event.ends_at > ctx.now,
        (Event.state == "cancelled") | (Event.starts_at <= ctx.now + AHEAD),
        (Event.taken > 0) | (Event.waiting > 0),
    )


def _remind(ctx: Context, unit: UnitOfWork, event: Event, reminder: Reminder) -> int:
    moved_at = changes_of(unit, event.id).moved_at
    knew_by = max(reminder.due_at, moved_at) if moved_at is not None else reminder.due_at
    which = and_(Rsvp.state == "going", Rsvp.state_since < knew_by)
    rows = _untold(unit, event, reminder.kind, which)
    for row in rows:
        tell(ctx, unit, event, row, kind=reminder.kind, until=reminder.until)
    return len(rows)


def _tell_called_off(ctx: Context, unit: UnitOfWork, event: Event) -> int:
    rows = _untold(unit, event, Notice.CANCELLED, Rsvp.state != "withdrawn")
    for row in rows:
        tell(ctx, unit, event, row, kind=Notice.CANCELLED, until=event.ends_at)
    return len(rows)


def _untold(unit: UnitOfWork, event: Event, kind: Notice, which: ColumnElement[bool]) -> Sequence[Rsvp]:
    told = exists().where(
        EventNotice.organisation_id == Rsvp.organisation_id,
        EventNotice.rsvp_id == Rsvp.id,
        EventNotice.kind == kind,
    )
    query: Select[Rsvp] = (
        select(Rsvp)
        .where(Rsvp.organisation_id == unit.organisation_id, Rsvp.event_id == event.id, which, ~told)
        .order_by(Rsvp.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
    return unit.session.scalars(query).all()
