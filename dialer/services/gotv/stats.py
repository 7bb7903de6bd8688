"""Figures of a campaign and of the organisation, from counters (contract §12)."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final

from dialer.domain.access import Permission, require
from dialer.domain.errors import NotFound
from dialer.domain.pledge import PLEDGED, SUPPORTS
from dialer.domain.stats import ATTEMPTS, dispositions, messages, support_name
from dialer.services.context import Context
from dialer.services.gotv.elections import current_election
from dialer.store.models.calling import Campaign
from dialer.store.queries import campaign_figures, counters, transfers
from dialer.store.session import UnitOfWork

_HOUR: Final = dt.timedelta(hours=1)
_USUAL_CURRENCY: Final = "GBP"


@dataclass(frozen=True, slots=True)
class Spent:
    """An amount of money."""

    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class CampaignStats:
    """Figures that equal what the lists show when nothing is moving.

    `attempts` are results of people who were rung, `contacted` talks, `dispositions` results by slug after
    corrections; `support` people by 1 to 5, `pledges` those of 1 and 2; `calls_per_hour` attempts of the
    last 60 minutes; `messages` are texts sent for it, by state. `sessions` are the shifts that go on, by
    state, and `help_asked` how many volunteers have asked for help that nobody has given yet; `transfers` are
    people who were to be put through to somebody else, by what came of it.
    """

    contacts: int
    attempts: int
    contacted: int
    dispositions: Mapping[str, int]
    support: Mapping[int, int]
    pledges: int
    sessions_now: int
    sessions: Mapping[str, int]
    help_asked: int
    calls_per_hour: int
    spent: Spent
    messages: Mapping[str, int] = field(default_factory=dict)
    transfers: Mapping[str, int] = field(default_factory=dict)
    campaign_id: uuid.UUID | None = None
    """None: all campaigns together."""


def campaign_stats(ctx: Context, campaign_id: uuid.UUID) -> CampaignStats:
    """Figures of one campaign; support and pledges are those learned in it."""
    require(ctx.actor, Permission.STATS_READ, campaign_id=campaign_id)
    with ctx.unit() as unit:
        if unit.session.get(Campaign, (unit.organisation_id, campaign_id)) is None:
            raise NotFound
        return replace(_of_campaigns(ctx, unit, [campaign_id]), campaign_id=campaign_id)


def organisation_stats(ctx: Context) -> CampaignStats:
    """Figures of all campaigns together: everybody on the lists, support in the current election.

    Who may see only some campaigns gets theirs added up.
    """
    require(ctx.actor, Permission.STATS_READ)
    with ctx.unit() as unit:
        if ctx.actor.campaign_ids is not None:
            return _of_campaigns(ctx, unit, sorted(ctx.actor.campaign_ids))
        campaigns = campaign_figures.campaign_ids(unit.session, unit.organisation_id)
        people = campaign_figures.people_count(unit.session, unit.organisation_id)
        known = counters.read(unit, "election", [current_election(unit).id])
        results = counters.read(unit, "campaign", campaigns)
        return _stats(ctx, unit, campaigns, people, results=results, known=known)


def _of_campaigns(ctx: Context, unit: UnitOfWork, campaigns: Sequence[uuid.UUID]) -> CampaignStats:
    people = campaign_figures.audience_count(unit.session, unit.organisation_id, campaigns)
    figures = counters.read(unit, "campaign", campaigns)
    return _stats(ctx, unit, campaigns, people, results=figures, known=figures)


def _stats(
    ctx: Context,
    unit: UnitOfWork,
    campaigns: Sequence[uuid.UUID],
    people: int,
    *,
    results: dict[str, int],
    known: dict[str, int],
) -> CampaignStats:
    where = (unit.session, unit.organisation_id, campaigns)
    by_slug = dispositions(results)
    support = {level: known.get(support_name(level), 0) for level in SUPPORTS}
    shifts = campaign_figures.open_shifts(*where)
    return CampaignStats(
        contacts=people,
        attempts=results.get(ATTEMPTS, 0),
        contacted=by_slug.get("contacted", 0),
        dispositions=by_slug,
        support=support,
        pledges=sum(support[level] for level in PLEDGED),
        sessions_now=sum(shifts.values()),
        sessions=shifts,
        help_asked=campaign_figures.help_asked(*where),
        calls_per_hour=campaign_figures.attempts_since(*where, ctx.now - _HOUR),
        spent=_spent(campaign_figures.spent_by_currency(*where)),
        messages=messages(results),
        transfers=transfers.count_by_state(unit, campaigns),
    )


def _spent(by_currency: Mapping[str, Decimal]) -> Spent:
    """Amounts of different currencies don't add up: the one that most campaigns use is shown."""
    currency = next(iter(by_currency), _USUAL_CURRENCY)
    return Spent(by_currency.get(currency, Decimal(0)), currency)
