"""Campaigns: the list, the page of one, its form, and its way from draft to end."""

from __future__ import annotations

import uuid

from flask import render_template, url_for
from flask_babel import gettext, ngettext

from dialer.domain.access import Permission
from dialer.domain.errors import ValidationFailed
from dialer.services.calling.campaign_ends import count_talks
from dialer.services.calling.campaigns import (
    activate_campaign,
    change_campaign,
    create_campaign,
    end_campaign,
    get_campaign,
    list_campaigns,
)
from dialer.services.calling.campaigns import pause_campaign as pause
from dialer.services.messaging.keeping import Unsent, count_unsent
from dialer.web.coordinator.blueprint import coordinator
from dialer.web.coordinator.campaign_form import (
    FIELD_AT,
    campaign_fields,
    first_values,
    form_page,
    sent_values,
)
from dialer.web.coordinator.campaign_page import card, page_of
from dialer.web.coordinator.confirming import Asking
from dialer.web.coordinator.forms import Answer, faults_of, go, next_address, page_asked, take_step
from dialer.web.coordinator.volunteers import waiting_volunteers
from dialer.web.desk import context
from dialer.web.guard import allow
from dialer.web.house import current_organisation
from dialer.web.words import figure


@coordinator.get("/campaigns")
@allow(Permission.CAMPAIGN_MANAGE)
def campaigns() -> str:
    """Every campaign in reach, and who waits for an answer."""
    ctx = context()
    found = list_campaigns(ctx, page_asked())
    return render_template(
        "coordinator/campaigns.html",
        rows=[card(ctx, campaign) for campaign in found.items],
        next_page=next_address(found, "coordinator.campaigns"),
        waiting=waiting_volunteers(ctx),
        demo=current_organisation().demo and all(one.quiet_start == one.quiet_end for one in found.items),
    )


@coordinator.get("/campaigns/new")
@allow(Permission.CAMPAIGN_MANAGE)
def new_campaign() -> str:
    """The empty form."""
    ctx = context()
    return form_page(ctx, None, first_values(ctx.phones.home))


@coordinator.post("/campaigns")
@allow(Permission.CAMPAIGN_MANAGE)
def make_campaign() -> Answer:
    """Make a draft."""
    ctx = context()
    try:
        made = create_campaign(ctx, campaign_fields(ctx.messaging.currency))
    except ValidationFailed as error:
        return form_page(ctx, None, sent_values(), faults_of(error, FIELD_AT)), 422
    words = gettext("“%(name)s” is made. Look it over, then start it.", name=made.name)
    return go("coordinator.campaign", words, campaign_id=made.id)


@coordinator.get("/campaigns/<uuid:campaign_id>")
@allow(Permission.CAMPAIGN_MANAGE)
def campaign(campaign_id: uuid.UUID) -> str:
    """What it is, what came of it, and what is still to do."""
    ctx = context()
    return render_template("coordinator/campaign.html", **page_of(ctx, get_campaign(ctx, campaign_id)))


@coordinator.get("/campaigns/<uuid:campaign_id>/edit")
@allow(Permission.CAMPAIGN_MANAGE)
def edit_campaign(campaign_id: uuid.UUID) -> str:
    """The form with what is set now."""
    ctx = context()
    found = get_campaign(ctx, campaign_id)
    return form_page(ctx, found, first_values(ctx.phones.home, found))


@coordinator.post("/campaigns/<uuid:campaign_id>/edit")
@allow(Permission.CAMPAIGN_MANAGE)
def save_campaign(campaign_id: uuid.UUID) -> Answer:
    """Set what the form says."""
    ctx = context()
    try:
        change_campaign(ctx, campaign_id, campaign_fields(ctx.messaging.currency))
    except ValidationFailed as error:
        faults = faults_of(error, FIELD_AT)
        return form_page(ctx, get_campaign(ctx, campaign_id), sent_values(), faults), 422
    return go("coordinator.campaign", gettext("Saved."), campaign_id=campaign_id)


@coordinator.post("/campaigns/<uuid:campaign_id>/activate")
@allow(Permission.CAMPAIGN_MANAGE)
def start_campaign(campaign_id: uuid.UUID) -> Answer:
    """Begin, or go on."""
    return take_step(activate_campaign, campaign_id, gettext("Calling has started."), _page(campaign_id))


@coordinator.post("/campaigns/<uuid:campaign_id>/pause")
@allow(Permission.CAMPAIGN_MANAGE)
def pause_campaign(campaign_id: uuid.UUID) -> Answer:
    """Hand out nobody for now."""
    return take_step(
        pause, campaign_id, gettext("Paused. Calls under way finish normally."), _page(campaign_id)
    )


@coordinator.get("/campaigns/<uuid:campaign_id>/end")
@allow(Permission.CAMPAIGN_MANAGE)
def ask_end_campaign(campaign_id: uuid.UUID) -> str:
    """Ask before the end: there is no way back from it."""
    found = get_campaign(context(), campaign_id)
    asking = Asking(
        section="calls",
        question=gettext("End “%(name)s”?", name=found.name),
        consequence=_what_ends(count_talks(context(), campaign_id), count_unsent(context(), campaign_id)),
        action=url_for("coordinator.finish_campaign", campaign_id=campaign_id),
        deed=gettext("End it"),
        back=url_for("coordinator.campaign", campaign_id=campaign_id),
        keep=gettext("Keep it"),
    )
    return render_template("coordinator/confirm.html", asking=asking, values={})


def _what_ends(talks: int, unsent: Unsent) -> str:
    """What the end of a campaign means, with so many talks under way and texts not yet sent."""
    talking = ngettext(
        "One talk is under way: it finishes first, and is saved.",
        "%(num)s talks are under way: they finish first, and are saved.",
        talks,
    )
    ends = gettext("Shifts end and nobody is handed out any more. Results that arrive late still count.")
    texts = ngettext(
        "Its texts stop: one that hasn’t gone yet never goes.",
        "Its texts stop: %(count)s that haven’t gone yet never go.",
        unsent.texts,
        count=figure(unsent.texts),
    )
    later = gettext("Texts that haven’t gone yet never go.")
    said = [
        talking if talks else "",
        ends,
        texts if unsent.texts else later if unsent.blasts else "",
    ]
    return " ".join(str(one) for one in said if one)


@coordinator.post("/campaigns/<uuid:campaign_id>/end")
@allow(Permission.CAMPAIGN_MANAGE)
def finish_campaign(campaign_id: uuid.UUID) -> Answer:
    """End it for good."""
    return take_step(
        end_campaign, campaign_id, gettext("The campaign has ended. Thank you."), _page(campaign_id)
    )


def _page(campaign_id: uuid.UUID) -> str:
    return url_for("coordinator.campaign", campaign_id=campaign_id)
