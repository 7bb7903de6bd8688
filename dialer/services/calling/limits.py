"""Nobody leafs through a list: limits on skipping, until a coordinator lets the volunteer go on."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import select

from dialer.domain.assignment import LIMIT_WINDOW, RecentUse, over_limit
from dialer.store.models.calling import Assignment, Campaign, Shift
from dialer.store.session import UnitOfWork

LOOK_BACK: Final = dt.timedelta(hours=26)
"""A day of 25 hours, and a lease: nothing older can have been skipped today."""


@dataclass(frozen=True, slots=True)
class Unfinished:
    """An assignment of today or late yesterday that ended without a result."""

    queue_entry_id: uuid.UUID
    state: str
    created_at: dt.datetime
    closed_at: dt.datetime


def unfinished(unit: UnitOfWork, shift: Shift, now: dt.datetime) -> Sequence[Unfinished]:
    """What this volunteer was given in the last day, and more, and did not bring a result of."""
    rows = unit.session.execute(
        select(
            Assignment.queue_entry_id, Assignment.state, Assignment.created_at, Assignment.closed_at
        ).where(
            Assignment.organisation_id == unit.organisation_id,
            Assignment.account_id == shift.account_id,
            Assignment.created_at > now - LOOK_BACK,
            Assignment.state.in_(("skipped", "expired")),
        )
    )
    return [Unfinished(row[0], row[1], row[2], row[3] or row[2]) for row in rows]


def is_limited(shift: Shift, before: Sequence[Unfinished], now: dt.datetime) -> bool:
    """Whether this volunteer (their shift locked) is over the limit; noted on the shift.

    It holds beyond its 15 minutes, and in later shifts: only a coordinator lifts it (contract §6).
    """
    if shift.limited_since is None and over_limit(_recent_use(shift, before, now)):
        shift.limited_since = now
    return shift.limited_since is not None


def skipped_today(before: Sequence[Unfinished], campaign: Campaign, now: dt.datetime) -> Sequence[uuid.UUID]:
    """The numbers skipped since midnight where the campaign is: not this volunteer's again today."""
    local = now.astimezone(ZoneInfo(campaign.timezone))
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    return [one.queue_entry_id for one in before if one.state == "skipped" and one.closed_at >= midnight]


def _recent_use(shift: Shift, before: Sequence[Unfinished], now: dt.datetime) -> RecentUse:
    since = now - LIMIT_WINDOW
    if shift.limits_from is not None:
        since = max(since, shift.limits_from)
    return RecentUse(
        skips=sum(one.state == "skipped" and one.closed_at > since for one in before),
        unanswered=sum(one.created_at > since for one in before),
    )
