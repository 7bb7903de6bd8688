"""What one volunteer did: shifts, calls, talks and time, for whoever looks after them."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import and_, func, select

from dialer.domain.access import Permission, require
from dialer.services.accounts.volunteers import get_volunteer
from dialer.services.context import Context
from dialer.store.models.calling import Campaign, Shift

SHOWN: Final = 20
"""The latest shifts that are named one by one."""


@dataclass(frozen=True, slots=True)
class PastShift:
    """One shift; `ended_at` is None while it goes on."""

    id: uuid.UUID
    campaign_id: uuid.UUID
    campaign: str
    started_at: dt.datetime
    ended_at: dt.datetime | None
    calls: int
    talks: int


@dataclass(frozen=True, slots=True)
class VolunteerPast:
    """All of somebody’s shifts in reach added up, and the latest of them. `time_s` is from their beginnings
    to their ends, breaks and all.
    """

    sessions_count: int
    calls: int
    talks: int
    time_s: int
    sessions: Sequence[PastShift]


def past_of_volunteer(ctx: Context, volunteer_id: uuid.UUID) -> VolunteerPast:
    """What a volunteer did in the campaigns that the actor sees. Raises NotFound when out of reach."""
    require(ctx.actor, Permission.VOLUNTEER_READ)
    get_volunteer(ctx, volunteer_id)
    theirs = [Shift.organisation_id == ctx.organisation_id, Shift.account_id == volunteer_id]
    if ctx.actor.campaign_ids is not None:
        theirs.append(Shift.campaign_id.in_(ctx.actor.campaign_ids))
    lasted = func.extract("epoch", func.coalesce(Shift.ended_at, ctx.now) - Shift.started_at)
    with ctx.unit() as unit:
        count, calls, talks, time_s = unit.session.execute(
            select(func.count(), func.sum(Shift.calls), func.sum(Shift.talks), func.sum(lasted)).where(
                *theirs
            )
        ).one()
        latest = unit.session.execute(
            select(Shift, Campaign.name)
            .join(
                Campaign,
                and_(Campaign.organisation_id == Shift.organisation_id, Campaign.id == Shift.campaign_id),
            )
            .where(*theirs)
            .order_by(Shift.started_at.desc(), Shift.id.desc())
            .limit(SHOWN)
        )
        shifts = [
            PastShift(
                shift.id,
                shift.campaign_id,
                name,
                shift.started_at,
                shift.ended_at,
                shift.calls,
                shift.talks,
            )
            for shift, name in latest
        ]
    return VolunteerPast(count, calls or 0, talks or 0, int(time_s or 0), shifts)
