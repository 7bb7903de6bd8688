"""How many of the people on a campaign's lists can be called at all, before it starts and as it goes on."""

from __future__ import annotations

import datetime as dt
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from dialer.domain.access import Permission
from dialer.domain.errors import RateLimited
from dialer.services.calling.kept_counts import KeptCounts
from dialer.services.calling.reach import reach_campaign
from dialer.services.context import Context
from dialer.store.queries import callable_people as queries
from dialer.store.session import UnitOfWork

COUNTED_AT_ONCE: Final = 20_000
"""As many are counted for a page, in some tens of milliseconds; a million takes seconds, for whoever asks."""
ASK_AGAIN_S: Final = 5
"""When to ask again for a count that is under way."""


@dataclass(frozen=True, slots=True)
class CallablePeople:
    """`people` are on the lists, each once; `can_be_called` of them, on `numbers` (a household shares one);
    `why_not` has the others. What passes, such as the hour or a rest, isn't looked at.
    """

    people: int
    can_be_called: int
    numbers: int
    why_not: Mapping[str, int]
    at: dt.datetime
    """When they were counted: a minute ago or longer, where counting takes longer than two seconds."""


@dataclass(frozen=True, slots=True)
class LastCount:
    """What is known of a campaign's people without counting them."""

    found: CallablePeople | None = None
    under_way: bool = False
    """They are being counted at this moment, for somebody else."""


COUNTS: Final[KeptCounts[CallablePeople]] = KeptCounts()


def callable_people(ctx: Context, campaign_id: uuid.UUID, *, however_many: bool = True) -> LastCount:
    """Count them, or take what was counted in the last minute; nothing where somebody else is counting and
    none was counted before. Unless `however_many`, lists too long for a page to wait aren't counted.
    """
    key = (ctx.organisation_id, campaign_id)
    with ctx.unit() as unit:
        reach_campaign(ctx, unit, campaign_id, Permission.STATS_READ)
        sizes = queries.list_sizes(unit, campaign_id)
        lists, is_long = frozenset(sizes), sum(sizes.values()) > COUNTED_AT_ONCE
        if is_long and not however_many and COUNTS.is_due(key, lists, ctx.now):
            return LastCount()
        if not COUNTS.begin(key, lists, ctx.now):
            return LastCount(COUNTS.last(key, lists), under_way=COUNTS.is_under_way(key))
        found, began = None, time.monotonic()
        try:
            found = _count(unit, campaign_id, ctx.now)
        finally:
            COUNTS.end(key, lists, ctx.now, time.monotonic() - began, found)
        return LastCount(found)


def last_counted(ctx: Context, campaign_id: uuid.UUID) -> LastCount:
    """What was counted last, however long ago: never counts."""
    key = (ctx.organisation_id, campaign_id)
    with ctx.unit() as unit:
        reach_campaign(ctx, unit, campaign_id, Permission.STATS_READ)
        lists = frozenset(queries.list_sizes(unit, campaign_id))
    return LastCount(COUNTS.last(key, lists), under_way=COUNTS.is_under_way(key))


def counted_people(ctx: Context, campaign_id: uuid.UUID) -> CallablePeople:
    """As `callable_people`, for callers who can't do with less: `RateLimited` tells when to ask again."""
    last = callable_people(ctx, campaign_id)
    if last.found is not None:
        return last.found
    if last.under_way:
        said = "These people are being counted for somebody else. Ask again in a moment."
        raise RateLimited(said, retry_after_s=ASK_AGAIN_S)
    raise RateLimited("The last count of these people didn’t come to an end. Ask again in some minutes.")


def _count(unit: UnitOfWork, campaign_id: uuid.UUID, now: dt.datetime) -> CallablePeople:
    rows = {row.why_not: row for row in queries.people_by_call(unit, campaign_id)}
    free = rows.pop("", None)
    why_not = {reason: int(row.people) for reason, row in sorted(rows.items())}
    count = int(free.people) if free else 0
    return CallablePeople(
        people=count + sum(why_not.values()),
        can_be_called=count,
        numbers=int(free.numbers) if free else 0,
        why_not=why_not,
        at=now,
    )
