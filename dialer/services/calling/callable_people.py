"""How many of the people on a campaign's lists can be called at all, before it starts and as it goes on."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from dialer.domain.access import Permission
from dialer.services.calling.reach import reach_campaign
from dialer.services.context import Context
from dialer.store.queries import callable_people as queries

COUNTED_AT_ONCE: Final = 20_000
"""As many are counted for a page, in some tens of milliseconds; a million takes seconds, for whoever asks."""


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


def callable_people(
    ctx: Context, campaign_id: uuid.UUID, *, however_many: bool = True
) -> CallablePeople | None:
    """Count them now; unless `however_many`, None where the lists are too long for a page to wait."""
    with ctx.unit() as unit:
        reach_campaign(ctx, unit, campaign_id, Permission.STATS_READ)
        if not however_many and queries.people_on_lists(unit, campaign_id) > COUNTED_AT_ONCE:
            return None
        rows = {row.why_not: row for row in queries.people_by_call(unit, campaign_id)}
    free = rows.pop("", None)
    why_not = {reason: int(row.people) for reason, row in sorted(rows.items())}
    count = int(free.people) if free else 0
    return CallablePeople(
        people=count + sum(why_not.values()),
        can_be_called=count,
        numbers=int(free.numbers) if free else 0,
        why_not=why_not,
        at=ctx.now,
    )
