"""The form of a campaign: what it shows, and what of it becomes the campaign's fields."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from flask import render_template, request
from flask_babel import gettext

from dialer.domain.access import Permission
from dialer.domain.errors import FieldError, ValidationFailed
from dialer.domain.imprint import is_election_material
from dialer.domain.number_notes import CALLER_ID
from dialer.domain.texting import SENDER_KINDS
from dialer.services.calling.campaigns import CampaignFields
from dialer.services.calling.scripts import list_scripts
from dialer.services.calling.views import CampaignView
from dialer.services.context import Context
from dialer.services.gotv.elections import list_elections
from dialer.services.people.lists import list_lists
from dialer.web.coordinator.forms import (
    Faults,
    asked,
    choices,
    chosen_id,
    chosen_ids,
    everything,
    money_or_none,
    number,
    our_numbers,
    said,
    said_or_none,
    ticked,
    wall_time,
    whole_number,
)
from dialer.web.coordinator.number_notes import rules_for
from dialer.web.coordinator.team_tree import team_choices
from dialer.web.coordinator.wording import CAMPAIGN_KIND, DIALING_MODE
from dialer.web.desk import context

FIELD_AT: Final = {
    "/name": "name",
    "/kind": "kind",
    "/election_id": "election_id",
    "/list_ids": "list_ids",
    "/script_id": "script_id",
    "/quiet_start": "quiet_start",
    "/quiet_hours/start": "quiet_start",
    "/quiet_end": "quiet_end",
    "/quiet_hours/end": "quiet_end",
    "/timezone": "timezone",
    "/max_attempts": "max_attempts",
    "/retry_after_s": "retry_minutes",
    "/retry_minutes": "retry_minutes",
    "/assignment_timeout_s": "lease_minutes",
    "/lease_minutes": "lease_minutes",
    "/recontact_after_s": "recontact_hours",
    "/recontact_hours": "recontact_hours",
    "/senders": "senders",
    "/sender_names": "sender_names",
    "/imprint": "imprint",
    "/imprint_url": "imprint_url",
    "/imprint_added": "imprint_added",
    "/approved_words_only": "approved_words_only",
    "/caller_ids": "caller_ids",
    "/cost_cap": "cost_cap",
    "/dialing_mode": "dialing_mode",
    "/abandoned_rate_max": "abandoned_percent",
    "/abandoned_percent": "abandoned_percent",
    "/talks_goal": "talks_goal",
    "/leaderboard": "leaderboard",
    "/team_id": "team_id",
}
_SENT: Final = (
    "name",
    "kind",
    "election_id",
    "script_id",
    "quiet_start",
    "quiet_end",
    "timezone",
    "max_attempts",
    "retry_minutes",
    "lease_minutes",
    "recontact_hours",
    "sender_names",
    "imprint",
    "imprint_url",
    "imprint_added",
    "senders",
    "caller_ids",
    "cost_cap",
    "dialing_mode",
    "abandoned_percent",
    "talks_goal",
    "team_id",
)

_HOUR_S: Final = 3600


def first_values(home: str | None, campaign: CampaignView | None = None) -> dict[str, Any]:
    """What the form shows at first: the campaign as it is, or the defaults of a new one."""
    if campaign is None:
        return {
            "name": "",
            "kind": "phone_bank",
            "election_id": "",
            "script_id": asked("script_id"),
            "list_ids": request.args.getlist("list_id"),
            "quiet_start": "21:00",
            "quiet_end": "09:00",
            "timezone": "Europe/London",
            "max_attempts": "3",
            "retry_minutes": "240",
            "lease_minutes": "15",
            "recontact_hours": "",
            "sender_names": "",
            "imprint": "",
            "imprint_url": "",
            "imprint_added": "",
            "approved_words_only": False,
            "election_material": is_election_material(None, home),
            "senders": "",
            "caller_ids": "",
            "cost_cap": "",
            "require_consent_sms": False,
            "require_consent_email": False,
            "quiet_hours_email": False,
            "dialing_mode": "preview",
            "abandoned_percent": "1",
            "talks_goal": "",
            "leaderboard": False,
            "team_id": asked("team_id"),
        }
    return {
        "name": campaign.name,
        "kind": campaign.kind,
        "election_id": str(campaign.election_id),
        "script_id": str(campaign.script_id or ""),
        "list_ids": [str(list_id) for list_id in campaign.list_ids],
        "quiet_start": f"{campaign.quiet_start:%H:%M}",
        "quiet_end": f"{campaign.quiet_end:%H:%M}",
        "timezone": campaign.timezone,
        "max_attempts": str(campaign.max_attempts),
        "retry_minutes": in_minutes(campaign.retry_after_s),
        "lease_minutes": in_minutes(campaign.assignment_timeout_s),
        "recontact_hours": in_hours(campaign.recontact_after_s),
        "senders": ", ".join(campaign.senders),
        "caller_ids": ", ".join(campaign.caller_ids),
        "cost_cap": "" if campaign.cost_cap is None else f"{campaign.cost_cap.normalize():f}",
        "require_consent_sms": campaign.require_consent_sms,
        "require_consent_email": campaign.require_consent_email,
        "quiet_hours_email": campaign.quiet_hours_email,
        "dialing_mode": campaign.dialing_mode,
        "abandoned_percent": f"{campaign.abandoned_rate_max * 100:.10g}",
        "talks_goal": "" if campaign.talks_goal is None else str(campaign.talks_goal),
        "leaderboard": campaign.leaderboard,
        "team_id": str(campaign.team_id or ""),
        "sender_names": ", ".join(campaign.sender_names),
        "imprint": campaign.imprint or "",
        "imprint_url": campaign.imprint_url or "",
        "imprint_added": campaign.imprint_added or "",
        "approved_words_only": campaign.approved_words_only,
        "election_material": is_election_material(campaign.election_material, home),
    }


def in_minutes(seconds: int) -> str:
    """Seconds as minutes, with as few decimals as give the same seconds back: “10”, “1.5”, “1.67”."""
    return next(
        minutes
        for minutes in (f"{seconds / 60:.{decimals}f}" for decimals in range(3))
        if round(float(minutes) * 60) == seconds
    )


def in_hours(seconds: int | None) -> str:
    """Seconds as hours: “24”, “1.5”; empty where nothing is set."""
    return "" if seconds is None else f"{seconds / _HOUR_S:.10g}"


def sent_values() -> dict[str, Any]:
    """What the form shows again after a refusal: everything as it was typed."""
    return {
        **{name: said(name) for name in _SENT},
        "list_ids": request.form.getlist("list_ids"),
        "require_consent_sms": ticked("require_consent_sms"),
        "require_consent_email": ticked("require_consent_email"),
        "quiet_hours_email": ticked("quiet_hours_email"),
        "election_material": ticked("election_material"),
        "approved_words_only": ticked("approved_words_only"),
        "leaderboard": ticked("leaderboard"),
    }


def campaign_fields(currency: str) -> CampaignFields:
    """What the form sets; its amounts are in the `currency` of the installation. Raises ValidationFailed with
    every field that can't be read.
    """
    fields = CampaignFields(
        name=said("name"),
        kind=said("kind"),
        timezone=said("timezone"),
        list_ids=chosen_ids("list_ids"),
        script_id=chosen_id("script_id"),
        senders=our_numbers("senders"),
        caller_ids=our_numbers("caller_ids"),
        require_consent_sms=ticked("require_consent_sms"),
        require_consent_email=ticked("require_consent_email"),
        quiet_hours_email=ticked("quiet_hours_email"),
        sender_names=[name.strip() for name in said("sender_names").split(",") if name.strip()],
        election_material=ticked("election_material"),
        imprint=said_or_none("imprint"),
        imprint_url=said_or_none("imprint_url"),
        imprint_added=said_or_none("imprint_added"),
        leaderboard=ticked("leaderboard"),
    )
    if context().actor.may(Permission.TEMPLATE_APPROVE):
        fields["approved_words_only"] = ticked("approved_words_only")
    unread: list[FieldError] = []
    for field, read in _FIGURES.items():
        if field == "abandoned_rate_max" and not said("abandoned_percent"):
            continue
        try:
            fields[field] = read()  # type: ignore[literal-required]  # the keys of _FIGURES are fields
        except ValidationFailed as error:
            unread += error.errors
    if unread:
        raise ValidationFailed(errors=unread)
    if fields.get("cost_cap") is not None:
        fields["cost_currency"] = currency
    if (election_id := chosen_id("election_id")) is not None:
        fields["election_id"] = election_id
    if "team_id" in request.form:
        fields["team_id"] = chosen_id("team_id")
    if mode := said("dialing_mode"):
        fields["dialing_mode"] = mode
    return fields


_FIGURES: Final[Mapping[str, Callable[[], object]]] = {
    "quiet_start": partial(wall_time, "quiet_start"),
    "quiet_end": partial(wall_time, "quiet_end"),
    "max_attempts": partial(whole_number, "max_attempts"),
    "retry_after_s": lambda: round(number("retry_minutes") * 60),
    "assignment_timeout_s": lambda: round(number("lease_minutes") * 60),
    "recontact_after_s": lambda: (
        round(number("recontact_hours") * _HOUR_S) if said("recontact_hours") else None
    ),
    "cost_cap": lambda: money_or_none("cost_cap"),
    "talks_goal": lambda: whole_number("talks_goal") if said("talks_goal") else None,
    "abandoned_rate_max": lambda: round(number("abandoned_percent") / 100, 6),
}


def form_page(
    ctx: Context, campaign: CampaignView | None, values: dict[str, Any], errors: Faults | None = None
) -> str:
    """The page of the form."""
    elections = everything(lambda page: list_elections(ctx, page))
    scripts = everything(lambda page: list_scripts(ctx, page))
    current = next((str(one.id) for one in elections if one.current), "")
    return render_template(
        "coordinator/campaign_form.html",
        campaign=campaign,
        values={**values, "election_id": values["election_id"] or current},
        errors=errors or {},
        kinds=list(CAMPAIGN_KIND.items()),
        modes=list(DIALING_MODE.items()),
        may_approve=ctx.actor.may(Permission.TEMPLATE_APPROVE),
        imprint_choices=[
            ("", gettext("No, only remind us of it")),
            ("link", gettext("Yes, a link to it")),
            ("text", gettext("Yes, the imprint itself")),
        ],
        election_choices=choices(elections),
        currency=ctx.messaging.currency,
        rules=rules_for(ctx.phones.allowed_countries, (CALLER_ID, *SENDER_KINDS)),
        usual_rest=in_hours(ctx.messaging.recontact_after_s),
        team_choices=team_choices(ctx, gettext("No team"), values["team_id"]),
        script_choices=choices(scripts, gettext("No script yet")),
        all_lists=everything(lambda page: list_lists(ctx, page))
        if ctx.actor.may(Permission.LIST_READ)
        else [],
    )
