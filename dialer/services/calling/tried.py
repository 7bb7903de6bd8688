"""How often numbers were tried, where a campaign limits that: a household isn't rung all day."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from dialer.domain.call_policy import CallPolicy, policy_of
from dialer.store.models.calling import Campaign
from dialer.store.queries.tries import NumberTries, tries_of
from dialer.store.session import UnitOfWork


@dataclass(frozen=True, slots=True)
class Tried:
    """What the campaign's limits make of how often a number was tried."""

    enough: bool = False
    rests_until: dt.datetime | None = None


def tried_numbers(
    unit: UnitOfWork,
    campaign: Campaign,
    numbers: Sequence[str],
    now: dt.datetime,
    *,
    besides: Sequence[uuid.UUID] = (),
) -> Mapping[str, Tried]:
    """What stands against each of these numbers, leaving out the assignments `besides`.

    Nothing is looked up for a campaign without limits.
    """
    policy = policy_of(campaign.call_policy)
    if not policy.limits_numbers:
        return dict.fromkeys(numbers, Tried())
    midnight = _midnight(now, campaign.timezone, 0)
    found = tries_of(unit, campaign.id, numbers, midnight, besides)
    tomorrow = _midnight(now, campaign.timezone, 1)
    return {number: _tried(policy, found.get(number, NumberTries()), tomorrow) for number in numbers}


def _tried(policy: CallPolicy, tries: NumberTries, tomorrow: dt.datetime) -> Tried:
    rests = policy.number_day_max is not None and tries.since_midnight >= policy.number_day_max
    enough = policy.number_max is not None and tries.in_campaign >= policy.number_max
    return Tried(enough, tomorrow if rests else None)


def _midnight(now: dt.datetime, zone: str, days: int) -> dt.datetime:
    """The beginning of the day, so many days on, by the clocks of a zone."""
    day = now.astimezone(ZoneInfo(zone)).date() + dt.timedelta(days=days)
    return dt.datetime.combine(day, dt.time(), ZoneInfo(zone)).astimezone(dt.UTC)
