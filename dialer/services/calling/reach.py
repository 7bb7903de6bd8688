"""What an actor can reach of the phone bank: what isn't theirs is not there (404)."""

from __future__ import annotations

import uuid
from typing import Final

from sqlalchemy import and_, bindparam, select

from dialer.domain.access import Permission, require
from dialer.domain.errors import Conflict, NotFound
from dialer.services.context import Context
from dialer.store.models.calling import Assignment, Campaign, Shift
from dialer.store.session import UnitOfWork

NOBODY: Final = uuid.UUID(int=0)
"""Whose an assignment is that is in nobody's hands: no volunteer reaches it."""


def volunteer_id(ctx: Context) -> uuid.UUID:
    """The account that calls. A system job has none and can't."""
    if ctx.actor.account_id is None:
        raise Conflict("Only somebody with an account of their own can call.")
    return ctx.actor.account_id


def reach_campaign(
    ctx: Context, unit: UnitOfWork, campaign_id: uuid.UUID, permission: Permission
) -> Campaign:
    """A campaign that the actor may do this with."""
    require(ctx.actor, permission, campaign_id=campaign_id)
    campaign = unit.session.get(Campaign, (unit.organisation_id, campaign_id))
    if campaign is None:
        raise NotFound
    return campaign


def reach_shift(ctx: Context, unit: UnitOfWork, shift_id: uuid.UUID, *, lock: bool = False) -> Shift:
    """A shift of the actor's own (any, for those who run the campaign), locked when it is to change."""
    query = select(Shift).where(Shift.organisation_id == unit.organisation_id, Shift.id == shift_id)
    shift = unit.session.scalar(query.with_for_update() if lock else query)
    if shift is None:
        raise NotFound
    check_is_mine(ctx, shift)
    return shift


def check_is_mine(ctx: Context, shift: Shift) -> None:
    """Refuse a shift that isn't the actor's own, but to those who run the campaign."""
    require(ctx.actor, Permission.SHIFT_RUN, campaign_id=shift.campaign_id, owner_id=shift.account_id)


def reach_assignment(
    ctx: Context, unit: UnitOfWork, assignment_id: uuid.UUID, permission: Permission
) -> Assignment:
    """An assignment of the actor's own (any, for those who run the campaign)."""
    assignment = unit.session.get(Assignment, (unit.organisation_id, assignment_id))
    if assignment is None:
        raise NotFound
    _check_is_theirs(ctx, assignment, permission)
    return assignment


def _check_is_theirs(ctx: Context, assignment: Assignment, permission: Permission) -> None:
    owner = assignment.account_id or NOBODY
    require(ctx.actor, permission, campaign_id=assignment.campaign_id, owner_id=owner)


def lock_assignment(unit: UnitOfWork, assignment: Assignment) -> Shift | None:
    """Lock an assignment with its shift, in the order that everybody locks in, and read both afresh.

    None where it never came into anybody's hands.
    """
    shift = None
    if assignment.shift_id is not None:
        shift = unit.session.get_one(Shift, (unit.organisation_id, assignment.shift_id), with_for_update=True)
    unit.session.refresh(assignment, with_for_update=True)
    return shift


_IN_HAND = (
    select(Assignment, Shift, Campaign)
    .join(Shift, and_(Shift.organisation_id == Assignment.organisation_id, Shift.id == Assignment.shift_id))
    .join(
        Campaign,
        and_(Campaign.organisation_id == Assignment.organisation_id, Campaign.id == Assignment.campaign_id),
    )
    .where(
        Assignment.organisation_id == bindparam("organisation_id"),
        Assignment.id == bindparam("assignment_id"),
    )
    .with_for_update(of=(Shift, Assignment))
)


def take_assignment(
    ctx: Context, unit: UnitOfWork, assignment_id: uuid.UUID, permission: Permission
) -> tuple[Assignment, Shift | None, Campaign]:
    """An assignment of the actor's own (any, for those who run the campaign), locked with its shift as by
    `lock_assignment`, and its campaign: all in one look where it is, or was, in somebody's hands.
    """
    asked = {"organisation_id": unit.organisation_id, "assignment_id": assignment_id}
    found = unit.session.execute(_IN_HAND, asked).one_or_none()
    if found is None:
        assignment = reach_assignment(ctx, unit, assignment_id, permission)
        return assignment, lock_assignment(unit, assignment), campaign_of(unit, assignment)
    assignment, shift, campaign = found
    _check_is_theirs(ctx, assignment, permission)
    return assignment, shift, campaign


def open_assignment(unit: UnitOfWork, shift_id: uuid.UUID, *, lock: bool = False) -> Assignment | None:
    """The assignment that is open in a shift, if there is one."""
    query = select(Assignment).where(
        Assignment.organisation_id == unit.organisation_id,
        Assignment.shift_id == shift_id,
        Assignment.state == "open",
    )
    return unit.session.scalar(query.with_for_update() if lock else query)


def campaign_of(unit: UnitOfWork, assignment: Assignment) -> Campaign:
    """The campaign an assignment belongs to."""
    return unit.session.get_one(Campaign, (unit.organisation_id, assignment.campaign_id))
