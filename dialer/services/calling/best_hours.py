"""When people pick up: learned every quarter of an hour, used for retries where a campaign wants it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from sqlalchemy import select

from dialer.domain.access import Permission, require
from dialer.domain.best_hours import Hours, Picked, Slot, best_moment, slot_of
from dialer.domain.call_policy import policy_of
from dialer.domain.penetration import UNANSWERED
from dialer.domain.queue_order import Place
from dialer.domain.quiet_hours import is_quiet, zones_of_number
from dialer.domain.retry import Attempt
from dialer.services.calling.facts import calling_rules
from dialer.services.calling.reach import reach_campaign
from dialer.services.context import Context
from dialer.store.models.calling import Campaign
from dialer.store.queries import answer_hours as queries


def answer_hours(ctx: Context, campaign_id: uuid.UUID) -> Hours:
    """When a campaign's people picked up so far, counted now: the evidence behind its retries."""
    with ctx.unit() as unit:
        campaign = reach_campaign(ctx, unit, campaign_id, Permission.STATS_READ)
        return queries.answer_hours(unit, campaign)


def learn_hours(ctx: Context) -> None:
    """Keep what running campaigns have learned, where it is used."""
    require(ctx.actor, Permission.SYSTEM_RUN)
    with ctx.unit() as unit:
        query = select(Campaign).where(
            Campaign.organisation_id == unit.organisation_id,
            Campaign.state == "active",
            Campaign.call_policy.has_key("other_hours"),
        )
        for campaign in unit.session.scalars(query.order_by(Campaign.id)):
            campaign.answer_hours = _kept(queries.answer_hours(unit, campaign))


def at_best_hour(campaign: Campaign, number: str, place: Place, tries: Iterable[Attempt]) -> Place:
    """A retry's place, put off to a better hour than those in which the number failed, where the campaign
    wants that.
    """
    if place.due_at is None or not policy_of(campaign.call_policy).other_hours:
        return place
    rules = calling_rules(campaign)
    zones = (rules.zone, *zones_of_number(number))
    failed = {slot_of(one.at, rules.zone).hour for one in tries if one.disposition in UNANSWERED}

    def is_free(moment: dt.datetime) -> bool:
        return not is_quiet(moment, rules.hours, zones)

    due = best_moment(place.due_at, failed, _learned(campaign), rules.zone, is_free)
    return replace(place, due_at=due)


def _kept(hours: Hours) -> dict[str, Any]:
    return {f"{int(slot.weekend)}-{slot.hour}": list(picked) for slot, picked in sorted(hours.seen.items())}


def _learned(campaign: Campaign) -> Hours:
    found = {}
    for name, picked in campaign.answer_hours.items():
        weekend, hour = name.split("-")
        found[Slot(weekend == "1", int(hour))] = Picked(*picked)
    return Hours(found)
