"""People called anew: first seen by number and reason, then done with that very number, and audited."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dialer.domain.access import Permission
from dialer.domain.errors import Conflict, InvalidTransition, ValidationFailed
from dialer.domain.recycling import TRIED_MOST, Recycling, recycling_faults
from dialer.services.calling.reach import reach_campaign
from dialer.services.contention import again_after_deadlock
from dialer.services.context import Context
from dialer.store.models.calling import Campaign
from dialer.store.queries.recycling import judge_recycling, renew
from dialer.store.session import UnitOfWork


@dataclass(frozen=True, slots=True)
class RecyclingView:
    """What a recycling does, or did."""

    numbers: int
    back: Mapping[str, int]
    """Numbers that come back, by the last outcome of whoever does."""
    stays: Mapping[str, int]
    """Numbers that don't, by why."""
    wish: Recycling


def preview_recycling(
    ctx: Context,
    campaign_id: uuid.UUID,
    dispositions: Sequence[str],
    quiet_for_s: int | None = None,
    tried_max: int | None = None,
) -> RecyclingView:
    """Who would come back now, and why the others don't. Without `quiet_for_s` the campaign's gap, without
    `tried_max` twice its attempts.
    """
    with ctx.unit() as unit:
        campaign = reach_campaign(ctx, unit, campaign_id, Permission.CAMPAIGN_MANAGE)
        return _judged(ctx, unit, campaign, _wish(campaign, dispositions, quiet_for_s, tried_max))


@again_after_deadlock
def recycle(
    ctx: Context,
    campaign_id: uuid.UUID,
    expected_numbers: int,
    dispositions: Sequence[str],
    *,
    quiet_for_s: int | None = None,
    tried_max: int | None = None,
) -> RecyclingView:
    """Let them wait again, behind numbers never tried; what was recorded is kept.

    Another number than somebody saw: `Conflict`; so the same again changes nothing. In a campaign that
    doesn't run: `InvalidTransition`.
    """
    with ctx.unit() as unit:
        campaign = reach_campaign(ctx, unit, campaign_id, Permission.CAMPAIGN_MANAGE)
        unit.session.refresh(campaign, with_for_update={"key_share": True})
        if campaign.state not in {"active", "paused"}:
            raise InvalidTransition("Only in a campaign that runs are people called.", state=campaign.state)
        found = _judged(ctx, unit, campaign, _wish(campaign, dispositions, quiet_for_s, tried_max))
        if found.numbers != expected_numbers:
            raise Conflict(
                f"It’s {found.numbers:,} numbers now, not {expected_numbers:,}. Look again first.",
                numbers=found.numbers,
                expected_numbers=expected_numbers,
            )
        done = renew(unit, campaign, found.wish, ctx.now)
        changes = {"numbers": done.numbers, "people": done.people, "dispositions": [*dispositions]}
        ctx.audit(unit, "campaign.recycled", "campaign", campaign.id, changes)
        return found


def _wish(
    campaign: Campaign, dispositions: Sequence[str], quiet_for_s: int | None, tried_max: int | None
) -> Recycling:
    usual = min(2 * campaign.max_attempts, TRIED_MOST)
    wish = Recycling(
        dispositions,
        campaign.retry_after_s if quiet_for_s is None else quiet_for_s,
        usual if tried_max is None else tried_max,
    )
    if faults := recycling_faults(wish):
        raise ValidationFailed(errors=faults)
    return wish


def _judged(ctx: Context, unit: UnitOfWork, campaign: Campaign, wish: Recycling) -> RecyclingView:
    rows = judge_recycling(unit, campaign, wish, ctx.now)
    back = {row.reason: row.numbers for row in rows if row.back}
    stays = {row.reason: row.numbers for row in rows if not row.back}
    return RecyclingView(sum(back.values()), back, stays, wish)
