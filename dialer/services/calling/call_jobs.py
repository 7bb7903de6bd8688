"""What workers are asked to do about calls. A job that gets lost is made up for by the clock's ticks."""

from __future__ import annotations

from dialer.domain.abandonment import CALLED_IN_UNTIL
from dialer.domain.ringing import SOON
from dialer.domain.shift import waits
from dialer.services.context import Context
from dialer.store.models.calling import Shift
from dialer.store.models.calls import Call
from dialer.store.queries import calling_in
from dialer.store.session import UnitOfWork


def ask_to_look(ctx: Context) -> None:
    """Have a worker look after the calls that are due: those to be hung up are."""
    ctx.jobs.enqueue("calls", "workers.jobs.look_after_calls", str(ctx.organisation_id))


def ask_to_end(ctx: Context, *sids: str) -> None:
    """Have a worker hang up legs, in this order, before anything else that waits."""
    ctx.jobs.enqueue("calls", "workers.jobs.end_call", str(ctx.organisation_id), *sids, first=True)


def ask_to_make_way(ctx: Context, *call_ids: str) -> None:
    """Have a worker end legs whose place another one has taken, before anything else that waits."""
    args = (str(ctx.organisation_id), *call_ids)
    ctx.jobs.enqueue("calls", "workers.jobs.make_way", *args, first=True)


def ask_for_message(ctx: Context, call: Call) -> None:
    """Have a worker send a call on to the message that is left on it, before anything else that waits."""
    ctx.jobs.enqueue(
        "calls", "workers.jobs.leave_message", str(ctx.organisation_id), str(call.id), first=True
    )


def ask_to_move(ctx: Context, unit: UnitOfWork, shift: Shift) -> None:
    """Have a worker move a shift that is done with whom it had in hand, after the commit, where its volunteer
    is to go on in another campaign; or end it, where its campaign is over.
    """
    if shift.moving_to is None and shift.end_reason is None:
        return
    args, shift_id = str(ctx.organisation_id), str(shift.id)
    unit.after_commit(
        lambda: ctx.jobs.enqueue("calls", "workers.jobs.move_shift", args, shift_id, first=True)
    )


def ask_to_call_in(ctx: Context, unit: UnitOfWork, shift: Shift) -> None:
    """Have a worker put somebody through, after the commit, who was greeted and waits while this volunteer
    became free: in the midst of the greeting.
    """
    if not waits(shift.state, shift.line_state):
        return
    campaign_id = shift.campaign_id
    if not calling_in.first_greeted(unit, campaign_id, ctx.now - CALLED_IN_UNTIL, 1):
        return
    args = (str(ctx.organisation_id), str(campaign_id))
    unit.after_commit(lambda: ctx.jobs.enqueue("calls", "workers.jobs.call_in", *args, first=True))


def hang_up(ctx: Context, unit: UnitOfWork, call: Call) -> None:
    """Have an open call (locked) that must not go on be ended at the carrier, both its legs, after the
    commit; the contact's first, which alone would go on for a moment.

    One that the carrier doesn't report as over soon, and one whose name isn't known yet, is looked after.
    """
    sids = [sid for sid in (call.contact_sid, call.carrier_sid) if sid is not None]
    if sids:
        call.deadline_at = min(call.deadline_at, ctx.now + SOON)
        unit.after_commit(lambda: ask_to_end(ctx, *sids))
    else:
        call.deadline_at = ctx.now
        unit.after_commit(lambda: ask_to_look(ctx))
