"""A volunteer puts the person on their line through to somebody else: asked for, completed, called off.

Whoever is rung is a call of mode `transfer`, placed as every other: written down before the carrier hears of
it, and ended by the look at the carrier once nobody wants it any more.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select

from dialer.domain.access import Permission, require
from dialer.domain.call import TRANSFER
from dialer.domain.caller_id import pick_caller_id
from dialer.domain.errors import AssignmentClosed, Conflict, InvalidTransition, NotFound
from dialer.domain.transfer import COMPLETED, RINGING, TALKING, UNDER_WAY
from dialer.services.calling import recordings
from dialer.services.calling.call_evidence import Held, hold_call
from dialer.services.calling.call_rows import call_to_place
from dialer.services.calling.dialled_ends import Ended, part
from dialer.services.calling.in_call import NOBODY_THERE
from dialer.services.calling.reach import campaign_of, lock_assignment, reach_assignment
from dialer.services.calling.ring_gate import WORDS, transfer_refusal
from dialer.services.calling.ringing import NO_CALLER_ID, SAME_PHONE, ask_to_place
from dialer.services.calling.room_settling import change_room
from dialer.services.calling.talk_views import talk_on
from dialer.services.calling.transfer_choices import Destination, destination
from dialer.services.calling.transfer_ends import call_off
from dialer.services.calling.transfer_views import transfer_view
from dialer.services.calling.two_in_a_room import ring_me_talk, take_into_room
from dialer.services.calling.views import TransferView
from dialer.services.contention import again_after_deadlock
from dialer.services.context import Context
from dialer.services.paging import Page, Slice, after_id, cut
from dialer.store.models import new_id
from dialer.store.models.calling import Assignment, Shift
from dialer.store.models.calls import Call
from dialer.store.models.transfers import Transfer
from dialer.store.queries import supervising, transfers
from dialer.store.session import UnitOfWork

NO_ROOM: Final = (
    "You can put people through only in a call that goes through us. Give them the number instead."
)
LIMIT: Final = "transfer_limit"
ANOTHER: Final = "Somebody else is being rung for them already. Call that off first."
NOT_ANSWERED: Final = "They haven’t answered yet. Wait for them, or call it off."
OVER: Final = "This is over already."
TAKEN_OVER: Final = "A coordinator has taken over this talk. They decide how it goes on."

ENOUGH_IN_CALL: Final = (
    "You have tried often enough for this person. Offer to call them back, or give them the number."
)
ENOUGH_IN_SHIFT: Final = (
    "You have put many people through already. Offer to call them back, or ask a coordinator."
)


@again_after_deadlock
def begin_transfer(
    ctx: Context,
    assignment_id: uuid.UUID,
    *,
    phone: str | None = None,
    account_id: uuid.UUID | None = None,
    node: str | None = None,
    warm: bool | None = None,
) -> TransferView:
    """Put whoever the volunteer talks with on hold, and have somebody else rung. Asked again for the same one
    while that is under way: the same transfer. By a step (`node`) of the script it is whom that names.

    `Conflict` where nobody is on the volunteer's line, where another one is rung or a coordinator takes the
    talk over, where the gate says no, and where they had as many rung as one may (`reason` `transfer_limit`);
    `Forbidden` for a number that isn't listed, but to who runs the campaign.
    """
    with ctx.unit() as unit:
        assignment = reach_assignment(ctx, unit, assignment_id, Permission.CALL_PLACE)
        shift = lock_assignment(unit, assignment)
        if shift is None or assignment.state != "open":
            raise AssignmentClosed("This contact isn’t in your hands any more.", state=assignment.state)
        call = talk_on(unit, shift) or ring_me_talk(unit, assignment.id)
        if call is None or call.assignment_id != assignment.id:
            raise Conflict(NOBODY_THERE if shift.pin is not None else NO_ROOM)
        to = destination(ctx, unit, assignment, phone=phone, account_id=account_id, node=node)
        if (before := transfers.open_of(unit, call.id)) is not None:
            return transfer_view(_the_same(unit, before, to))
        if supervising.takes_over(unit, shift.id):
            raise Conflict(TAKEN_OVER)
        return transfer_view(
            _begin(Asked(ctx, unit, assignment, shift, call), to, warm=to.warm if warm is None else warm)
        )


def get_transfer(ctx: Context, transfer_id: uuid.UUID) -> TransferView:
    """A transfer as it stands."""
    with ctx.unit() as unit:
        return transfer_view(_reach(ctx, unit, transfer_id))


def list_transfers(
    ctx: Context, page: Page, *, campaign_id: uuid.UUID | None = None, state: str | None = None
) -> Slice[TransferView]:
    """Those of the actor's campaigns, oldest first."""
    require(ctx.actor, Permission.CALL_READ, campaign_id=campaign_id)
    query = select(Transfer).where(Transfer.organisation_id == ctx.organisation_id).order_by(Transfer.id)
    if campaign_id is not None:
        query = query.where(Transfer.campaign_id == campaign_id)
    if state is not None:
        query = query.where(Transfer.state == state)
    if ctx.actor.campaign_ids is not None:
        query = query.where(Transfer.campaign_id.in_(ctx.actor.campaign_ids))
    if (after := after_id(page)) is not None:
        query = query.where(Transfer.id > after)
    with ctx.unit() as unit:
        found = [transfer_view(row) for row in unit.session.scalars(query.limit(page.limit + 1))]
    return cut(found, page, lambda view: (str(view.id),))


