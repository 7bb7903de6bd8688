"""Transfers: the one that is under way for a call, or that a leg belongs to."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from sqlalchemy import func, select, update

from dialer.domain.transfer import COMPLETED
from dialer.store.models.transfers import Transfer
from dialer.store.session import UnitOfWork


def of_leg(unit: UnitOfWork, leg_id: uuid.UUID) -> Transfer | None:
    """The transfer that a third party's leg belongs to."""
    query = select(Transfer).where(
        Transfer.organisation_id == unit.organisation_id, Transfer.leg_id == leg_id
    )
    return unit.session.scalar(query)


def open_of(unit: UnitOfWork, call_id: uuid.UUID) -> Transfer | None:
    """The transfer of a contact's call that isn't over."""
    query = select(Transfer).where(
        Transfer.organisation_id == unit.organisation_id,
        Transfer.call_id == call_id,
        Transfer.ended_at.is_(None),
    )
    return unit.session.scalar(query)


def latest_of(unit: UnitOfWork, assignment_id: uuid.UUID) -> Transfer | None:
    """The last transfer of an assignment."""
    query = select(Transfer).where(
        Transfer.organisation_id == unit.organisation_id, Transfer.assignment_id == assignment_id
    )
    return unit.session.scalar(query.order_by(Transfer.id.desc()).limit(1))


def going_on_without(unit: UnitOfWork, shift_id: uuid.UUID) -> Sequence[Transfer]:
    """Those of a shift whose two go on without the volunteer."""
    query = select(Transfer).where(
        Transfer.organisation_id == unit.organisation_id,
        Transfer.shift_id == shift_id,
        Transfer.ended_at.is_(None),
        Transfer.completed_at.is_not(None),
    )
    return unit.session.scalars(query).all()


def move(unit: UnitOfWork, before: uuid.UUID, after: uuid.UUID) -> None:
    """What goes on in one shift goes on in another one of the same volunteer."""
    going_on = update(Transfer).where(
        Transfer.organisation_id == unit.organisation_id,
        Transfer.shift_id == before,
        Transfer.ended_at.is_(None),
    )
    unit.session.execute(going_on.values(shift_id=after))


def count_by_state(unit: UnitOfWork, campaign_ids: Sequence[uuid.UUID]) -> dict[str, int]:
    """How many people of these campaigns were to be put through, by what came of it."""
    query = (
        select(Transfer.state, func.count())
        .where(Transfer.organisation_id == unit.organisation_id, Transfer.campaign_id.in_(campaign_ids))
        .group_by(Transfer.state)
    )
    return {state: count for state, count in unit.session.execute(query)}  # noqa: C416 -- rows aren't pairs


def count_begun(unit: UnitOfWork, call_id: uuid.UUID, shift_id: uuid.UUID) -> tuple[int, int]:
    """How many were begun for a contact's call, and in a shift, whatever came of them."""
    query = select(func.count().filter(Transfer.call_id == call_id), func.count()).where(
        Transfer.organisation_id == unit.organisation_id, Transfer.shift_id == shift_id
    )
    in_call, in_shift = unit.session.execute(query).one()
    return in_call, in_shift


def is_over(unit: UnitOfWork, call_id: uuid.UUID) -> bool:
    """Whether somebody who was put through is left alone: the third party has hung up."""
    query = select(Transfer.id).where(
        Transfer.organisation_id == unit.organisation_id,
        Transfer.call_id == call_id,
        Transfer.state == COMPLETED,
        Transfer.ended_at.is_not(None),
    )
    return unit.session.scalar(query.limit(1)) is not None
