"""A third party whom a volunteer has rung for somebody answers, and what the two hear who were put through:
decided and committed in the carrier's own request (design §4).
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from dialer.domain.access import Permission, require
from dialer.domain.call import FINAL, TRANSFER, proven_by
from dialer.domain.line import room_of
from dialer.domain.transfer import ALONE_TRIES, COMPLETED, RINGING, TALKING, room_between
from dialer.services.calling.call_evidence import Held, Told, apply, hold_call, hold_leg, picked_up
from dialer.services.calling.transfer_ends import FAREWELL, contact_over, leg_over, volunteer_gone
from dialer.services.calling.transfers import put_through
from dialer.services.contention import again_after_deadlock
from dialer.services.context import Context
from dialer.store import changes
from dialer.store.models.transfers import Transfer
from dialer.store.queries import transfers
from dialer.store.session import UnitOfWork


@dataclass(frozen=True, slots=True)
class ToVolunteer:
    """The third party goes into the volunteer's room."""

    call_id: uuid.UUID
    room: str


@dataclass(frozen=True, slots=True)
class Between:
    """Into the room in which the two go on without the volunteer."""

    call_id: uuid.UUID
    room: str


@dataclass(frozen=True, slots=True)
class Enough:
    """It is over for whoever asks: said, unless nobody is there to hear it."""

    is_silent: bool = False


Answer = ToVolunteer | Between | Enough


@again_after_deadlock
def answered(ctx: Context, call_id: uuid.UUID, sid: str, answered_by: str | None) -> Answer:
    """The third party has answered. The same request again: the same answer."""
    require(ctx.actor, Permission.CARRIER_TELL)
    with ctx.unit() as unit:
        held = hold_leg(ctx, unit, call_id, sid, TRANSFER)
        transfer = transfers.of_leg(unit, call_id)
        if held is None or transfer is None:
            return Enough()
        if not picked_up(held, sid, answered_by):
            return Enough(is_silent=True)
        if held.was_left or held.call.state in FINAL or held.call.account_id is None:
            return Enough()
        _has_answered(held, transfer)
        if transfer.state == COMPLETED:
            return Between(call_id, room_between(transfer.id))
        return ToVolunteer(call_id, room_of(held.call.account_id))


@again_after_deadlock
def out_of_the_room(ctx: Context, call_id: uuid.UUID, sid: str, status: str) -> Answer:
    """The third party isn't in the volunteer's room any more: they have hung up, or the volunteer's line was
    lost. Whoever was talking with the contact already goes on with them.
    """
    require(ctx.actor, Permission.CARRIER_TELL)
    with ctx.unit() as unit:
        held = hold_leg(ctx, unit, call_id, sid, TRANSFER)
        transfer = transfers.of_leg(unit, call_id)
        if held is None or transfer is None:
            return Enough()
        if proven_by(status) in FINAL:
            apply(held, Told("volunteer", sid, status))
            return Enough(is_silent=True)
        return _without_volunteer(ctx, unit, transfer, call_id)


def contact_without_volunteer(held: Held) -> Between | None:
    """The contact (their call, locked) isn't in the volunteer's room any more, as its line was lost. Between
    them and a third party whom they talk with already nothing has to change; else that one is let go.
    """
    transfer = transfers.open_of(held.unit, held.call.id)
    if transfer is None:
        return None
    what = _without_volunteer(held.ctx, held.unit, transfer, held.call.id)
    return what if isinstance(what, Between) else None


@again_after_deadlock
def put_through_to(ctx: Context, call_id: uuid.UUID) -> Answer:
    """One of the two was taken out of the volunteer's room: where they go on."""
    require(ctx.actor, Permission.CARRIER_TELL)
    with ctx.unit() as unit:
        transfer = transfers.of_leg(unit, call_id) or transfers.open_of(unit, call_id)
        if transfer is None or transfer.ended_at is not None or transfer.state != COMPLETED:
            return Enough()
        return Between(call_id, room_between(transfer.id))


@again_after_deadlock
def over(ctx: Context, call_id: uuid.UUID, sid: str, status: str) -> Enough:
    """One of the two who were put through is out of their room: it is over for both."""
    require(ctx.actor, Permission.CARRIER_TELL)
    with ctx.unit() as unit:
        held = hold_call(ctx, unit, call_id)
        if held is None or sid != (held.call.contact_sid or held.call.carrier_sid):
            return Enough()
        if proven_by(status) in FINAL:
            leg = "volunteer" if held.call.mode == TRANSFER else "contact"
            apply(held, Told("volunteer" if leg == "volunteer" else "contact", sid, status))
            return Enough(is_silent=True)
        return Enough()


@again_after_deadlock
def alone(ctx: Context, call_id: uuid.UUID, times: int) -> bool:
    """One of the two is still alone in their room. After a few moments the other one isn't waited for, and
    their call ends once they have heard so: whether it has come to that.
    """
    require(ctx.actor, Permission.CARRIER_TELL)
    if times < ALONE_TRIES:
        return False
    with ctx.unit() as unit:
        held = hold_call(ctx, unit, call_id)
        if held is None:
            return True
        end = leg_over if held.call.mode == TRANSFER else contact_over
        end(ctx, unit, held.call, held.shift)
        if times == ALONE_TRIES:
            held.call.deadline_at = ctx.now + FAREWELL
        return True


def _has_answered(held: Held, transfer: Transfer) -> None:
    """From now on they speak with the volunteer, or, with a cold one, with the contact."""
    if transfer.state != RINGING:
        return
    transfer.state, transfer.answered_at = TALKING, held.ctx.now
    if held.shift is not None:
        changes.note(held.unit.session, "session", held.shift.id)
    if not transfer.warm and (contact := hold_call(held.ctx, held.unit, transfer.call_id)) is not None:
        put_through(contact, transfer)


def _without_volunteer(ctx: Context, unit: UnitOfWork, transfer: Transfer, call_id: uuid.UUID) -> Answer:
    """What follows for one of them from the end of the volunteer's room."""
    if transfer.ended_at is not None:
        return Enough()
    contact = hold_call(ctx, unit, transfer.call_id)
    if contact is None or contact.call.state in FINAL:
        return Enough()
    if transfer.state == TALKING and contact.call.held_at is None:
        put_through(contact, transfer)
    if transfer.state == COMPLETED:
        return Between(call_id, room_between(transfer.id))
    volunteer_gone(ctx, unit, contact.call, contact.shift)
    return Enough()
