"""How a shift begins, whether its volunteer starts it or is moved there."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from sqlalchemy import select

from dialer.services.calling.reach import open_assignment
from dialer.services.calling.shift_states import move
from dialer.services.context import Context
from dialer.store.models.accounts import Account
from dialer.store.models.calling import Assignment, Shift
from dialer.store.queries import dialled, supervising
from dialer.store.queries.calls import is_on_the_phone
from dialer.store.session import UnitOfWork


@dataclass(frozen=True, slots=True)
class Beginning:
    """Whose shift it is, in which campaign, and how they call."""

    account_id: uuid.UUID
    campaign_id: uuid.UUID
    via: str
    phone: str | None


def new_shift(ctx: Context, begins: Beginning, earlier: Shift | None) -> Shift:
    """A shift that is ready; what kept its volunteer from going on in the one before still does."""
    return Shift(
        organisation_id=ctx.organisation_id,
        campaign_id=begins.campaign_id,
        account_id=begins.account_id,
        state="ready",
        via=begins.via,
        phone=begins.phone,
        calls=0,
        talks=0,
        started_at=ctx.now,
        last_seen_at=ctx.now,
        state_since=ctx.now,
        ready_since=ctx.now,
        line_state="none",
        limited_since=earlier.limited_since if earlier else None,
        limits_from=earlier.limits_from if earlier else None,
    )


def one_start_at_a_time(unit: UnitOfWork, account_id: uuid.UUID) -> None:
    """Let nobody begin two shifts at once: the account's lock goes before that of any shift."""
    unit.session.get_one(Account, (unit.organisation_id, account_id), with_for_update={"key_share": True})


def begin_shift(
    ctx: Context, unit: UnitOfWork, shift: Shift
) -> tuple[Shift, Shift | None, Assignment | None]:
    """Write a new shift down. One that its volunteer has open in that campaign ends, and what it has in hand
    goes along: the new shift, the one before, and what is in hand.
    """
    before = _end_open_shift(ctx, unit, shift)
    unit.session.add(shift)
    unit.session.flush()
    return shift, before, _take_over(ctx, unit, before, shift) if before else None


def _end_open_shift(ctx: Context, unit: UnitOfWork, following: Shift) -> Shift | None:
    shift = unit.session.scalar(
        select(Shift)
        .where(
            Shift.organisation_id == unit.organisation_id,
            Shift.account_id == following.account_id,
            Shift.campaign_id == following.campaign_id,
            Shift.state != "ended",
        )
        .with_for_update()
    )
    if shift is not None:
        move(unit, shift, ctx.now, "ended")
        shift.ended_at = ctx.now
        unit.session.flush()
    return shift


def _take_over(ctx: Context, unit: UnitOfWork, before: Shift, shift: Shift) -> Assignment | None:
    assignment = open_assignment(unit, before.id, lock=True)
    dialled.move_leg(unit, before.id, shift.id)
    supervising.move(unit, before.id, shift.id)
    if assignment is not None:
        assignment.shift_id = shift.id
        move(unit, shift, ctx.now, state_with(unit, assignment))
    return assignment


def state_with(unit: UnitOfWork, assignment: Assignment | None) -> str:
    """The state of a shift that goes on with this in hand: whom the dialler rang is finished up."""
    if assignment is None:
        return "ready"
    if is_on_the_phone(unit, assignment.id):
        return "in_call"
    return "wrap_up" if dialled.joined_among(unit, [assignment.id]) else "assigned"
