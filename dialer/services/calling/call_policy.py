"""Who is called next in a campaign: what its coordinators say, told and changed."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from typing import TypedDict

from dialer.domain.access import Permission
from dialer.domain.call_policy import CallPolicy, policy_faults, policy_of, stored_policy
from dialer.domain.errors import ValidationFailed
from dialer.domain.languages import LanguageMatch
from dialer.services.calling.queue_filling import fill_queue
from dialer.services.calling.queue_ordering import order_again
from dialer.services.calling.reach import reach_campaign
from dialer.services.context import Context
from dialer.store.models.calling import Campaign
from dialer.store.queries.queue_languages import forget
from dialer.store.queries.queue_ordering import move_retries
from dialer.store.session import UnitOfWork


class PolicyFields(TypedDict, total=False):
    """What may be set; what is left out stays."""

    points: dict[str, int]
    fresh_first: bool
    number_day_max: int | None
    number_max: int | None
    caller_id_hour_max: int | None
    gaps_s: dict[str, int]
    other_hours: bool
    language_match: LanguageMatch
    home_language: str


@dataclass(frozen=True, slots=True)
class PolicyView:
    """A campaign's policy, with what of its other settings belongs to it."""

    campaign_id: uuid.UUID
    policy: CallPolicy
    retry_after_s: int
    max_attempts: int
    being_ordered: bool
    """Its queue is being put in the order that was set last."""


def call_policy(ctx: Context, campaign_id: uuid.UUID) -> PolicyView:
    """Who is called next in a campaign."""
    with ctx.unit() as unit:
        return _view(reach_campaign(ctx, unit, campaign_id, Permission.CAMPAIGN_READ))


def change_call_policy(ctx: Context, campaign_id: uuid.UUID, fields: PolicyFields) -> PolicyView:
    """Change the fields given. The queue follows: at once as far as it is short, within minutes if it is
    long. A gap holds from the next result on.
    """
    if found := policy_faults(fields):
        raise ValidationFailed(errors=found)
    with ctx.unit() as unit:
        campaign = reach_campaign(ctx, unit, campaign_id, Permission.CAMPAIGN_MANAGE)
        unit.session.refresh(campaign, with_for_update={"key_share": True})
        before = policy_of(campaign.call_policy)
        changed = replace(before, **_trimmed(fields))
        campaign.call_policy = stored_policy(changed)
        unit.session.flush()
        _follow(ctx, unit, campaign, before, changed)
        ctx.audit(unit, "campaign.call_policy", "campaign", campaign.id, {"fields": sorted(fields)})
        return _view(campaign)


def _trimmed(fields: PolicyFields) -> PolicyFields:
    """Without the points that weigh nothing."""
    if "points" not in fields:
        return fields
    return {**fields, "points": {sign: worth for sign, worth in fields["points"].items() if worth}}


def _follow(
    ctx: Context, unit: UnitOfWork, campaign: Campaign, before: CallPolicy, changed: CallPolicy
) -> None:
    if changed.retries_at is not before.retries_at:
        move_retries(unit, campaign.id, before.retries_at, changed.retries_at)
    if (before.number_day_max, before.number_max) != (changed.number_day_max, changed.number_max):
        fill_queue(ctx, unit, campaign)
    if changed.language_match is LanguageMatch.OFF:
        forget(unit, campaign.id)
    met_again = before.language_match is LanguageMatch.OFF and before != changed
    other_home = before.home_language != changed.home_language
    if changed.points != before.points or met_again or other_home:
        order_again(unit, campaign, ctx.now)


def _view(campaign: Campaign) -> PolicyView:
    return PolicyView(
        campaign.id,
        policy_of(campaign.call_policy),
        campaign.retry_after_s,
        campaign.max_attempts,
        campaign.order_after is not None,
    )
