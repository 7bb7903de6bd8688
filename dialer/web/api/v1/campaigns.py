"""`/campaigns`: bounded efforts with lists, a script, hours and a state (contract §5)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, cast

from flask import url_for
from flask.views import MethodView
from marshmallow import Schema, fields

from dialer.domain.access import Permission
from dialer.domain.audience import NOT_CONTACTED_MOST_S
from dialer.domain.campaign import (
    ABANDONED_RATE_CEILING,
    ATTEMPTS_MOST,
    CAMPAIGN_KINDS,
    DIALING_MODES,
    RETRY_MOST_S,
    TALKS_GOAL_MOST,
    TIMEOUT_LEAST_S,
    TIMEOUT_MOST_S,
)
from dialer.domain.campaign_copy import USUAL as USUAL_PARTS
from dialer.domain.campaign_copy import Part
from dialer.domain.imprint import ADDED, IMPRINT_LONGEST, NAME_LONGEST, NAMES_MOST, URL_LONGEST
from dialer.services.calling import campaigns as deeds
from dialer.services.calling.caller_ids import unanswered
from dialer.services.calling.campaigns import CampaignFields
from dialer.services.calling.queue_filling import share_filled
from dialer.services.calling.views import CampaignView
from dialer.services.campaign_copying import copy_campaign
from dialer.web.api.blueprint import Resource
from dialer.web.api.fields import (
    Choice,
    Flag,
    Id,
    Instant,
    LocalTime,
    Money,
    Number,
    Text,
    Whole,
    money,
    path_id,
)
from dialer.web.api.paging import PageQuery, page_of, paged, show_page
from dialer.web.desk import context
from dialer.web.guard import allow

campaigns = Resource("campaigns", "Bounded efforts with one goal, lists, a script, hours and a budget")
UNANSWERED = "caller_id_unanswered"


class QuietHoursSchema(Schema):
    """Local wall times in the campaign's zone: `start` quiet, `end` not. Equal means none."""

    start = LocalTime(required=True)
    end = LocalTime(required=True)


class RequireConsentSchema(Schema):
    """Whether only people who said yes to a channel hear from us on it."""

    sms = Flag()
    email = Flag()


class CampaignFieldsSchema(Schema):
    """What may be said of a campaign."""

    name = Text(blank=False, max_length=200)
    kind = Choice(*CAMPAIGN_KINDS)
    timezone = Text(max_length=100)
    quiet_hours = fields.Nested(QuietHoursSchema)
    dialing_mode = Choice(*DIALING_MODES)
    list_ids = fields.List(Id(), metadata={"maxItems": 1000})
    script_id = Id(allow_none=True)
    caller_ids = fields.List(Text(max_length=16))
    senders = fields.List(Text(max_length=34))
    max_attempts = Whole(least=1, most=ATTEMPTS_MOST)
    retry_after_s = Whole(least=0, most=RETRY_MOST_S)
    sender_names = fields.List(Text(blank=False, max_length=NAME_LONGEST), metadata={"maxItems": NAMES_MOST})
    election_material = Flag(allow_none=True)
    imprint = Text(max_length=IMPRINT_LONGEST, allow_none=True)
    imprint_url = Text(max_length=URL_LONGEST, allow_none=True)
    imprint_added = Choice(
        *ADDED,
        allow_none=True,
        metadata={"description": "what is added to its blasts that carry no imprint; null: nothing"},
    )
    approved_words_only = Flag(
        metadata={"description": "organisers send only texts whose words were approved in a template"}
    )
    recontact_after_s = Whole(least=0, most=NOT_CONTACTED_MOST_S, allow_none=True)
    assignment_timeout_s = Whole(least=TIMEOUT_LEAST_S, most=TIMEOUT_MOST_S)
    election_id = Id()
    require_consent = fields.Nested(RequireConsentSchema)
    quiet_hours_email = Flag(metadata={"description": "its letters keep its quiet hours too"})
    cost_cap = Money(allow_none=True)
    abandoned_rate_max = Number(least=0, most=ABANDONED_RATE_CEILING)
    knock_up_support_max = Whole(least=1, most=5)
    talks_goal = Whole(
        least=1,
        most=TALKS_GOAL_MOST,
        allow_none=True,
        metadata={"description": "talks a day that its volunteers aim for together; null: none"},
    )
    leaderboard = Flag(
        metadata={"description": "its volunteers read who of them, by first name, had how many talks today"}
    )
    team_id = Id(
        allow_none=True,
        metadata={"description": "the team it belongs to: those who organise it, or one above it, run it"},
    )