def transfer_counts(ctx: Context, campaign_id: uuid.UUID) -> dict[str, int]:
    """How many people of a campaign were to be put through, by what came of it."""
    require(ctx.actor, Permission.CALL_READ, campaign_id=campaign_id)
    with ctx.unit() as unit:
        return transfers.count_by_state(unit, [campaign_id])


@again_after_deadlock
def complete_transfer(ctx: Context, transfer_id: uuid.UUID) -> TransferView:
    """Let the two go on without the volunteer, who finishes up. The same again: no change.

    `InvalidTransition` while the third party hasn't answered, and where it came to nothing.
    """
    with ctx.unit() as unit:
        transfer, held = _locked(ctx, unit, transfer_id)
        if transfer.state in {RINGING, *_CAME_TO_NOTHING}:
            words = NOT_ANSWERED if transfer.state == RINGING else OVER
            raise InvalidTransition(words, state=transfer.state)
        put_through(held, transfer)
        return transfer_view(transfer)


@again_after_deadlock
def cancel_transfer(ctx: Context, transfer_id: uuid.UUID) -> TransferView:
    """Call it off: whoever was rung is hung up, the contact is back. The same again: no change.

    `InvalidTransition` once the two go on without the volunteer.
    """
    with ctx.unit() as unit:
        transfer, held = _locked(ctx, unit, transfer_id)
        if transfer.state == COMPLETED:
            raise InvalidTransition(OVER, state=transfer.state)
        if transfer.state in UNDER_WAY:
            call_off(ctx, unit, transfer, held.shift, None)
        return transfer_view(transfer)


def put_through(held: Held, transfer: Transfer) -> None:
    """The contact (whose call this is, locked) and the third party go on without the volunteer. Once."""
    ctx, unit, call = held.ctx, held.unit, held.call
    if transfer.state != TALKING or held.assignment is None:
        return
    transfer.state, transfer.completed_at = COMPLETED, ctx.now
    part(Ended(ctx, unit, call, held.assignment, held.shift))
    call.held_at = None
    if held.shift is not None:
        change_room(ctx, unit, held.shift)


_CAME_TO_NOTHING: Final = frozenset({"cancelled", "failed"})


@dataclass(frozen=True, slots=True)
class Asked:
    """A volunteer wants the person on their line put through: all that belongs to it, locked."""

    ctx: Context
    unit: UnitOfWork
    assignment: Assignment
    shift: Shift
    call: Call


