"""Texts to many: the list, and a new one."""

from __future__ import annotations

from typing import Any

from flask import render_template
from flask_babel import gettext

from dialer.domain.access import Permission
from dialer.domain.errors import ValidationFailed
from dialer.services.calling.campaigns import get_campaign, list_campaigns
from dialer.services.context import Context
from dialer.services.messaging.blasts import create_blast, get_blast, list_blasts
from dialer.services.messaging.templates import get_template
from dialer.web.coordinator import blast_bodies, blast_form
from dialer.web.coordinator.blueprint import coordinator
from dialer.web.coordinator.forms import (
    Answer,
    Faults,
    asked,
    choices,
    chosen_id,
    everything,
    faults_of,
    go,
    id_of,
)
from dialer.web.coordinator.templates import STATE as TEMPLATE_STATE
from dialer.web.coordinator.templates import TONE as TEMPLATE_TONE
from dialer.web.coordinator.templates import offered, words_of_template
from dialer.web.desk import context
from dialer.web.guard import allow


@coordinator.get("/blasts")
@allow(Permission.BLAST_READ)
def blasts() -> str:
    """Every text to many in reach, the latest first; with a campaign in the address, its own."""
    ctx = context()
    campaign = get_campaign(ctx, id_of(asked("campaign_id"))) if asked("campaign_id") else None
    found = everything(lambda page: list_blasts(ctx, page, campaign.id if campaign else None))
    campaigns = {one.id: one for one in everything(lambda page: list_campaigns(ctx, page))}
    return render_template(
        "coordinator/blasts.html",
        campaign=campaign,
        rows=[(one, campaigns[one.campaign_id]) for one in reversed(found)],
        may_make=ctx.actor.may(Permission.BLAST_MANAGE),
    )


@coordinator.get("/blasts/new")
@allow(Permission.BLAST_MANAGE)
def new_blast() -> str:
    """The empty form, or one with what an old text says (`like`)."""
    ctx = context()
    if asked("like"):
        old = get_blast(ctx, id_of(asked("like")))
        return _new_page(ctx, blast_form.values_like(old))
    campaign = get_campaign(ctx, id_of(asked("campaign_id"))) if asked("campaign_id") else None
    values = blast_form.empty_values(campaign)
    if asked("template_id"):
        values |= words_of_template(get_template(ctx, id_of(asked("template_id"))))
    return _new_page(ctx, values)


@coordinator.post("/blasts")
@allow(Permission.BLAST_MANAGE)
def make_blast() -> Answer:
    """Keep a draft, and show what it would do."""
    ctx = context()
    try:
        campaign_id = chosen_id("campaign_id")
        if campaign_id is None:
            raise ValidationFailed.at("/campaign_id", gettext("Choose the campaign it belongs to."))
        fields = blast_form.blast_fields(get_campaign(ctx, campaign_id).timezone)
        made = create_blast(ctx, campaign_id, fields)
    except ValidationFailed as error:
        return _new_page(ctx, blast_form.sent_values(), faults_of(error, blast_form.FIELD_AT)), 422
    return go("coordinator.blast", gettext("Kept as a draft. Nothing is sent yet."), blast_id=made.id)


def _new_page(ctx: Context, values: dict[str, Any], errors: Faults | None = None) -> str:
    campaigns = [one for one in everything(lambda page: list_campaigns(ctx, page)) if one.state != "ended"]
    return render_template(
        "coordinator/blast_new.html",
        values=values,
        campaign_choices=choices(campaigns),
        offered=offered(ctx, values["channel"], values["campaign_id"]),
        states=TEMPLATE_STATE,
        tones=TEMPLATE_TONE,
        errors=errors or {},
        **blast_bodies.choices_of(values["bodies"]),
        **blast_form.choices_of(ctx),
    )
