"""People who were greeted, and volunteers who became free meanwhile."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence

from sqlalchemy import func, select

from dialer.domain.call import DIALLED
from dialer.store.models.calling import Shift
from dialer.store.models.calls import Call
from dialer.store.session import UnitOfWork


def first_greeted(
    unit: UnitOfWork, campaign_id: uuid.UUID, since: dt.datetime, most: int, *, lock: bool = False
) -> Sequence[Call]:
    """Those who answered since then, were greeted, wait to be joined and weren't called in, the first first;
    to `lock` them leaves out whoever is being decided on at this moment.
    """
    query = (
        select(Call)
        .where(
            Call.organisation_id == unit.organisation_id,
            Call.campaign_id == campaign_id,
            Call.mode == DIALLED,
            Call.state == "in_progress",
            Call.greeted_at.is_not(None),
            Call.joined_at.is_(None),
            Call.called_in_at.is_(None),
            Call.answered_at >= since,
        )
        .order_by(Call.answered_at, Call.id)
        .limit(most)
    )
    return unit.session.scalars(query.with_for_update(skip_locked=True) if lock else query).all()


def waiting(unit: UnitOfWork, campaign_id: uuid.UUID) -> int:
    """How many volunteers are ready on their line."""
    query = select(func.count()).where(
        Shift.organisation_id == unit.organisation_id,
        Shift.campaign_id == campaign_id,
        Shift.state == "ready",
        Shift.line_state == "open",
        Shift.moving_to.is_(None),
    )
    return unit.session.scalar(query) or 0
