"""How many numbers a campaign has left: counted when somebody asks, and of a long queue not every time."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Final, Literal

from dialer.store.models.queue import NumbersLeft
from dialer.store.queries import live_board as queries
from dialer.store.session import UnitOfWork

Horizon = Literal["hours", "day"]
"""Until when numbers count as due: the end of the hours in which may be called, or a day from now."""

COUNTED_AT_ONCE: Final = 20_000
"""So many are counted in some milliseconds, a million in a few tenths of a second."""
KEPT: Final = dt.timedelta(seconds=15)


@dataclass(frozen=True, slots=True)
class Left:
    """`due` may be called before the horizon, or are in somebody's hands; `resting` only later."""

    due: int
    resting: int
    at: dt.datetime
    """When that was counted."""


def numbers_left(
    unit: UnitOfWork, campaign_id: uuid.UUID, horizon: Horizon, until: dt.datetime, now: dt.datetime
) -> Left:
    """Of a short queue as it stands now; of a long one as it stood at most `KEPT` ago, or a little longer
    while somebody else is just counting it.
    """
    kept = unit.session.get(NumbersLeft, (unit.organisation_id, campaign_id, horizon))
    before = Left(kept.due, kept.resting, kept.at) if kept and abs(until - kept.until) <= 2 * KEPT else None
    if before is not None and now - before.at <= KEPT:
        return before
    mine = queries.may_count(unit, campaign_id, horizon)
    if before is not None and not mine:
        return before
    due, resting = queries.numbers_left(unit, campaign_id, until)
    if mine and due + resting > COUNTED_AT_ONCE:
        queries.keep_left(unit, campaign_id, horizon, until=until, due=due, resting=resting, at=now)
    return Left(due, resting, now)
