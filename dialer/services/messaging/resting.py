"""For how long whoever heard from us, by whichever campaign, is left alone by blasts."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable

from dialer.domain.audience import longest_rest_s
from dialer.services.context import Context
from dialer.store.models.calling import Campaign
from dialer.store.queries.blast_terms import Terms


def recontact_after_s(ctx: Context, campaign: Campaign) -> int:
    """For how many seconds a campaign's blasts leave alone who heard from us."""
    return _of_campaign(ctx, campaign.recontact_after_s)


def rests_since(ctx: Context, terms: Iterable[Terms]) -> dict[uuid.UUID | None, dt.datetime]:
    """The blasts that leave somebody alone, and since when people may not have heard from us to get them."""
    found: dict[uuid.UUID | None, dt.datetime] = {}
    for one in terms:
        seconds = longest_rest_s(one.asked_s, _of_campaign(ctx, one.of_campaign_s))
        if seconds:
            found[one.blast_id] = ctx.now - dt.timedelta(seconds=seconds)
    return found


def _of_campaign(ctx: Context, own: int | None) -> int:
    return ctx.messaging.recontact_after_s if own is None else own
