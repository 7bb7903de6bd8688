"""Calling people anew: chosen, seen with reasons, confirmed with the number."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Final

from flask import render_template, request, url_for
from flask_babel import gettext

from dialer.domain.access import Permission
from dialer.domain.errors import RuleBroken, ValidationFailed
from dialer.domain.recycling import RECYCLABLE, TRIED_MOST
from dialer.services.calling.campaigns import get_campaign
from dialer.services.calling.recycling import RecyclingView, preview_recycling, recycle
from dialer.web.coordinator.blueprint import coordinator
from dialer.web.coordinator.forms import Answer, asked, go, said, whole_number
from dialer.web.coordinator.wording import DISPOSITION
from dialer.web.desk import context
from dialer.web.guard import allow
from dialer.web.notices import tell
from dialer.web.rule_words import N_

_STAYS: Final[Mapping[str, str]] = {
    "opted_out": N_("Don’t want to be called"),
    "suppressed": N_("Must not be called"),
    "no_number": N_("No number left to call"),
    "voted": N_("Already voted"),
    "not_chosen": N_("Another outcome than you chose"),
    "in_hand": N_("In somebody’s hands now"),
    "max_attempts": N_("Tried as often as they may be"),
    "too_recent": N_("Tried too lately"),
}
_HOUR_S: Final = 3600


@coordinator.get("/campaigns/<uuid:campaign_id>/recycle")
@allow(Permission.CAMPAIGN_MANAGE)
def recycling(campaign_id: uuid.UUID) -> Answer:
    """The choice, and once something is chosen who would come back."""
    chosen = [one for one in request.args.getlist("d") if one in RECYCLABLE]
    if not chosen:
        return _page(campaign_id, chosen, None)
    try:
        hours, tried = _number(asked("hours")), _number(asked("tried"))
        found = preview_recycling(context(), campaign_id, chosen, _seconds(hours), tried)
    except ValidationFailed as error:
        tell(error.errors[0].detail, "bad")
        return _page(campaign_id, chosen, None), 422
    return _page(campaign_id, chosen, found)


@coordinator.post("/campaigns/<uuid:campaign_id>/recycle")
@allow(Permission.CAMPAIGN_MANAGE)
def run_recycling(campaign_id: uuid.UUID) -> Answer:
    """Do it, with the number that was seen and typed."""
    chosen, hours, tried = request.form.getlist("d"), said("hours"), said("tried")
    rest_s, most = _seconds(_number(hours)), _number(tried)
    ctx = context()
    get_campaign(ctx, campaign_id)
    try:
        confirmed = whole_number("confirm")
        done = recycle(ctx, campaign_id, confirmed, chosen, quiet_for_s=rest_s, tried_max=most)
    except RuleBroken as error:
        words = gettext("Nobody was brought back: type the number that stands here now.")
        tell(error.errors[0].detail if error.errors else words, "bad")
        return go("coordinator.recycling", campaign_id=campaign_id, d=chosen, hours=hours, tried=tried)
    words = gettext("%(count)s numbers are called again.", count=done.numbers)
    return go("coordinator.campaign_progress", words, campaign_id=campaign_id)


def _seconds(hours: int | None) -> int | None:
    return None if hours is None else hours * _HOUR_S


def _number(typed: str) -> int | None:
    """What was typed; None for nothing. What is no number is refused as one that is out of all bounds."""
    if not typed:
        return None
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 6 else -1


def _page(campaign_id: uuid.UUID, chosen: Sequence[str], found: RecyclingView | None) -> str:
    campaign = get_campaign(context(), campaign_id)
    return render_template(
        "coordinator/recycling.html",
        campaign=campaign,
        choices=[(name, gettext(DISPOSITION[name]), name in chosen) for name in RECYCLABLE],
        chosen=chosen,
        hours=asked("hours"),
        tried=asked("tried"),
        tried_usual=min(2 * campaign.max_attempts, TRIED_MOST),
        found=found,
        back=[(gettext(DISPOSITION[name]), count) for name, count in found.back.items()] if found else [],
        stays=[(_why(name), count) for name, count in found.stays.items()] if found else [],
        action=url_for("coordinator.run_recycling", campaign_id=campaign_id),
    )


def _why(name: str) -> str:
    return str(gettext(_STAYS.get(name) or DISPOSITION[name]))
