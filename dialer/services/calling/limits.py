"""Nobody leafs through a list: limits on skipping, until a coordinator lets the volunteer go on."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from dialer.domain.assignment import LIMIT_WINDOW, RecentUse, over_limit
from dialer.store.models.calling import Assignment, Campaign, Shift
from dialer.store.session import UnitOfWork


def is_limited(unit: UnitOfWork, shift: Shift, now: dt.datetime) -> bool:
    """Whether this volunteer (their shift locked) is over the limit; noted on the shift.

    It holds beyond its 15 minutes, and in later shifts: only a coordinator lifts it (contract §6).
    """
    if shift.limited_since is None and over_limit(_recent_use(unit, shift, now)):
        shift.limited_since = now
    return shift.limited_since is not None


def skipped_today(
    unit: UnitOfWork, shift: Shift, campaign: Campaign, now: dt.datetime
) -> Sequence[uuid.UUID]:
    """The numbers this volunteer skipped since midnight where the campaign is: not theirs again today."""
    local = now.astimezone(ZoneInfo(campaign.timezone))
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    return unit.session.scalars(
        select(Assignment.queue_entry_id).where(
            Assignment.organisation_id == unit.organisation_id,
            Assignment.account_id == shift.account_id,
            Assignment.created_at >= midnight - dt.timedelta(days=1),
            Assignment.state == "skipped",
            Assignment.closed_at >= midnight,
        )
    ).all()


def _recent_use(unit: UnitOfWork, shift: Shift, now: dt.datetime) -> RecentUse:
    since = max(now - LIMIT_WINDOW, shift.limits_from or shift.started_at - LIMIT_WINDOW)
    row = unit.session.execute(
        select(
            func.count().filter(Assignment.state == "skipped", Assignment.closed_at > since).label("skips"),
            func.count().filter(Assignment.created_at > since).label("unanswered"),
        ).where(
            Assignment.organisation_id == unit.organisation_id,
            Assignment.account_id == shift.account_id,
            Assignment.created_at > since - LIMIT_WINDOW,
            Assignment.state.in_(("skipped", "expired")),
        )
    ).one()
    return RecentUse(row.skips, row.unanswered)
