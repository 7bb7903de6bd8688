"""What texts cost, added to their campaigns and blasts in the transaction in which they were accepted, and
put right in the one in which the carrier told its own figure.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy.engine import Row

from dialer.carrier.port import CarrierMessage
from dialer.domain.message import ALONE
from dialer.domain.money import IN_ONE
from dialer.services.budget import spend_alone, stop_when_spent
from dialer.services.context import Context
from dialer.services.messaging.figures import BLAST
from dialer.services.messaging.progress import ACCEPTED, bump_pace, spent_in
from dialer.store.queries import counters, message_prices
from dialer.store.queries.campaign_spending import Turns, spend
from dialer.store.queries.message_prices import Billed
from dialer.store.queries.text_spending import Place, Spent, place_of
from dialer.store.session import UnitOfWork


@dataclass(frozen=True, slots=True)
class Cost:
    """What a text cost, or several that are alike, what it belongs to, when it was sent and from where.
    Of one that costs something else than before, `spent` is the difference.
    """

    blast_id: uuid.UUID | None
    campaign_id: uuid.UUID | None
    purpose: str | None
    sender: str | None
    currency: str
    sent_at: dt.datetime
    spent: Spent

    @classmethod
    def of_row(cls, row: Row[Any], texts: int = 1) -> Cost:
        """From a row that tells of a text, or of several together, that cost something from now on."""
        return cls(
            row.blast_id,
            row.campaign_id,
            row.purpose,
            row.sender,
            row.cost_currency,
            row.sent_at,
            Spent(texts, row.segments, row.reckoned, row.cost),
        )

    @property
    def amount(self) -> Decimal:
        """In its currency."""
        return self.spent.cost

    @property
    def place(self) -> Place:
        """Where it belongs among what texts have cost."""
        return place_of(self.campaign_id, self.sender or "", self.currency, self.sent_at)


def charge(ctx: Context, unit: UnitOfWork, costs: Iterable[Cost]) -> None:
    """Add up what was just accepted."""
    costs = list(costs)
    _spend(ctx, unit, costs, "uncapped")
    accepted: Counter[uuid.UUID] = Counter()
    for cost in costs:
        if cost.purpose == BLAST and cost.blast_id is not None:
            accepted[cost.blast_id] += cost.spent.texts
    for blast_id, count in accepted.items():
        counters.bump(unit, BLAST, blast_id, ACCEPTED, count)
        bump_pace(unit, blast_id, ctx.now, count)


def correct(ctx: Context, unit: UnitOfWork, messages: Iterable[CarrierMessage]) -> None:
    """Let texts cost what the carrier says that they did, where it has settled that, and the sums follow.

    What it bills in another currency than ours can't be added up, and stays as it was reckoned.
    """
    billed = [Billed(each.sid, each.price, each.currency, each.segments) for each in messages]
    if billed:
        rows = message_prices.correct_costs(unit, billed)
        _spend(ctx, unit, [_difference(row) for row in rows], "never")


def _difference(row: Row[Any]) -> Cost:
    spent = Spent(0, row.more_segments, row.more_reckoned, row.difference)
    of = (row.blast_id, row.campaign_id, row.purpose, row.sender, row.cost_currency, row.sent_at)
    return Cost(*of, spent)


def _spend(ctx: Context, unit: UnitOfWork, costs: Sequence[Cost], turns: Turns) -> None:
    """Add amounts to what blasts and campaigns have cost, those of each currency by themselves.

    Campaigns come last and in one order, since many wait for their rows.
    """
    counters.bump_spending(unit, ((cost.place, cost.spent) for cost in costs))
    by_campaign: defaultdict[tuple[uuid.UUID, str], Decimal] = defaultdict(Decimal)
    alone: defaultdict[str, Decimal] = defaultdict(Decimal)
    by_blast: defaultdict[tuple[uuid.UUID, str], Decimal] = defaultdict(Decimal)
    for cost in costs:
        if cost.campaign_id is not None:
            by_campaign[cost.campaign_id, cost.currency] += cost.amount
        elif cost.purpose in ALONE:
            alone[cost.currency] += cost.amount
        if cost.blast_id is not None and cost.purpose == BLAST:
            by_blast[cost.blast_id, cost.currency] += cost.amount
    for (blast_id, currency), amount in by_blast.items():
        counters.bump(unit, BLAST, blast_id, spent_in(currency), int(amount * IN_ONE))
    for campaign_id, currency in sorted(by_campaign):
        spend(unit, campaign_id, by_campaign[campaign_id, currency], currency, turns)
    for currency, amount in alone.items():
        spend_alone(unit, amount, currency)
    if by_campaign or alone:
        stop_when_spent(ctx, unit)
