"""The walks that polling districts are cut into."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence

from sqlalchemy import func, select, update

from dialer.store.models.walks import KnockUpWalk
from dialer.store.session import UnitOfWork


def hold_walks(unit: UnitOfWork, campaign_id: uuid.UUID) -> None:
    """Two who cut a campaign's districts come one after the other; its row stays free for calls that end."""
    name = func.hashtextextended(f"walks {campaign_id}", 0)
    unit.session.execute(select(func.pg_advisory_xact_lock(name)))


def walks_of(
    unit: UnitOfWork, campaign_id: uuid.UUID, polling_district: str | None = None
) -> Sequence[KnockUpWalk]:
    """The walks of a campaign, or of one of its districts, as they are cut now."""
    query = select(KnockUpWalk).where(
        KnockUpWalk.organisation_id == unit.organisation_id,
        KnockUpWalk.campaign_id == campaign_id,
        KnockUpWalk.retired_at.is_(None),
    )
    if polling_district is not None:
        query = query.where(KnockUpWalk.polling_district == polling_district)
    return unit.session.scalars(query.order_by(KnockUpWalk.polling_district, KnockUpWalk.number)).all()


def walk_by_code(unit: UnitOfWork, code: str) -> KnockUpWalk | None:
    """The walk that a code opens, of any cut."""
    mine = (KnockUpWalk.organisation_id == unit.organisation_id, KnockUpWalk.code == code)
    return unit.session.scalar(select(KnockUpWalk).where(*mine))


def walks_beside(unit: UnitOfWork, walk: KnockUpWalk) -> Sequence[KnockUpWalk]:
    """The walks of the same cut of the same district, with the walk itself, by number."""
    query = select(KnockUpWalk).where(
        KnockUpWalk.organisation_id == unit.organisation_id, KnockUpWalk.cut_id == walk.cut_id
    )
    return unit.session.scalars(query.order_by(KnockUpWalk.number)).all()


def retire_walks(unit: UnitOfWork, campaign_id: uuid.UUID, polling_district: str, at: dt.datetime) -> None:
    """Let a district be cut anew."""
    unit.session.execute(
        update(KnockUpWalk)
        .where(
            KnockUpWalk.organisation_id == unit.organisation_id,
            KnockUpWalk.campaign_id == campaign_id,
            KnockUpWalk.polling_district == polling_district,
            KnockUpWalk.retired_at.is_(None),
        )
        .values(retired_at=at)
    )