class NewCampaignSchema(CampaignFieldsSchema):
    """A campaign to be made: only its name and kind are required."""

    name = Text(blank=False, max_length=200, required=True)
    kind = Choice(*CAMPAIGN_KINDS, required=True)


class CampaignSchema(CampaignFieldsSchema):
    """A campaign."""

    id = Id(required=True)
    state = Text(required=True)
    pause_reason = Text(allow_none=True)
    spent = Money()
    queue_filling = fields.Boolean(required=True)
    queue_filled = Number(
        least=0,
        most=1,
        allow_none=True,
        required=True,
        metadata={
            "description": "how much of its lists its queue has taken in so far; null where it is whole"
        },
    )
    created_at = Instant()


class CampaignWarningSchema(Schema):
    """Something to look at that keeps nobody from calling."""

    code = Choice(UNANSWERED, required=True)
    detail = Text(required=True)


class ActivatedCampaignSchema(CampaignSchema):
    """A campaign that was started."""

    warnings = fields.List(fields.Nested(CampaignWarningSchema), required=True)


class CampaignCopySchema(Schema):
    """A campaign to be made from another."""

    name = Text(blank=False, max_length=200, required=True)
    parts = fields.List(
        Choice(*Part),
        load_default=lambda: sorted(USUAL_PARTS),
        metadata={
            "maxItems": 50,
            "description": "what comes along; without it everything but the lists. Its kind, team, imprint"
            " and consents always do",
        },
    )


class CopiedCampaignSchema(CampaignSchema):
    """A campaign that was made from another."""

    numbers_left = fields.List(Text(), required=True)


@campaigns.route("/campaigns")
class Campaigns(MethodView):
    """All campaigns that exist for you."""

    @allow(Permission.CAMPAIGN_READ)
    @campaigns.arguments(PageQuery, location="query")
    @campaigns.response(200, paged(CampaignSchema))
    def get(self, query: dict[str, Any]) -> dict[str, object]:
        """Campaigns, oldest first."""
        return show_page(deeds.list_campaigns(context(), page_of(query)).map(_shown))

    @allow(Permission.CAMPAIGN_MANAGE)
    @campaigns.arguments(NewCampaignSchema)
    @campaigns.response(201, CampaignSchema)
    def post(self, body: dict[str, Any]) -> tuple[dict[str, object], int, dict[str, str]]:
        """Make a campaign, in draft."""
        made = deeds.create_campaign(context(), _fields(body))
        return _shown(made), 201, {"Location": url_for("campaigns.Campaign", campaign_id=made.id)}


@campaigns.route("/campaigns/<campaign_id>")
class Campaign(MethodView):
    """One campaign."""

    @allow(Permission.CAMPAIGN_READ)
    @campaigns.response(200, CampaignSchema)
    def get(self, campaign_id: str) -> dict[str, object]:
        """One campaign."""
        return _shown(deeds.get_campaign(context(), path_id(campaign_id)))

    @allow(Permission.CAMPAIGN_MANAGE)
    @campaigns.arguments(CampaignFieldsSchema)
    @campaigns.response(200, CampaignSchema)
    def patch(self, body: dict[str, Any], campaign_id: str) -> dict[str, object]:
        """Change the fields given."""
        return _shown(deeds.change_campaign(context(), path_id(campaign_id), _fields(body)))


@campaigns.route("/campaigns/<campaign_id>/activate", methods=["POST"])
@allow(Permission.CAMPAIGN_MANAGE)
@campaigns.response(200, ActivatedCampaignSchema)
def activate(campaign_id: str) -> dict[str, object]:
    """Start it, or let it go on after a pause. A number at which nobody answers a call back is told in
    `warnings`, and keeps nobody from calling.
    """
    started = deeds.activate_campaign(context(), path_id(campaign_id))
    silent = unanswered(context(), started.id)
    return {**_shown(started), "warnings": [_silent(number) for number in silent]}


