"""Nobody leafs through a list: limits on skipping, until a coordinator lets the volunteer go on."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import and_, bindparam, exists, literal_column, or_, select

from dialer.domain.assignment import LIMIT_WINDOW, RecentUse, over_limit
from dialer.store.models.calling import Assignment, Campaign, Shift
from dialer.store.session import UnitOfWork

LOOK_BACK: Final = dt.timedelta(hours=26)
"""A day of 25 hours, and a lease: nothing older can have been skipped today."""


_LEFT: Final = Assignment.state.in_((literal_column("'skipped'"), literal_column("'expired'")))
"""As the index has it that only they are in: no value that a plan must be right for whatever it is."""

_WITHOUT_RESULT = select(Assignment).where(
    Assignment.organisation_id == bindparam("organisation_id"),
    Assignment.account_id == bindparam("account_id"),
    or_(
        and_(Assignment.state == "open", Assignment.shift_id == bindparam("shift_id")),
        and_(_LEFT, Assignment.created_at > bindparam("since")),
    ),
)
_OF_SHIFT: Final = Assignment.organisation_id == Shift.organisation_id
HAS_WITHOUT_RESULT: Final = or_(
    exists().where(_OF_SHIFT, Assignment.shift_id == Shift.id, Assignment.state == literal_column("'open'")),
    exists().where(
        _OF_SHIFT,
        Assignment.account_id == Shift.account_id,
        _LEFT,
        Assignment.created_at > bindparam("since"),
    ),
)
"""Whether there is anything of it (`without_result`) for a shift that is read in the same statement."""


def without_result(unit: UnitOfWork, shift: Shift, now: dt.datetime) -> Sequence[Assignment]:
    """What this volunteer was given in the last day, and a bit more, and brought no result of; what their
    shift (locked) has open is among it."""
    asked = {
        "organisation_id": unit.organisation_id,
        "account_id": shift.account_id,
        "shift_id": shift.id,
        "since": now - LOOK_BACK,
    }
    return unit.session.scalars(_WITHOUT_RESULT, asked).all()


def is_limited(shift: Shift, before: Sequence[Assignment], now: dt.datetime) -> bool:
    """Whether this volunteer (their shift locked) is over the limit; noted on the shift.

    It holds beyond its 15 minutes, and in later shifts: only a coordinator lifts it (contract §6).
    """
    if shift.limited_since is None and over_limit(_recent_use(shift, before, now)):
        shift.limited_since = now
    return shift.limited_since is not None


def skipped_today(before: Sequence[Assignment], campaign: Campaign, now: dt.datetime) -> Sequence[uuid.UUID]:
    """The numbers skipped since midnight where the campaign is: not this volunteer's again today."""
    local = now.astimezone(ZoneInfo(campaign.timezone))
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    return [one.queue_entry_id for one in before if _skipped_since(one, midnight)]


def _recent_use(shift: Shift, before: Sequence[Assignment], now: dt.datetime) -> RecentUse:
    since = now - LIMIT_WINDOW
    if shift.limits_from is not None:
        since = max(since, shift.limits_from)
    return RecentUse(
        skips=sum(_skipped_since(one, since) for one in before),
        unanswered=sum(one.state != "open" and one.created_at > since for one in before),
    )


def _skipped_since(assignment: Assignment, moment: dt.datetime) -> bool:
    closed_at = assignment.closed_at
    return assignment.state == "skipped" and closed_at is not None and closed_at > moment
