"""A new campaign made from an old one: what comes along, ticked on one page."""

from __future__ import annotations

import uuid
from typing import Final

from flask import render_template, request
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from dialer.domain.access import Permission
from dialer.domain.campaign_copy import USUAL, Part
from dialer.domain.errors import ValidationFailed
from dialer.domain.phone import written
from dialer.services.calling.campaigns import get_campaign
from dialer.services.campaign_copying import CampaignCopy
from dialer.services.campaign_copying import copy_campaign as copy
from dialer.services.context import Context
from dialer.services.gotv.elections import list_elections
from dialer.web.coordinator.blueprint import coordinator
from dialer.web.coordinator.campaign_form import FIELD_AT
from dialer.web.coordinator.forms import Answer, Faults, everything, faults_of, go, said
from dialer.web.coordinator.wording import Words
from dialer.web.desk import context
from dialer.web.guard import allow

PARTS: Final[Words] = {
    Part.SCRIPT: _(
        "The script, in all its languages. It is the same one: words you change later change in both"
    ),
    Part.HOURS: _("The hours in which people are called and texted"),
    Part.NUMBERS: _("The numbers that people see and get texts from"),
    Part.CALLING: _("How often people are called, who is called next, and to whom they are put through"),
    Part.ANSWERS: _("What replies by text mean, with their tags"),
    Part.GOALS: _("The goal for each day, and whether there is a leaderboard"),
    Part.BUDGET: _("The budget. What the old one spent isn’t counted"),
    Part.CANNED_REPLIES: _("Words kept ready for those who answer"),
    Part.TEMPLATES: _("Its templates, to be approved anew"),
    Part.LISTS: _("Its lists: the same people again"),
}


@coordinator.get("/campaigns/<uuid:campaign_id>/copy")
@allow(Permission.CAMPAIGN_MANAGE)
def ask_copy_campaign(campaign_id: uuid.UUID) -> str:
    """Ask what the new one is called, and what comes along."""
    ctx = context()
    name = gettext("%(name)s, again", name=get_campaign(ctx, campaign_id).name)
    return _page(ctx, campaign_id, name[:200], USUAL)


@coordinator.post("/campaigns/<uuid:campaign_id>/copy")
@allow(Permission.CAMPAIGN_MANAGE)
def copy_campaign(campaign_id: uuid.UUID) -> Answer:
    """Make it, and show what is still to do."""
    ctx = context()
    parts = frozenset(Part(part) for part in request.form.getlist("parts") if part in set(Part))
    try:
        made = copy(ctx, campaign_id, said("name"), parts)
    except ValidationFailed as error:
        return _page(ctx, campaign_id, said("name"), parts, faults_of(error, FIELD_AT)), 422
    if made.numbers_left:
        return go("coordinator.campaign", _made_words(made), "warn", campaign_id=made.campaign.id)
    return go("coordinator.campaign", _made_words(made), campaign_id=made.campaign.id)


def _made_words(made: CampaignCopy) -> str:
    words = gettext("“%(name)s” is made. Look it over, then start it.", name=made.campaign.name)
    if made.numbers_left:
        numbers = ", ".join(map(written, made.numbers_left))
        words += " " + gettext("Left behind, since they are given back: %(numbers)s.", numbers=numbers)
    return str(words)


def _page(
    ctx: Context, campaign_id: uuid.UUID, name: str, chosen: frozenset[Part], errors: Faults | None = None
) -> str:
    return render_template(
        "coordinator/campaign_copy.html",
        campaign=get_campaign(ctx, campaign_id),
        election=next(one for one in everything(lambda page: list_elections(ctx, page)) if one.current),
        name=name,
        parts=list(PARTS.items()),
        chosen=chosen,
        errors=errors or {},
    )
