"""Ring me: the volunteer asks, the carrier rings their phone and then the contact's (contract §6)."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from sqlalchemy import select

from dialer.domain.access import Permission, require
from dialer.domain.caller_id import pick_caller_id
from dialer.domain.errors import AssignmentClosed, Conflict, NotFound
from dialer.services.accounts.account_fields import clean_phone_or_none
from dialer.services.accounts.phones import confirmed_numbers
from dialer.services.calling.call_jobs import ask_to_end
from dialer.services.calling.call_rows import call_to_place
from dialer.services.calling.call_views import CallView, call_view
from dialer.services.calling.caller_ids import usage_of
from dialer.services.calling.hanging_up import withdraw
from dialer.services.calling.reach import lock_assignment, reach_assignment, volunteer_id
from dialer.services.calling.recording_access import recording_ids
from dialer.services.calling.ring_gate import WORDS, refusal
from dialer.services.calling.shift_states import move
from dialer.services.contention import again_after_deadlock
from dialer.services.context import Context
from dialer.services.paging import Page, Slice, after_id, cut
from dialer.store.models.calling import Assignment, Campaign, Shift
from dialer.store.models.calls import Call
from dialer.store.queries.calls import latest_call_of, open_call_of
from dialer.store.session import UnitOfWork

NO_PHONE = "Show first that a phone is yours, by a code that we send to it."
NOT_CONFIRMED = "This phone isn’t confirmed yet. Have a code sent to it, and type the code in."
SAME_PHONE = "You can’t ring yourself."
NO_CALLER_ID = "The campaign has no number yet to ring from. Ask your coordinator."
NOT_YOURS = "Only whoever has this contact in hand can be put through to them."
ON_THE_PHONE = "The call before this one isn’t over yet. Try again in a moment."


@again_after_deadlock
def ring_me(ctx: Context, assignment_id: uuid.UUID, phone: str | None = None) -> CallView:
    """Have the volunteer's phone rung, and the contact's once they answer.

    Asked again while the call is under way: the same call. An earlier one, of a contact that the volunteer
    is done with, is hung up. `AssignmentClosed` for one that isn't open; `Conflict` where the phone isn't
    confirmed, the volunteer is on the phone with another contact in hand, or the gate says no.
    """
    with ctx.unit() as unit:
        assignment = reach_assignment(ctx, unit, assignment_id, Permission.CALL_PLACE)
        caller = volunteer_id(ctx)
        if assignment.account_id != caller:
            raise Conflict(NOT_YOURS)
        shift = lock_assignment(unit, assignment)
        if shift is None or assignment.state != "open":
            raise AssignmentClosed("This contact isn’t in your hands any more.", state=assignment.state)
        under_way = open_call_of(unit, caller)
        if under_way is not None and under_way.assignment_id == assignment.id:
            return call_view(under_way)
        if under_way is not None:
            _leave(ctx, unit, under_way)
        return call_view(_new_call(ctx, unit, assignment, shift, phone))


def _leave(ctx: Context, unit: UnitOfWork, earlier: Call) -> None:
    """Hang up an earlier call whose contact isn't in the volunteer's hands any more: they have gone on. One
    that the carrier hasn't been asked for yet is withdrawn.

    `Conflict` while they still are, or while nobody can tell whether the carrier has it.
    """
    before = unit.session.get(Assignment, (unit.organisation_id, earlier.assignment_id))
    if before is not None and before.state == "open":
        raise Conflict(ON_THE_PHONE)
    unit.session.refresh(earlier, with_for_update=True)
    if earlier.dial_state == "waiting":
        withdraw(ctx, unit, earlier)
        return
    if (sid := earlier.carrier_sid) is None:
        raise Conflict(ON_THE_PHONE)
    unit.after_commit(lambda: ask_to_end(ctx, sid))


def _new_call(
    ctx: Context, unit: UnitOfWork, assignment: Assignment, shift: Shift, phone: str | None
) -> Call:
    own = own_phone(ctx, unit, volunteer_id(ctx), phone or shift.phone)
    if own == assignment.number:
        raise Conflict(SAME_PHONE)
    campaign = unit.session.get_one(Campaign, (unit.organisation_id, assignment.campaign_id))
    caller_id = pick_caller_id(campaign.caller_ids, assignment.number, usage_of(unit, campaign, ctx.now))
    if caller_id is None:
        raise Conflict(NO_CALLER_ID)
    if reason := refusal(ctx, unit, assignment):
        raise Conflict(WORDS[reason], reason=reason)
    call = ring_me_call(ctx, unit, assignment, caller_id=caller_id, own=own)
    if shift.state in {"ready", "assigned", "wrap_up"}:
        move(unit, shift, ctx.now, "in_call")
    unit.session.flush()
    ctx.audit(unit, "call.asked_for", "call", call.id, {"assignment_id": str(assignment.id)})
    unit.after_commit(lambda: ask_to_place(ctx))
    return call


def ring_me_call(
    ctx: Context, unit: UnitOfWork, assignment: Assignment, *, caller_id: str, own: str | None
) -> Call:
    """A call to put through, `own` the volunteer's phone; None where their browser is it."""
    return call_to_place(
        ctx,
        unit,
        "ring_me",
        campaign_id=assignment.campaign_id,
        account_id=assignment.account_id,
        caller_id=caller_id,
        rings=own,
        contact_id=assignment.contact_id,
        assignment_id=assignment.id,
        number=assignment.number,
    )


