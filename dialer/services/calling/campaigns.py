"""Campaigns: made, changed, started, paused, ended."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from decimal import Decimal
from typing import Final, TypedDict

from sqlalchemy import delete, select

from dialer.domain import campaign as rules
from dialer.domain.access import Permission, require
from dialer.domain.call_policy import CallPolicy, policy_of, stored_policy
from dialer.domain.errors import FieldError, InvalidTransition, ValidationFailed
from dialer.services.calling.campaign_ends import end_with_campaign, lock_open_shifts
from dialer.services.calling.queue_filling import fill_queue
from dialer.services.calling.reach import reach_campaign
from dialer.services.calling.views import CampaignView
from dialer.services.contention import again_after_deadlock
from dialer.services.context import Context
from dialer.services.gotv.elections import current_election
from dialer.services.organising.events import call_off_all
from dialer.services.paging import Page, Slice, after_id, cut
from dialer.services.short_codes import short_code
from dialer.store.models import new_id
from dialer.store.models.accounts import AccountCampaign, Team
from dialer.store.models.calling import Campaign, CampaignList, Script
from dialer.store.models.gotv import Election
from dialer.store.models.people import ContactList
from dialer.store.queries import own_numbers
from dialer.store.queries.campaign_spending import spend
from dialer.store.session import UnitOfWork

REASON_BY_HAND = "coordinator"
_ADDED: Final = ("imprint", "imprint_url", "imprint_added")
"""What a campaign adds to the words of each text."""
_IMPRINT_CODE: Final = 8
"""Letters of the address of an imprint: everybody may read it, so it need only be one of its own."""
_QUEUED_BY: Final = frozenset({"list_ids", "max_attempts"})
"""The fields by which numbers come into a queue."""


class CampaignFields(TypedDict, total=False):
    """What may be said of a campaign; what is left out stays, or takes its default (contract §5)."""

    name: str
    kind: str
    timezone: str
    quiet_start: dt.time
    quiet_end: dt.time
    dialing_mode: str
    list_ids: list[uuid.UUID]
    script_id: uuid.UUID | None
    caller_ids: list[str]
    senders: list[str]
    max_attempts: int
    retry_after_s: int
    assignment_timeout_s: int
    election_id: uuid.UUID
    sender_names: list[str]
    election_material: bool | None
    imprint: str | None
    imprint_url: str | None
    imprint_added: str | None
    approved_words_only: bool
    recontact_after_s: int | None
    require_consent_sms: bool
    require_consent_email: bool
    quiet_hours_email: bool
    cost_cap: Decimal | None
    cost_currency: str
    abandoned_rate_max: float
    knock_up_support_max: int
    talks_goal: int | None
    leaderboard: bool
    team_id: uuid.UUID | None


def create_campaign(ctx: Context, fields: CampaignFields) -> CampaignView:
    """Make a campaign in `draft`, of the current election unless told otherwise."""
    require(ctx.actor, Permission.CAMPAIGN_MANAGE)
    with ctx.unit() as unit:
        _check_approval(ctx, None, fields)
        campaign = make_campaign(ctx, unit, fields)
        ctx.audit(unit, "campaign.created", "campaign", campaign.id, {"kind": campaign.kind})
        return campaign_view(unit, campaign)


def make_campaign(ctx: Context, unit: UnitOfWork, fields: CampaignFields) -> Campaign:
    """Write a draft down, and let whoever makes it in. `ValidationFailed` where a field is wrong."""
    _check(ctx, unit, None, fields)
    campaign = Campaign(organisation_id=unit.organisation_id, id=new_id(), created_at=ctx.now)
    campaign.election_id = fields.get("election_id") or current_election(unit).id
    campaign.cost_currency = ctx.messaging.currency
    campaign.call_policy = stored_policy(CallPolicy(home_language=ctx.home_language))
    _apply(campaign, fields)
    unit.session.add(campaign)
    unit.session.flush()
    unit.session.refresh(campaign)
    _set_lists(unit, campaign, fields.get("list_ids", []))
    _let_maker_in(ctx, unit, campaign)
    return campaign


def list_campaigns(ctx: Context, page: Page) -> Slice[CampaignView]:
    """The campaigns that exist for this actor, in the order they were made."""
    require(ctx.actor, Permission.CAMPAIGN_READ)
    with ctx.unit() as unit:
        query = select(Campaign).where(Campaign.organisation_id == unit.organisation_id)
        if ctx.actor.campaign_ids is not None:
            query = query.where(Campaign.id.in_(ctx.actor.campaign_ids))
        if (after := after_id(page)) is not None:
            query = query.where(Campaign.id > after)
        rows = unit.session.scalars(query.order_by(Campaign.id).limit(page.limit + 1)).all()
        return cut(rows, page, lambda row: (str(row.id),)).map(lambda row: campaign_view(unit, row))


def get_campaign(ctx: Context, campaign_id: uuid.UUID) -> CampaignView:
    """One campaign."""
    with ctx.unit() as unit:
        return campaign_view(unit, reach_campaign(ctx, unit, campaign_id, Permission.CAMPAIGN_READ))


def change_campaign(ctx: Context, campaign_id: uuid.UUID, fields: CampaignFields) -> CampaignView:
    """Change the fields given; a running campaign's queue follows its lists."""
    with ctx.unit() as unit:
        campaign = reach_campaign(ctx, unit, campaign_id, Permission.CAMPAIGN_MANAGE)
        _lock(unit, campaign)  # a worker may just be moving on how far its queue is filled
        _check(ctx, unit, campaign, fields)
        _check_approval(ctx, campaign, fields)
        currency = fields.get("cost_currency", campaign.cost_currency)
        if currency != campaign.cost_currency:
            spend(unit, campaign.id, Decimal(0), currency, "always")
            unit.session.refresh(campaign)
        _apply(campaign, fields)
        if "list_ids" in fields:
            _set_lists(unit, campaign, fields["list_ids"])
        unit.session.flush()
        if _QUEUED_BY & fields.keys():
            fill_queue(ctx, unit, campaign)
        ctx.audit(unit, "campaign.changed", "campaign", campaign.id, {"fields": sorted(fields)})
        return campaign_view(unit, campaign)