@campaigns.route("/campaigns/<campaign_id>/copy", methods=["POST"])
@allow(Permission.CAMPAIGN_MANAGE)
@campaigns.arguments(CampaignCopySchema)
@campaigns.response(201, CopiedCampaignSchema)
def copy(body: dict[str, Any], campaign_id: str) -> tuple[dict[str, object], int, dict[str, str]]:
    """Make a draft of the current election with parts of this one: never its results, volunteers, shifts,
    join links or texts, and its lists only where `parts` names them. Its numbers that are given back stay
    behind (`numbers_left`).
    """
    made = copy_campaign(context(), path_id(campaign_id), body["name"], frozenset(map(Part, body["parts"])))
    shown = {**_shown(made.campaign), "numbers_left": made.numbers_left}
    return shown, 201, {"Location": url_for("campaigns.Campaign", campaign_id=made.campaign.id)}


@campaigns.route("/campaigns/<campaign_id>/pause", methods=["POST"])
@allow(Permission.CAMPAIGN_MANAGE)
@campaigns.response(200, CampaignSchema)
def pause(campaign_id: str) -> dict[str, object]:
    """Hand out nobody until it goes on."""
    return _shown(deeds.pause_campaign(context(), path_id(campaign_id)))


@campaigns.route("/campaigns/<campaign_id>/end", methods=["POST"])
@allow(Permission.CAMPAIGN_MANAGE)
@campaigns.response(200, CampaignSchema)
def end(campaign_id: str) -> dict[str, object]:
    """End it and its sessions."""
    return _shown(deeds.end_campaign(context(), path_id(campaign_id)))


def _fields(body: dict[str, Any]) -> CampaignFields:
    """The body as the deed takes it: nested objects laid flat."""
    flat = dict(body)
    if "quiet_hours" in flat:
        hours = flat.pop("quiet_hours")
        flat |= {"quiet_start": hours["start"], "quiet_end": hours["end"]}
    for channel, wanted in flat.pop("require_consent", {}).items():
        flat[f"require_consent_{channel}"] = wanted
    if "cost_cap" in flat:
        cap = flat["cost_cap"]
        flat["cost_cap"] = Decimal(cap["amount"]) if cap else None
        flat |= {"cost_currency": cap["currency"]} if cap else {}
    return cast("CampaignFields", flat)


def _silent(number: str) -> dict[str, str]:
    detail = f"Nobody answers a call back to {number}: see GET /numbers."
    return {"code": UNANSWERED, "detail": detail}


def _shown(campaign: CampaignView) -> dict[str, object]:
    return {
        "id": campaign.id,
        "name": campaign.name,
        "kind": campaign.kind,
        "state": campaign.state,
        "pause_reason": campaign.pause_reason,
        "timezone": campaign.timezone,
        "quiet_hours": {"start": campaign.quiet_start, "end": campaign.quiet_end},
        "dialing_mode": campaign.dialing_mode,
        "list_ids": campaign.list_ids,
        "script_id": campaign.script_id,
        "caller_ids": campaign.caller_ids,
        "senders": campaign.senders,
        "max_attempts": campaign.max_attempts,
        "retry_after_s": campaign.retry_after_s,
        "assignment_timeout_s": campaign.assignment_timeout_s,
        "election_id": campaign.election_id,
        "sender_names": campaign.sender_names,
        "election_material": campaign.election_material,
        "imprint": campaign.imprint,
        "imprint_url": campaign.imprint_url,
        "imprint_added": campaign.imprint_added,
        "approved_words_only": campaign.approved_words_only,
        "recontact_after_s": campaign.recontact_after_s,
        "require_consent": {"sms": campaign.require_consent_sms, "email": campaign.require_consent_email},
        "quiet_hours_email": campaign.quiet_hours_email,
        "cost_cap": money(campaign.cost_cap, campaign.currency),
        "spent": money(campaign.spent, campaign.currency),
        "abandoned_rate_max": campaign.abandoned_rate_max,
        "knock_up_support_max": campaign.knock_up_support_max,
        "talks_goal": campaign.talks_goal,
        "leaderboard": campaign.leaderboard,
        "team_id": campaign.team_id,
        "queue_filling": campaign.queue_filling,
        "queue_filled": share_filled(context(), campaign.id) if campaign.queue_filling else None,
        "created_at": campaign.created_at,
    }
