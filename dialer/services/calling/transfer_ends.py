"""How putting somebody through comes to an end, by whatever side: the third party's leg is over, the
contact's is, or the volunteer's line was lost (all of them locked with their shift, by whoever tells).
"""

from __future__ import annotations

import datetime as dt
from typing import Final

from dialer.domain.call import FINAL
from dialer.domain.transfer import (
    CANCELLED,
    COMPLETED,
    CONTACT_GONE,
    FAILED,
    UNDER_WAY,
    VOLUNTEER_GONE,
    reason_of,
)
from dialer.services.calling.call_jobs import ask_to_look
from dialer.services.calling.room_settling import change_room
from dialer.services.context import Context
from dialer.store import changes
from dialer.store.models.calling import Shift
from dialer.store.models.calls import Call
from dialer.store.models.transfers import Transfer
from dialer.store.queries import transfers
from dialer.store.session import UnitOfWork

FAREWELL: Final = dt.timedelta(seconds=6)
"""For so long somebody whom the other one has left hears that it is over."""


def is_wanted(unit: UnitOfWork, leg: Call, shift: Shift | None) -> bool:
    """Whether a third party's leg may go on: while the volunteer has them rung, or speaks with them; then for
    as long as the contact is there.
    """
    transfer = transfers.of_leg(unit, leg.id)
    if transfer is None or transfer.ended_at is not None:
        return False
    if transfer.state == COMPLETED:
        return True
    return shift is not None and shift.state != "ended"


def leg_over(ctx: Context, unit: UnitOfWork, leg: Call, shift: Shift | None) -> None:
    """The third party is gone: before they were put through the contact comes back to the volunteer, after
    that their call ends too.
    """
    transfer = transfers.of_leg(unit, leg.id)
    if transfer is None or transfer.ended_at is not None:
        return
    transfer.ended_at = ctx.now
    contact = unit.session.get_one(Call, (unit.organisation_id, transfer.call_id))
    if transfer.state == COMPLETED:
        _end_soon(ctx, contact)
        return
    transfer.state, transfer.reason = FAILED, reason_of(leg.state, leg.end_reason)
    _bring_back(ctx, unit, contact, shift)


def contact_over(ctx: Context, unit: UnitOfWork, call: Call, shift: Shift | None) -> None:
    """The contact is gone: so is whoever was rung for them."""
    transfer = transfers.open_of(unit, call.id)
    if transfer is not None:
        _let_go(ctx, unit, transfer, shift)


def contact_left(ctx: Context, unit: UnitOfWork, call: Call, shift: Shift | None) -> None:
    """The contact isn't in the volunteer's room any more, though their call goes on: whoever was rung for
    them isn't to stay there, unless it is with them that the contact goes on.
    """
    transfer = transfers.open_of(unit, call.id)
    if transfer is not None and transfer.state != COMPLETED:
        _let_go(ctx, unit, transfer, shift)


def _let_go(ctx: Context, unit: UnitOfWork, transfer: Transfer, shift: Shift | None) -> None:
    """Hang up whoever was rung for a contact who isn't there for them."""
    transfer.ended_at = ctx.now
    if transfer.state in UNDER_WAY:
        transfer.state, transfer.reason = CANCELLED, CONTACT_GONE
        _hang_up(ctx, unit, _leg(unit, transfer))
    else:
        _end_soon(ctx, _leg(unit, transfer))
    _note(unit, shift)


def call_off(
    ctx: Context, unit: UnitOfWork, transfer: Transfer, shift: Shift | None, reason: str | None
) -> None:
    """End one that is under way: the third party's leg ends, the contact is back. Without a `reason` the
    volunteer wished it.
    """
    transfer.state = CANCELLED if reason is None else FAILED
    transfer.reason, transfer.ended_at = reason, ctx.now
    _hang_up(ctx, unit, _leg(unit, transfer))
    _bring_back(ctx, unit, unit.session.get_one(Call, (unit.organisation_id, transfer.call_id)), shift)


def volunteer_gone(ctx: Context, unit: UnitOfWork, call: Call, shift: Shift | None) -> None:
    """The volunteer's line was lost while the contact was still on hold: the third party is let go."""
    transfer = transfers.open_of(unit, call.id)
    if transfer is not None and transfer.state in UNDER_WAY:
        call_off(ctx, unit, transfer, shift, VOLUNTEER_GONE)


def _bring_back(ctx: Context, unit: UnitOfWork, contact: Call, shift: Shift | None) -> None:
    contact.held_at = None
    if shift is not None:
        change_room(ctx, unit, shift)
    _note(unit, shift)


def _hang_up(ctx: Context, unit: UnitOfWork, call: Call) -> None:
    """Have a leg ended that isn't wanted any more, by the look that ends such legs."""
    if call.state in FINAL:
        return
    call.deadline_at = ctx.now
    unit.after_commit(lambda: ask_to_look(ctx))


def _end_soon(ctx: Context, call: Call) -> None:
    """Whoever is left of two who were put through hears that it is over, and their call ends by itself; where
    it doesn't, the look ends it.
    """
    if call.state not in FINAL:
        call.deadline_at = ctx.now + FAREWELL


def _leg(unit: UnitOfWork, transfer: Transfer) -> Call:
    return unit.session.get_one(Call, (unit.organisation_id, transfer.leg_id))


def _note(unit: UnitOfWork, shift: Shift | None) -> None:
    """Whoever watches the shift is told."""
    if shift is not None:
        changes.note(unit.session, "session", shift.id)