def activate_campaign(ctx: Context, campaign_id: uuid.UUID) -> CampaignView:
    """Start a campaign, or let it go on; its queue is built from its lists. Already active: no change."""
    return _become(ctx, campaign_id, "active")


def pause_campaign(ctx: Context, campaign_id: uuid.UUID) -> CampaignView:
    """Hand out nobody until it goes on; results of calls under way are taken. Already paused: no change."""
    return _become(ctx, campaign_id, "paused")


def end_campaign(ctx: Context, campaign_id: uuid.UUID) -> CampaignView:
    """End a campaign and its shifts, those with somebody on the phone after that; results are still taken.
    Already ended: no change.
    """
    return _become(ctx, campaign_id, "ended")


@again_after_deadlock
def _become(ctx: Context, campaign_id: uuid.UUID, wanted: str) -> CampaignView:
    with ctx.unit() as unit:
        campaign = reach_campaign(ctx, unit, campaign_id, Permission.CAMPAIGN_MANAGE)
        if wanted == "ended":
            lock_open_shifts(unit, campaign)  # before the campaign, as what ends a leg locks them
        _lock(unit, campaign)
        if not rules.may_become(campaign.state, wanted):
            detail = f"A campaign that is {campaign.state} can’t become {wanted}."
            raise InvalidTransition(detail, state=campaign.state)
        if campaign.state != wanted:
            _enter(ctx, unit, campaign, wanted)
        return campaign_view(unit, campaign)


def _lock(unit: UnitOfWork, campaign: Campaign) -> None:
    """Lock a campaign and read it as it is then; what only refers to it goes on meanwhile."""
    unit.session.refresh(campaign, with_for_update={"key_share": True})


