"""What was spent, for the return that a campaign owes after an election."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from dialer.domain.access import Permission, require
from dialer.domain.csv_cells import csv_line
from dialer.domain.errors import NotFound, ValidationFailed
from dialer.domain.spending import UNITS, SpendingLine
from dialer.services.context import Context
from dialer.store.models.calling import Campaign
from dialer.store.queries.message_doubt import InDoubt, in_doubt
from dialer.store.queries.spending import Asked, WaitingMonths, spending_lines, waiting_months

ZONE: Final = "Europe/London"
"""Whose days count for texts that belong to no campaign."""
RENT: Final = "number_rent"
COLUMNS: Final = (
    "campaign",
    "channel",
    "from",
    "count",
    "units",
    "unit",
    "currency",
    "by_our_prices",
    "cost",
    "first_day",
    "last_day",
)


@dataclass(frozen=True, slots=True)
class Period:
    """What is asked for: spending from one day to another, both counted, of one campaign or of all."""

    first: dt.date | None = None
    last: dt.date | None = None
    campaign_id: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class Total:
    """All of it in one currency."""

    currency: str
    reckoned: Decimal
    cost: Decimal


@dataclass(frozen=True, slots=True)
class Spending:
    """The lines, and what they add up to: amounts in different currencies can't be added."""

    lines: Sequence[SpendingLine]
    totals: Sequence[Total]
    in_doubt: InDoubt = field(default_factory=InDoubt)
    """What is in no line, whenever that was: emails of which nobody knows whether they went."""
    doubt_currency: str = ""
    waiting: Sequence[WaitingMonths] = ()
    """What is in no line either: months of our numbers, of this period, whose price isn't known yet."""


def add_up(ctx: Context, period: Period) -> Spending:
    """What texts and calls cost in a period. Who may see only some campaigns gets theirs.

    Raises ValidationFailed where the period ends before it begins.
    """
    require(ctx.actor, Permission.STATS_READ, campaign_id=period.campaign_id)
    if period.first and period.last and period.last < period.first:
        raise ValidationFailed.at("/to", "The last day is before the first.")
    of = ctx.actor.campaign_ids if period.campaign_id is None else {period.campaign_id}
    with ctx.unit() as unit:
        if period.campaign_id and not unit.session.get(Campaign, (unit.organisation_id, period.campaign_id)):
            raise NotFound
        asked = Asked(of, period.first, period.last, ZONE)
        lines = spending_lines(unit.session, unit.organisation_id, asked)
        waiting = waiting_months(unit.session, unit.organisation_id, asked)
        doubt = in_doubt(unit.session, unit.organisation_id, of)
    return Spending(lines, _totals(lines), doubt, ctx.messaging.currency, waiting)


def as_csv(found: Spending) -> Iterator[str]:
    """The lines as CSV, then months that wait for their price: with their days, and without an amount."""
    yield csv_line(COLUMNS)
    for line in found.lines:
        yield csv_line(
            (
                line.campaign,
                line.channel,
                line.sender,
                line.count,
                line.units,
                UNITS[line.channel],
                line.currency,
                f"{line.reckoned:.4f}",
                f"{line.cost:.4f}",
                line.first_day,
                line.last_day,
            )
        )
    for of in found.waiting:
        yield csv_line(
            (
                None,
                RENT,
                of.number,
                of.months,
                of.months,
                UNITS[RENT],
                None,
                None,
                None,
                of.first_day,
                of.last_day,
            )
        )


def _totals(lines: Sequence[SpendingLine]) -> list[Total]:
    added: defaultdict[str, list[SpendingLine]] = defaultdict(list)
    for line in lines:
        added[line.currency].append(line)
    return [
        Total(currency, sum((x.reckoned for x in of), Decimal(0)), sum((x.cost for x in of), Decimal(0)))
        for currency, of in sorted(added.items())
    ]