def own_phone(ctx: Context, unit: UnitOfWork, account_id: uuid.UUID, wanted: str | None) -> str:
    """A volunteer's phone that may be rung: the one wanted, else their own. `Conflict` where nobody has shown
    that it is theirs.
    """
    confirmed = confirmed_numbers(unit, account_id)
    if wanted is None:
        if not confirmed:
            raise Conflict(NO_PHONE)
        return confirmed[0]
    number = clean_phone_or_none(wanted, ctx.phones)
    if number not in confirmed:
        raise Conflict(NOT_CONFIRMED)
    return number


def ask_to_place(ctx: Context) -> None:
    """Have a worker place what waits."""
    ctx.jobs.enqueue("calls", "workers.jobs.place_calls", str(ctx.organisation_id))


def get_call(ctx: Context, call_id: uuid.UUID) -> CallView:
    """A call as it stands: a volunteer's own, any of their campaigns for those who run them."""
    require(ctx.actor, Permission.CALL_PLACE)
    with ctx.unit() as unit:
        call = unit.session.get(Call, (unit.organisation_id, call_id))
        if call is None:
            raise NotFound
        _check_reach(ctx, call)
        return _shown(ctx, unit, [call])[0]


def call_of_assignment(ctx: Context, assignment_id: uuid.UUID) -> CallView | None:
    """The last call that was placed for an assignment, if there was one."""
    with ctx.unit() as unit:
        reach_assignment(ctx, unit, assignment_id, Permission.CALL_PLACE)
        call = latest_call_of(unit, assignment_id)
        return call_view(call) if call else None


def list_calls(
    ctx: Context,
    page: Page,
    *,
    campaign_id: uuid.UUID | None = None,
    contact_id: uuid.UUID | None = None,
    state: str | None = None,
) -> Slice[CallView]:
    """Calls in the actor's campaigns, oldest first; inbound ones about no campaign for coordinators."""
    require(ctx.actor, Permission.CALL_READ, campaign_id=campaign_id)
    query = select(Call).where(Call.organisation_id == ctx.organisation_id).order_by(Call.id)
    given = {Call.campaign_id: campaign_id, Call.contact_id: contact_id, Call.state: state}
    for column, value in given.items():
        if value is not None:
            query = query.where(column == value)
    if ctx.actor.campaign_ids is not None:
        query = query.where(Call.campaign_id.in_(ctx.actor.campaign_ids))
    if (after := after_id(page)) is not None:
        query = query.where(Call.id > after)
    with ctx.unit() as unit:
        found = _shown(ctx, unit, unit.session.scalars(query.limit(page.limit + 1)).all())
    return cut(found, page, lambda view: (str(view.id),))


def _shown(ctx: Context, unit: UnitOfWork, calls: Sequence[Call]) -> list[CallView]:
    """Calls with what only those see who answer for them: why they were rung, and what was recorded."""
    with_why = ctx.actor.may(Permission.CALL_READ)
    may_hear = ctx.actor.may(Permission.RECORDING_READ)
    recorded = recording_ids(unit, [call.id for call in calls]) if may_hear else {}
    return [call_view(call, with_why=with_why, recording_id=recorded.get(call.id)) for call in calls]


def _check_reach(ctx: Context, call: Call) -> None:
    """A call in no campaign is for those who see all of them."""
    if call.campaign_id is None and ctx.actor.campaign_ids is not None:
        raise NotFound
    require(ctx.actor, Permission.CALL_PLACE, campaign_id=call.campaign_id, owner_id=call.account_id)
    if call.account_id is None:
        require(ctx.actor, Permission.CALL_READ)