def _enter(ctx: Context, unit: UnitOfWork, campaign: Campaign, wanted: str) -> None:
    begins, campaign.state = campaign.state == "draft", wanted
    campaign.pause_reason = REASON_BY_HAND if wanted == "paused" else None
    unit.session.flush()
    if wanted == "active":
        campaign.activated_at = campaign.activated_at or ctx.now
    if wanted == "active" and begins:
        fill_queue(ctx, unit, campaign)
    if wanted == "ended":
        campaign.ended_at = ctx.now
        end_with_campaign(ctx, unit, campaign)
        call_off_all(ctx, unit, campaign.id)
    ctx.audit(unit, f"campaign.{wanted}", "campaign", campaign.id)


def _check(ctx: Context, unit: UnitOfWork, campaign: Campaign | None, fields: CampaignFields) -> None:
    found = rules.faults(fields)
    for index, list_id in enumerate(fields.get("list_ids", [])):
        if unit.session.get(ContactList, (unit.organisation_id, list_id)) is None:
            found.append(FieldError(f"/list_ids/{index}", "There is no list with this id."))
    script_id = fields.get("script_id")
    if script_id and unit.session.get(Script, (unit.organisation_id, script_id)) is None:
        found.append(FieldError("/script_id", "There is no script with this id."))
    election_id = fields.get("election_id")
    if election_id and unit.session.get(Election, (unit.organisation_id, election_id)) is None:
        found.append(FieldError("/election_id", "There is no election with this id."))
    found += _given_back(unit, fields)
    found += _out_of_teams(ctx, unit, campaign, fields)
    if found:
        raise ValidationFailed(errors=found)


def _out_of_teams(
    ctx: Context, unit: UnitOfWork, campaign: Campaign | None, fields: CampaignFields
) -> list[FieldError]:
    """A team that isn't there, or isn't the actor's: organisers give campaigns to their own teams only, and
    take none out of others.
    """
    team_id, now = fields.get("team_id"), campaign.team_id if campaign is not None else None
    if "team_id" not in fields or team_id == now:
        return []
    leaves_others = now is not None and not ctx.actor.sees_team(now)
    if (team_id is None and not ctx.actor.sees_all_teams) or leaves_others:
        return [FieldError("/team_id", "Only a coordinator takes a campaign out of its team.")]
    if team_id is not None and (not ctx.actor.sees_team(team_id) or _no_team(unit, team_id)):
        return [FieldError("/team_id", "There is no team with this id.")]
    return []


def _no_team(unit: UnitOfWork, team_id: uuid.UUID) -> bool:
    """Whether there is no such team; where there is one, nobody deletes it meanwhile."""
    key = (unit.organisation_id, team_id)
    return unit.session.get(Team, key, with_for_update={"read": True, "key_share": True}) is None


def _given_back(unit: UnitOfWork, fields: CampaignFields) -> list[FieldError]:
    """Its numbers that are being given back to the carrier at this moment."""
    named = {"caller_ids": fields.get("caller_ids", []), "senders": fields.get("senders", [])}
    going = own_numbers.going(unit, {number for numbers in named.values() for number in numbers})
    return [
        FieldError(f"/{name}/{index}", "It is being given back to the carrier just now.")
        for name, numbers in named.items()
        for index, number in enumerate(numbers)
        if number in going
    ]


def _check_approval(ctx: Context, campaign: Campaign | None, fields: CampaignFields) -> None:
    """Whoever needs somebody's approval can't free themselves of it, nor change what is added to each text
    (`bodies_of`).
    """
    if ctx.actor.may(Permission.TEMPLATE_APPROVE):
        return
    now = campaign is not None and campaign.approved_words_only
    found = []
    if fields.get("approved_words_only", now) != now:
        detail = "Only a coordinator says whether words need to be approved here."
        found.append(FieldError("/approved_words_only", detail))
    if campaign is not None and now:
        detail = "Words need to be approved here, so only a coordinator changes the imprint."
        changed = (name for name in _ADDED if name in fields and fields.get(name) != getattr(campaign, name))
        found += [FieldError(f"/{name}", detail) for name in changed]
    if found:
        raise ValidationFailed(errors=found)


