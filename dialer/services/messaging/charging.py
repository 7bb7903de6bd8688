"""What texts cost, added to their campaigns and blasts in the transaction in which they were accepted."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from dialer.services.budget import stop_when_spent
from dialer.services.context import Context
from dialer.services.messaging.figures import BLAST
from dialer.services.messaging.progress import ACCEPTED, SPENT, bump_pace
from dialer.store.queries import counters, message_outcomes
from dialer.store.session import UnitOfWork


@dataclass(frozen=True, slots=True)
class Cost:
    """What one text cost, and what it belongs to."""

    blast_id: uuid.UUID | None
    campaign_id: uuid.UUID | None
    purpose: str | None
    amount: Decimal


def charge(ctx: Context, unit: UnitOfWork, costs: Iterable[Cost]) -> None:
    """Add up what was just accepted. Campaigns come last and in one order, since many wait for their rows."""
    by_campaign: defaultdict[uuid.UUID, Decimal] = defaultdict(Decimal)
    by_blast: defaultdict[uuid.UUID, list[Decimal]] = defaultdict(list)
    for cost in costs:
        if cost.campaign_id is not None:
            by_campaign[cost.campaign_id] += cost.amount
        if cost.blast_id is not None and cost.purpose == BLAST:
            by_blast[cost.blast_id].append(cost.amount)
    for blast_id, amounts in by_blast.items():
        counters.bump(unit, "blast", blast_id, SPENT, int(sum(amounts) * 10_000))
        counters.bump(unit, "blast", blast_id, ACCEPTED, len(amounts))
        bump_pace(unit, blast_id, ctx.now, len(amounts))
    for campaign_id in sorted(by_campaign):
        message_outcomes.spend(unit, campaign_id, by_campaign[campaign_id])
    if by_campaign:
        stop_when_spent(ctx, unit)
