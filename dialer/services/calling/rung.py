"""How the calls went that we put through for a campaign: figures by state."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from dialer.domain.access import Permission
from dialer.services.calling.reach import reach_campaign
from dialer.services.context import Context
from dialer.store.queries.calls import count_rung


def rung_calls(ctx: Context, campaign_id: uuid.UUID) -> Mapping[str, int]:
    """The campaign's ring-me calls by state."""
    with ctx.unit() as unit:
        campaign = reach_campaign(ctx, unit, campaign_id, Permission.STATS_READ)
        return count_rung(unit, campaign.id)
