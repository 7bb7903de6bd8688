"""For how long whoever heard from us, by whichever campaign, is left alone by blasts."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection

from dialer.domain.audience import longest_rest_s
from dialer.services.context import Context
from dialer.store.models.calling import Campaign
from dialer.store.queries.blast_rests import rests_of
from dialer.store.session import UnitOfWork


def recontact_after_s(ctx: Context, campaign: Campaign) -> int:
    """For how many seconds a campaign's blasts leave alone who heard from us."""
    return _of_campaign(ctx, campaign.recontact_after_s)


def rests_since(
    ctx: Context, unit: UnitOfWork, blast_ids: Collection[uuid.UUID | None]
) -> dict[uuid.UUID | None, dt.datetime]:
    """The blasts that leave somebody alone, and since when people may not have heard from us to get them."""
    found: dict[uuid.UUID | None, dt.datetime] = {}
    for rest in rests_of(unit, blast_ids) if blast_ids else ():
        seconds = longest_rest_s(rest.asked_s, _of_campaign(ctx, rest.of_campaign_s))
        if seconds:
            found[rest.blast_id] = ctx.now - dt.timedelta(seconds=seconds)
    return found


def _of_campaign(ctx: Context, own: int | None) -> int:
    return ctx.messaging.recontact_after_s if own is None else own
