"""Queues put in the order of their campaign's policy, chunk by chunk: numbers never tried, by points."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Final

from dialer.domain.access import Permission, require
from dialer.domain.call_policy import policy_of
from dialer.domain.languages import LanguageMatch
from dialer.services.context import Context
from dialer.store.models.calling import Campaign
from dialer.store.queries import queue_languages, queue_ordering
from dialer.store.queries.queue_ordering import Weighing
from dialer.store.session import UnitOfWork

CHUNK: Final = 5_000
"""How many numbers are looked at in one transaction: some tenths of a second."""
AT_ONCE: Final = 1_000
"""People of whom no more are weighed at once; with more, the queue is gone through in its turn."""


def order_wanted(
    unit: UnitOfWork,
    now: dt.datetime,
    campaign_ids: Sequence[uuid.UUID] | None,
    contact_ids: Sequence[uuid.UUID] | None,
) -> None:
    """Have numbers that came into the queue wait where the policy says: a few at once, many soon."""
    weighed = queue_ordering.with_points(unit, campaign_ids)
    if contact_ids is not None and len(contact_ids) <= AT_ONCE:
        for campaign in weighed:
            queue_ordering.order_of_people(unit, _weighing(campaign, now), contact_ids)
    elif weighed:
        queue_ordering.begin_order(unit, [campaign.id for campaign in weighed])


def order_again(unit: UnitOfWork, campaign: Campaign, now: dt.datetime) -> None:
    """Put a queue in order whose policy has changed: what fits in one chunk at once, the rest soon."""
    campaign.order_after = ""
    _order_some(unit, campaign, now)


def order_queues(ctx: Context) -> int:
    """Go on with every queue that is being put in order, by a chunk each; how many there are."""
    require(ctx.actor, Permission.SYSTEM_RUN)
    with ctx.unit() as unit:
        campaigns = queue_ordering.being_ordered(unit)
        for campaign in campaigns:
            _order_some(unit, campaign, ctx.now)
        return len(campaigns)


def order_all_again(ctx: Context) -> None:
    """Weigh everybody anew where points count: since they waited, people pledged, voted or were spoken to."""
    require(ctx.actor, Permission.SYSTEM_RUN)
    with ctx.unit() as unit:
        running = [one.id for one in queue_ordering.with_points(unit, None) if one.order_after is None]
        queue_ordering.begin_order(unit, running)


def _order_some(unit: UnitOfWork, campaign: Campaign, now: dt.datetime) -> None:
    after = campaign.order_after or ""
    done = queue_ordering.order_chunk(unit, _weighing(campaign, now), after, CHUNK)
    policy = policy_of(campaign.call_policy)
    if done.looked_at and policy.language_match is not LanguageMatch.OFF:
        queue_languages.learn_of_chunk(unit, campaign.id, policy.home_language, after, done.up_to)
    campaign.order_after = done.up_to if done.looked_at == CHUNK else None


def _weighing(campaign: Campaign, now: dt.datetime) -> Weighing:
    return Weighing(campaign.id, campaign.election_id, policy_of(campaign.call_policy), now)