def _begin(asked: Asked, to: Destination, *, warm: bool) -> Transfer:
    ctx, unit, shift = asked.ctx, asked.unit, asked.shift
    if to.number in {asked.call.number, asked.call.volunteer_number, _own_number(unit, shift)}:
        raise Conflict(SAME_PHONE)
    campaign = campaign_of(unit, asked.assignment)
    if words := _had_enough(asked):
        raise Conflict(words, reason=LIMIT)
    if reason := transfer_refusal(ctx, unit, campaign, to.number):
        raise Conflict(WORDS[reason], reason=reason)
    caller_id = pick_caller_id(campaign.caller_ids, to.number)
    if caller_id is None:
        raise Conflict(NO_CALLER_ID)
    take_into_room(ctx, unit, shift, asked.call)
    leg = call_to_place(
        ctx,
        unit,
        TRANSFER,
        campaign_id=shift.campaign_id,
        account_id=shift.account_id,
        caller_id=caller_id,
        rings=to.number,
        shift_id=shift.id,
        number=None if to.account_id else to.number,  # a colleague's own isn't for all eyes
    )
    transfer = _row(asked, leg, to, warm=warm)
    unit.session.add(transfer)
    asked.call.held_at = ctx.now
    recordings.stop(ctx, unit, asked.call.id)  # nobody tells the third party that they would be recorded
    change_room(ctx, unit, shift)
    ctx.audit(unit, "transfer.asked_for", "transfer", transfer.id, {"warm": warm})
    unit.after_commit(lambda: ask_to_place(ctx))
    return transfer


def _had_enough(asked: Asked) -> str | None:
    """Why no more people are rung for a volunteer, by how many were; None where they may. Whoever runs the
    campaign knows what it costs.
    """
    if asked.ctx.actor.may(Permission.CAMPAIGN_MANAGE):
        return None
    in_call, in_shift = transfers.count_begun(asked.unit, asked.call.id, asked.shift.id)
    if in_call >= asked.ctx.voice.transfers_per_call:
        return ENOUGH_IN_CALL
    return ENOUGH_IN_SHIFT if in_shift >= asked.ctx.voice.transfers_per_shift else None


def _the_same(unit: UnitOfWork, before: Transfer, to: Destination) -> Transfer:
    """The one under way, where it is to the same number."""
    leg = unit.session.get_one(Call, (unit.organisation_id, before.leg_id))
    if leg.volunteer_number != to.number:
        raise Conflict(ANOTHER)
    return before


def _own_number(unit: UnitOfWork, shift: Shift) -> str | None:
    if shift.line_call_id is None:
        return None
    return unit.session.get_one(Call, (unit.organisation_id, shift.line_call_id)).volunteer_number


def _reach(ctx: Context, unit: UnitOfWork, transfer_id: uuid.UUID) -> Transfer:
    transfer = unit.session.get(Transfer, (unit.organisation_id, transfer_id))
    if transfer is None:
        raise NotFound
    reach_assignment(ctx, unit, transfer.assignment_id, Permission.CALL_PLACE)
    return transfer


def _locked(ctx: Context, unit: UnitOfWork, transfer_id: uuid.UUID) -> tuple[Transfer, Held]:
    """A transfer with the contact's call and what that belongs to, locked in the order of all."""
    transfer = _reach(ctx, unit, transfer_id)
    held = hold_call(ctx, unit, transfer.call_id)
    if held is None:
        raise NotFound
    unit.session.refresh(transfer, with_for_update=True)
    return transfer, held


def _row(asked: Asked, leg: Call, to: Destination, *, warm: bool) -> Transfer:
    shift = asked.shift
    return Transfer(
        organisation_id=shift.organisation_id,
        id=new_id(),
        campaign_id=shift.campaign_id,
        assignment_id=asked.assignment.id,
        shift_id=shift.id,
        account_id=shift.account_id,
        call_id=asked.call.id,
        leg_id=leg.id,
        to_account_id=to.account_id,
        node=to.node,
        label=to.label,
        warm=warm,
        state=RINGING,
        started_at=asked.ctx.now,
    )