def _apply(campaign: Campaign, fields: CampaignFields) -> None:
    for name, value in fields.items():
        if name != "list_ids":
            setattr(campaign, name, value)
    if campaign.imprint_added and not (campaign.imprint or campaign.imprint_url):
        raise ValidationFailed.at("/imprint_added", "There is no imprint yet to add, nor a link to one.")
    if campaign.imprint and not campaign.imprint_code:
        campaign.imprint_code = short_code(_IMPRINT_CODE)


def _set_lists(unit: UnitOfWork, campaign: Campaign, list_ids: Sequence[uuid.UUID]) -> None:
    unit.session.execute(
        delete(CampaignList).where(
            CampaignList.organisation_id == unit.organisation_id, CampaignList.campaign_id == campaign.id
        )
    )
    unit.session.add_all(
        CampaignList(organisation_id=unit.organisation_id, campaign_id=campaign.id, list_id=list_id)
        for list_id in dict.fromkeys(list_ids)
    )
    unit.session.flush()


def _let_maker_in(ctx: Context, unit: UnitOfWork, campaign: Campaign) -> None:
    """Whoever sees only their own campaigns sees the one they made; where it belongs to a team, as long as
    they run that.
    """
    if campaign.team_id is not None:
        return
    if ctx.actor.campaign_ids is not None and ctx.actor.account_id is not None:
        unit.session.add(
            AccountCampaign(
                organisation_id=unit.organisation_id,
                account_id=ctx.actor.account_id,
                campaign_id=campaign.id,
            )
        )


def campaign_view(unit: UnitOfWork, campaign: Campaign) -> CampaignView:
    """A campaign as it is shown."""
    return CampaignView(
        id=campaign.id,
        name=campaign.name,
        kind=campaign.kind,
        state=campaign.state,
        pause_reason=campaign.pause_reason,
        timezone=campaign.timezone,
        quiet_start=campaign.quiet_start,
        quiet_end=campaign.quiet_end,
        dialing_mode=campaign.dialing_mode,
        list_ids=list_ids_of(unit, campaign),
        script_id=campaign.script_id,
        caller_ids=tuple(campaign.caller_ids),
        senders=tuple(campaign.senders),
        max_attempts=campaign.max_attempts,
        retry_after_s=campaign.retry_after_s,
        assignment_timeout_s=campaign.assignment_timeout_s,
        election_id=campaign.election_id,
        sender_names=tuple(campaign.sender_names),
        election_material=campaign.election_material,
        imprint=campaign.imprint,
        imprint_url=campaign.imprint_url,
        imprint_added=campaign.imprint_added,
        approved_words_only=campaign.approved_words_only,
        recontact_after_s=campaign.recontact_after_s,
        require_consent_sms=campaign.require_consent_sms,
        require_consent_email=campaign.require_consent_email,
        quiet_hours_email=campaign.quiet_hours_email,
        cost_cap=campaign.cost_cap,
        spent=campaign.spent,
        currency=campaign.cost_currency,
        abandoned_rate_max=campaign.abandoned_rate_max,
        knock_up_support_max=campaign.knock_up_support_max,
        talks_goal=campaign.talks_goal,
        leaderboard=campaign.leaderboard,
        team_id=campaign.team_id,
        home_language=policy_of(campaign.call_policy).home_language,
        queue_filling=campaign.fill_through is not None,
        created_at=campaign.created_at,
    )


def list_ids_of(unit: UnitOfWork, campaign: Campaign) -> tuple[uuid.UUID, ...]:
    """The lists that a campaign is about."""
    query = (
        select(CampaignList.list_id)
        .where(CampaignList.organisation_id == unit.organisation_id, CampaignList.campaign_id == campaign.id)
        .order_by(CampaignList.list_id)
    )
    return tuple(unit.session.scalars(query))
