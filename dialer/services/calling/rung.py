"""How the calls went that we put through for a campaign: figures by state."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from dialer.domain.access import Permission
from dialer.domain.ringing import REFUSED
from dialer.services.calling.reach import reach_campaign
from dialer.services.context import Context
from dialer.store.queries.calls import count_rung, last_decided


@dataclass(frozen=True, slots=True)
class NotTaken:
    """The carrier took no call: the number we ring from, and the carrier's code for why."""

    caller_id: str
    code: int | None


def rung_calls(ctx: Context, campaign_id: uuid.UUID) -> Mapping[str, int]:
    """The campaign's ring-me calls by state."""
    with ctx.unit() as unit:
        campaign = reach_campaign(ctx, unit, campaign_id, Permission.STATS_READ)
        return count_rung(unit, campaign.id)


def refused_lately(ctx: Context, campaign_id: uuid.UUID) -> NotTaken | None:
    """Why the carrier refused the campaign's last ring-me call; None where it took it."""
    with ctx.unit() as unit:
        campaign = reach_campaign(ctx, unit, campaign_id, Permission.STATS_READ)
        last = last_decided(unit, campaign.id)
        if last is None or last.end_reason != REFUSED:
            return None
        return NotTaken(last.caller_id, last.error_code)
