"""The leaderboard of a campaign that has switched one on: counted for all who look, not for each."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from dialer.domain.leaderboard import Leaderboard, Talked, first_name, leaderboard
from dialer.services.accounts.being_named import be_named
from dialer.services.calling.reach import volunteer_id
from dialer.services.context import Context
from dialer.store.models.accounts import Account
from dialer.store.models.calling import Campaign
from dialer.store.queries.talks_of import talks_by_volunteer
from dialer.store.session import UnitOfWork

KEPT_FOR: Final = dt.timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class _Kept:
    since: dt.datetime
    at: dt.datetime
    talked: Sequence[Talked]


_KEPT: Final[dict[tuple[uuid.UUID, uuid.UUID], _Kept]] = {}
"""Of this process, by organisation and campaign."""


def board_of(ctx: Context, unit: UnitOfWork, campaign: Campaign, midnight: dt.datetime) -> Leaderboard | None:
    """As the actor reads it; None where the campaign has none. Its counts are up to five seconds old."""
    if not campaign.leaderboard:
        return None
    me = volunteer_id(ctx)
    account = unit.session.get_one(Account, (unit.organisation_id, me))
    return leaderboard(_talked(ctx, unit, campaign.id, midnight), me, out=not account.on_leaderboards)


def name_me(ctx: Context, *, wanted: bool) -> None:
    """Be named on leaderboards, or not: this process tells it at once, the others within five seconds."""
    be_named(ctx, wanted=wanted)
    for key in [key for key in list(_KEPT) if key[0] == ctx.organisation_id]:
        _KEPT.pop(key, None)


def _talked(
    ctx: Context, unit: UnitOfWork, campaign_id: uuid.UUID, midnight: dt.datetime
) -> Sequence[Talked]:
    key = (unit.organisation_id, campaign_id)
    kept = _KEPT.get(key)
    # Requests that began before the count did are no reason to count again.
    if kept is not None and kept.since == midnight and abs(ctx.now - kept.at) < KEPT_FOR:
        return kept.talked
    found = talks_by_volunteer(unit, campaign_id, midnight)
    talked = [Talked(account_id, first_name(name), talks) for account_id, name, talks in found]
    _KEPT[key] = _Kept(midnight, ctx.now, talked)
    return talked
