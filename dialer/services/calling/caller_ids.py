"""The numbers that people see: used in turn, watched for being answered less, at rest, taken back."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from dialer.domain.access import Permission, require
from dialer.domain.call_policy import policy_of
from dialer.domain.caller_id import RESTS_FOR, WATCHED, Answers, Usage, falls_behind
from dialer.domain.errors import NotFound
from dialer.domain.own_numbers import ANSWERED, RingBack
from dialer.services.calling.reach import reach_campaign
from dialer.services.context import Context
from dialer.services.messaging.own_numbers import ring_backs
from dialer.store.models.calling import Campaign
from dialer.store.queries import caller_ids as queries
from dialer.store.session import UnitOfWork

HOUR: Final = dt.timedelta(hours=1)
FELL_BEHIND: Final = "fell_behind"
USED_UP: Final = "used_up"


@dataclass(frozen=True, slots=True)
class CallerIdView:
    """One of a campaign's numbers: how it was answered in 24 hours against the others, and why it rests."""

    number: str
    calls_1h: int
    own: Answers
    others: Answers
    rests: str | None
    """`fell_behind`, `used_up` for this hour, or None."""
    rests_until: dt.datetime | None
    ring_back: RingBack
    """What becomes of a call back to it."""


def usage_of(unit: UnitOfWork, campaign: Campaign, now: dt.datetime) -> Usage:
    """How a campaign's numbers have been used, for the choice of the next; nothing is counted for one."""
    if len(campaign.caller_ids) < 2:
        return Usage({})
    calls = queries.placed_since(unit, campaign.id, now - HOUR)
    return replace(rests_of(unit, campaign, now), calls=calls)


def rests_of(unit: UnitOfWork, campaign: Campaign, now: dt.datetime) -> Usage:
    """Which of them rest, and after how many calls they do; without the calls."""
    resting = [one.number for one in queries.rests(unit, campaign.caller_ids).values() if one.until > now]
    return Usage({}, resting, policy_of(campaign.call_policy).caller_id_hour_max)


def caller_ids(ctx: Context, campaign_id: uuid.UUID) -> Sequence[CallerIdView]:
    """A campaign's numbers, as they are named."""
    with ctx.unit() as unit:
        campaign = reach_campaign(ctx, unit, campaign_id, Permission.CAMPAIGN_READ)
        usage = usage_of(unit, campaign, ctx.now)
        answers = queries.answers_since(unit, campaign.id, ctx.now - WATCHED)
        everything = _all(answers.values())
        resting = queries.rests(unit, campaign.caller_ids)
        backs = ring_backs(ctx, unit, campaign.caller_ids)
        found = []
        for number in campaign.caller_ids:
            own = answers.get(number, Answers(0, 0))
            rest = resting.get(number)
            behind = rest is not None and rest.until > ctx.now
            why = FELL_BEHIND if behind else USED_UP if usage.rests(number) else None
            until = rest.until if rest and behind else None
            calls = usage.calls.get(number, 0)
            others = everything.without(own)
            found.append(CallerIdView(number, calls, own, others, why, until, backs[number]))
        return found


def unanswered(ctx: Context, campaign_id: uuid.UUID) -> Sequence[str]:
    """Those of a campaign's numbers at which nobody answers a call back, by the carrier's list."""
    with ctx.unit() as unit:
        campaign = reach_campaign(ctx, unit, campaign_id, Permission.CAMPAIGN_READ)
        backs = ring_backs(ctx, unit, campaign.caller_ids)
    fine = ANSWERED | {RingBack.UNKNOWN}
    return [number for number in campaign.caller_ids if backs[number] not in fine]


def use_caller_id_again(ctx: Context, campaign_id: uuid.UUID, number: str) -> Sequence[CallerIdView]:
    """End a number's rest; for a day it isn't sent to rest again. One that doesn't rest: no change."""
    with ctx.unit() as unit:
        campaign = reach_campaign(ctx, unit, campaign_id, Permission.CAMPAIGN_MANAGE)
        if number not in campaign.caller_ids:
            raise NotFound
        rest = queries.rests(unit, [number]).get(number)
        if rest is not None and rest.until > ctx.now:
            rest.until, rest.lifted_at = ctx.now, ctx.now
            ctx.audit(unit, "caller_id.used_again", "campaign", campaign.id)
    return caller_ids(ctx, campaign_id)


def watch_caller_ids(ctx: Context) -> int:
    """Let numbers rest that are answered less than the others of their campaign beyond chance; how many.

    At least one of a campaign's numbers always stays in use.
    """
    require(ctx.actor, Permission.SYSTEM_RUN)
    with ctx.unit() as unit:
        campaigns = queries.with_several_numbers(unit)
        return sum(_watch(ctx, unit, campaign) for campaign in campaigns)


def _watch(ctx: Context, unit: UnitOfWork, campaign: Campaign) -> int:
    answers = queries.answers_since(unit, campaign.id, ctx.now - WATCHED)
    kept = queries.rests(unit, campaign.caller_ids)
    in_use = [number for number in campaign.caller_ids if number not in kept or kept[number].until <= ctx.now]
    looked_at = {number: answers[number] for number in in_use if number in answers}
    everything, begun = _all(looked_at.values()), 0
    for number, own in looked_at.items():
        lifted = number in kept and kept[number].lifted_at
        spared = lifted and lifted > ctx.now - RESTS_FOR
        others = everything.without(own)
        if not spared and begun < len(in_use) - 1 and falls_behind(own, others):
            queries.begin_rest(unit, number, ctx.now, own, others)
            ctx.audit(unit, "caller_id.rests", "campaign", campaign.id, {"reason": FELL_BEHIND})
            begun += 1
    return begun


def _all(answers: Iterable[Answers]) -> Answers:
    found = list(answers)
    return Answers(sum(one.calls for one in found), sum(one.answered for one in found))
