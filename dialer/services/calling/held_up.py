"""Volunteers who passed over too many people and wait for a coordinator's word (contract §6)."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on

from dialer.domain.access import Permission, require
from dialer.services.context import Context
from dialer.store.models.calling import Shift


@dataclass(frozen=True, slots=True)
class HeldUp:
    """A volunteer who is handed nobody, since when, and the shift that `let_go_on` takes."""

    volunteer_id: uuid.UUID
    shift_id: uuid.UUID
    campaign_id: uuid.UUID
    since: dt.datetime


def held_up_volunteers(ctx: Context) -> list[HeldUp]:
    """Everybody in reach who is held up, the longest first. A limit outlives the shift it came from, so
    the latest shift tells.
    """
    require(ctx.actor, Permission.VOLUNTEER_READ)
    latest = (
        select(Shift)
        .ext(distinct_on(Shift.account_id))
        .where(Shift.organisation_id == ctx.organisation_id)
        .order_by(Shift.account_id, Shift.started_at.desc())
    )
    with ctx.unit() as unit:
        shifts = unit.session.scalars(latest)
        found = [
            HeldUp(shift.account_id, shift.id, shift.campaign_id, shift.limited_since)
            for shift in shifts
            if shift.limited_since is not None and ctx.actor.sees_campaign(shift.campaign_id)
        ]
    return sorted(found, key=lambda held: held.since)
