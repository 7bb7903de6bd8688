"""A volunteer's browser rings whom they have in hand (contract §6, §13): it names the assignment of its own
session, never a number, and the person's phone is rung as behind any call that we put through.

Nothing is written before the browser's leg is there: it carries its own proof, so there is no request of ours
that could be lost.
"""

from __future__ import annotations

import uuid

from dialer.domain.access import Permission, require
from dialer.domain.caller_id import pick_caller_id
from dialer.domain.line import SHIFT_OVER, holds_line, session_of
from dialer.services.calling.bridging import Bridge, GoodBye, decide
from dialer.services.calling.call_evidence import Told, apply, hold_call
from dialer.services.calling.caller_ids import usage_of
from dialer.services.calling.reach import lock_assignment
from dialer.services.calling.ring_gate import NOT_IN_HAND, refusal
from dialer.services.calling.ringing import ring_me_call
from dialer.services.calling.shift_states import move
from dialer.services.contention import again_after_deadlock
from dialer.services.context import Context
from dialer.store.models.calling import Assignment, Campaign, Shift
from dialer.store.models.calls import Call
from dialer.store.queries.calls import call_by_sid, open_call_of
from dialer.store.session import UnitOfWork


@again_after_deadlock
def ring_from_browser(ctx: Context, sid: str, caller: str, assignment_id: uuid.UUID) -> Bridge | GoodBye:
    """A browser's leg wants to be put through. The same leg again: the same answer; never two at once."""
    require(ctx.actor, Permission.CARRIER_TELL)
    with ctx.unit() as unit:
        call: Call | GoodBye | None = call_by_sid(unit, sid)
        if call is None:
            call = _new_call(ctx, unit, sid, caller, assignment_id)
        if isinstance(call, GoodBye):
            return call
        held = hold_call(ctx, unit, call.id)
        if held is None or held.call.mode != "ring_me":
            return GoodBye("lost")
        apply(held, Told("volunteer", sid, "in-progress"))
        return decide(held, None)


def _new_call(
    ctx: Context, unit: UnitOfWork, sid: str, caller: str, assignment_id: uuid.UUID
) -> Call | GoodBye:
    named = session_of(caller)
    assignment = unit.session.get(Assignment, (unit.organisation_id, assignment_id))
    if named is None or assignment is None or assignment.shift_id != named[1]:
        return GoodBye(NOT_IN_HAND)
    shift = lock_assignment(unit, assignment)
    if shift is None or assignment.state != "open" or assignment.shift_id != named[1]:
        return GoodBye(NOT_IN_HAND)
    return _row_for(ctx, unit, shift, assignment, sid)


def _row_for(
    ctx: Context, unit: UnitOfWork, shift: Shift, assignment: Assignment, sid: str
) -> Call | GoodBye:
    campaign = unit.session.get_one(Campaign, (unit.organisation_id, assignment.campaign_id))
    if shift.state == "ended" or holds_line(campaign.dialing_mode, shift.via):
        return GoodBye(SHIFT_OVER)
    if reason := refusal(ctx, unit, assignment):
        return GoodBye(reason)
    caller_id = pick_caller_id(campaign.caller_ids, assignment.number, usage_of(unit, campaign, ctx.now))
    if caller_id is None or open_call_of(unit, shift.account_id) is not None:
        return GoodBye("lost")
    call = ring_me_call(ctx, unit, assignment, caller_id=caller_id, own=None)
    call.carrier_sid, call.dial_state = sid, "dialled"
    if shift.state in {"ready", "assigned", "wrap_up"}:
        move(unit, shift, ctx.now, "in_call")
    unit.session.flush()
    ctx.audit(unit, "call.asked_for", "call", call.id, {"assignment_id": str(assignment.id)})
    return call
