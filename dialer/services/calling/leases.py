"""Assignments that end without a result: leases that ran out, shifts that ended."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Sequence
from typing import Final

from sqlalchemy import select

from dialer.services.calling import supervision_states
from dialer.services.calling.freeing import free_shifts
from dialer.services.calling.hanging_up import hang_up_for
from dialer.services.calling.lines import close_line
from dialer.services.calling.reach import campaign_of, open_assignment
from dialer.services.calling.shift_states import move
from dialer.services.context import Context
from dialer.store.models.calling import Assignment, Shift
from dialer.store.queries import dialled, queue
from dialer.store.session import UnitOfWork

BATCH: Final = 200
FORGOTTEN_AFTER: Final = dt.timedelta(hours=12)
"""Nobody calls for that long without a sign of life: the page was simply closed."""


def expire_assignments(ctx: Context) -> int:
    """Give back every assignment of the organisation whose lease ran out; how many. For the cron's tick."""
    expired = 0
    while True:
        with ctx.unit() as unit:
            count = expire_lapsed(ctx, unit)
        expired += count
        if count < BATCH:
            return expired


def end_forgotten_shifts(ctx: Context) -> int:
    """End every shift that wasn't heard of for `FORGOTTEN_AFTER`; how many. For the cron's tick."""
    with ctx.unit() as unit:
        forgotten = unit.session.scalars(
            select(Shift)
            .where(
                Shift.organisation_id == unit.organisation_id,
                Shift.state != "ended",
                Shift.last_seen_at < ctx.now - FORGOTTEN_AFTER,
            )
            .order_by(Shift.id)
            .limit(BATCH)
            .with_for_update(skip_locked=True)
        ).all()
        for shift in forgotten:
            end_shift(ctx, unit, shift)
        return len(forgotten)


def expire_lapsed(ctx: Context, unit: UnitOfWork) -> int:
    """Give back assignments whose lease ran out: expired, their numbers due at once before fresh ones.

    Those that somebody is working on at this moment are left to them.
    """
    lapsed = queue.lapsed(unit, ctx.now, BATCH)
    give_back(ctx, unit, lapsed, unheard=True)
    return len(lapsed)


def give_back(
    ctx: Context, unit: UnitOfWork, assignments: Sequence[Assignment], *, unheard: bool = False
) -> None:
    """Expire assignments (locked with their shifts), put their numbers first in the line and hang up what is
    under way for them. Whom the dialler had joined to somebody was spoken to, and isn't rung at once again.
    """
    if not assignments:
        return
    for assignment in assignments:
        assignment.state, assignment.closed_at = "expired", ctx.now
    left = [assignment.id for assignment in assignments]
    _put_back(ctx, unit, assignments, dialled.joined_among(unit, left))
    unit.session.flush()
    queue.release(unit, left)
    for shift_id in {assignment.shift_id for assignment in assignments} - {None}:
        supervision_states.volunteer_done(
            ctx, unit, unit.session.get_one(Shift, (unit.organisation_id, shift_id))
        )
    hang_up_for(ctx, unit, left)
    free_shifts(ctx, unit, [assignment.shift_id for assignment in assignments], unheard=unheard)


def _put_back(
    ctx: Context, unit: UnitOfWork, assignments: Sequence[Assignment], spoken_to: Collection[uuid.UUID]
) -> None:
    at_once = [one.queue_entry_id for one in assignments if one.id not in spoken_to]
    queue.put_first(unit, at_once, ctx.now)
    for assignment in assignments:
        if assignment.id in spoken_to:
            rest_from_talk(ctx, unit, assignment)


def rest_from_talk(ctx: Context, unit: UnitOfWork, assignment: Assignment) -> None:
    """Put back somebody whom the dialler has joined with a volunteer, and of whom nothing is recorded: they
    were rung just now, so they are due as late as after any other call.
    """
    gap = dt.timedelta(seconds=campaign_of(unit, assignment).retry_after_s)
    queue.put_first(unit, [assignment.queue_entry_id], ctx.now + gap)


def end_shift(ctx: Context, unit: UnitOfWork, shift: Shift) -> None:
    """End a shift (locked); what it had open is due at once; a call for it, and its line, are hung up. A talk
    that a coordinator has taken over goes on with them.
    """
    supervision_states.shift_ends(ctx, unit, shift)
    assignment = open_assignment(unit, shift.id, lock=True)
    if assignment is not None:
        give_back(ctx, unit, [assignment])
    move(unit, shift, ctx.now, "ended")
    shift.ended_at = ctx.now
    close_line(ctx, unit, shift)


def end_shifts_of(ctx: Context, unit: UnitOfWork, account_id: uuid.UUID) -> int:
    """End every open shift of a volunteer who is taken out; how many."""
    query = select(Shift).where(
        Shift.organisation_id == unit.organisation_id,
        Shift.account_id == account_id,
        Shift.state != "ended",
    )
    shifts = unit.session.scalars(query.order_by(Shift.id).with_for_update()).all()
    for shift in shifts:
        end_shift(ctx, unit, shift)
    return len(shifts)
