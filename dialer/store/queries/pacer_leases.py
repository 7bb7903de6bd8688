"""Who leads a campaign's dialling, and under which fence: the lease that pacers take, renew and leave."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence

from sqlalchemy import func, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from dialer.domain.dialling import DIALLED_MODES, LEASE
from dialer.store.models.calling import Campaign, Shift
from dialer.store.models.pacing import PacerLease, PacingEvent
from dialer.store.session import UnitOfWork

_SOMEBODY = (
    select(Shift.id)
    .where(
        Shift.organisation_id == Campaign.organisation_id,
        Shift.campaign_id == Campaign.id,
        Shift.state != "ended",
    )
    .exists()
)
"""For queries of campaigns: a volunteer is on a shift."""


_LED = (PacerLease.organisation_id == Campaign.organisation_id) & (PacerLease.campaign_id == Campaign.id)


def to_lead(unit: UnitOfWork, holder: str, now: dt.datetime) -> Sequence[uuid.UUID]:
    """The campaigns that `holder` may lead now and that need it: where somebody is on a shift, a number is
    being rung or the policy has something to hear.
    """
    told = (
        select(PacingEvent.id)
        .where(
            PacingEvent.organisation_id == Campaign.organisation_id, PacingEvent.campaign_id == Campaign.id
        )
        .exists()
    )
    query = (
        select(Campaign.id)
        .outerjoin(PacerLease, _LED)
        .where(
            Campaign.organisation_id == unit.organisation_id,
            Campaign.dialing_mode.in_(DIALLED_MODES),
            or_(
                PacerLease.campaign_id.is_(None),
                PacerLease.holder == holder,
                PacerLease.expires_at <= now,
            ),
            or_((Campaign.state != "ended") & _SOMEBODY, told),
        )
        .order_by(Campaign.id)
    )
    return unit.session.scalars(query).all()


def count_unled(unit: UnitOfWork, since: dt.datetime) -> int:
    """How many running dialled campaigns with somebody on a shift nobody has led since then."""
    query = (
        select(func.count())
        .select_from(Campaign)
        .outerjoin(PacerLease, _LED)
        .where(
            Campaign.organisation_id == unit.organisation_id,
            Campaign.dialing_mode.in_(DIALLED_MODES),
            Campaign.state == "active",
            _SOMEBODY,
            or_(PacerLease.campaign_id.is_(None), PacerLease.at < since),
        )
    )
    return unit.session.scalar(query) or 0


def lead(unit: UnitOfWork, campaign_id: uuid.UUID, holder: str, now: dt.datetime) -> PacerLease | None:
    """Renew the lease of a campaign, or take it over where it ran out, with a higher fence; the row, locked.
    None while somebody else leads, or is just at it.
    """
    first = upsert(PacerLease).values(
        organisation_id=unit.organisation_id,
        campaign_id=campaign_id,
        holder=holder,
        fence=1,
        expires_at=now,
        at=now,
    )
    unit.session.execute(first.on_conflict_do_nothing())
    lease = unit.session.scalar(
        select(PacerLease)
        .where(PacerLease.organisation_id == unit.organisation_id, PacerLease.campaign_id == campaign_id)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    if lease is None or (lease.holder != holder and lease.expires_at > now):
        return None
    if lease.holder != holder:
        lease.holder, lease.fence = holder, lease.fence + 1
    lease.expires_at = now + LEASE
    return lease


def still_leads(unit: UnitOfWork, campaign_id: uuid.UUID, holder: str, fence: int) -> bool:
    """Whether nobody has taken over; and nobody does before this transaction ends."""
    mine = select(PacerLease.fence).where(
        PacerLease.organisation_id == unit.organisation_id,
        PacerLease.campaign_id == campaign_id,
        PacerLease.holder == holder,
        PacerLease.fence == fence,
    )
    return unit.session.scalar(mine.with_for_update(read=True)) is not None


def resign(unit: UnitOfWork, holder: str, now: dt.datetime) -> None:
    """Leave what `holder` leads to whoever comes next."""
    unit.session.execute(
        update(PacerLease)
        .where(PacerLease.organisation_id == unit.organisation_id, PacerLease.holder == holder)
        .values(expires_at=now),
        execution_options={"synchronize_session": False},
    )
