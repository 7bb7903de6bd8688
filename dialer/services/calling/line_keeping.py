"""No phantom volunteers: nobody is put through to somebody who isn't seen any more (contract §6). And a rest
that ends by itself.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Final

from sqlalchemy import exists, select

from dialer.domain.line import HUNG_UP_AFTER, UNSEEN, UNSEEN_AFTER
from dialer.services.calling.call_jobs import ask_to_call_in
from dialer.services.calling.lines import close_line
from dialer.services.calling.shift_states import free, pause_them
from dialer.services.context import Context
from dialer.store.models.calling import Assignment, Shift
from dialer.store.session import UnitOfWork

AT_ONCE: Final = 200


def pause_unseen(ctx: Context) -> int:
    """Pause who waits on a line and wasn't heard of for `UNSEEN_AFTER`, and end the line of who wasn't for
    `HUNG_UP_AFTER`; how many. For the cron's tick.
    """
    with ctx.unit() as unit:
        unseen = _unseen(unit, ctx.now - UNSEEN_AFTER)
        for shift in unseen:
            _rest(ctx, unit, shift)
        return len(unseen)


def end_rests(ctx: Context) -> int:
    """Have everybody go on whose rest is over, whether their page is open or not; how many. Who has somebody
    in hand rests afterwards. For the cron's tick.
    """
    with ctx.unit() as unit:
        rested = _rested(unit, ctx.now)
        for shift in rested:
            free(unit, shift, ctx.now)
            ask_to_call_in(ctx, unit, shift)
        return len(rested)


def _rested(unit: UnitOfWork, now: dt.datetime) -> Sequence[Shift]:
    in_hand = exists().where(
        Assignment.organisation_id == Shift.organisation_id,
        Assignment.shift_id == Shift.id,
        Assignment.state == "open",
    )
    query = (
        select(Shift)
        .where(
            Shift.organisation_id == unit.organisation_id,
            Shift.state == "paused",
            Shift.rests_until <= now,
            ~in_hand,
        )
        .order_by(Shift.rests_until)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    return unit.session.scalars(query).all()


def _rest(ctx: Context, unit: UnitOfWork, shift: Shift) -> None:
    if shift.state == "ready":
        pause_them(unit, shift, ctx.now, UNSEEN)
    if shift.last_seen_at <= ctx.now - HUNG_UP_AFTER:
        close_line(ctx, unit, shift)


def _unseen(unit: UnitOfWork, since: dt.datetime) -> Sequence[Shift]:
    """Shifts with a line of which nothing was heard since then, locked; those that somebody is just working
    on are left to them.
    """
    query = (
        select(Shift)
        .where(
            Shift.organisation_id == unit.organisation_id,
            Shift.state.in_(("ready", "paused", "wrap_up")),
            Shift.line_call_id.is_not(None),
            Shift.last_seen_at <= since,
        )
        .order_by(Shift.last_seen_at)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    return unit.session.scalars(query).all()
