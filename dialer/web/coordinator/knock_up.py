"""Knock-up: who is left to remind, where, by which means; lists to take away and sheets to print."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any, Final

from flask import Response as FlaskResponse
from flask import render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from dialer.domain.access import Permission
from dialer.domain.errors import NotFound, ValidationFailed
from dialer.domain.knock_up import Channel, Order
from dialer.services.calling.campaigns import list_campaigns
from dialer.services.calling.views import CampaignView
from dialer.services.gotv.knock_up import KnockUpSearch, knock_up_csv, knock_up_summary, list_knock_up
from dialer.services.gotv.walks import cut_anew
from dialer.services.paging import Page
from dialer.web.coordinator.blueprint import coordinator
from dialer.web.coordinator.forms import (
    Answer,
    asked,
    choices,
    chosen_id,
    everything,
    go,
    next_address,
    page_asked,
    said,
)
from dialer.web.desk import context
from dialer.web.downloads import csv_response
from dialer.web.guard import allow
from dialer.web.knock_up_shown import sheets_page
from dialer.web.rule_words import N_

_ROWS: Final = 25
_CHANNELS: Final = {Channel.DOORSTEP: N_("By door"), Channel.VOICE: N_("By call"), Channel.SMS: N_("By text")}
_ORDERS: Final = {
    Order.ATTEMPTS: N_("Called least first"),
    Order.WALK: N_("Road by road"),
}


@coordinator.get("/knock-up")
@allow(Permission.KNOCK_UP_READ)
def knock_up() -> Answer:
    """The figures of a campaign by polling district, and the list that the address asks for."""
    return _page()


@coordinator.get("/knock-up.csv", endpoint="knock_up_file")
@allow(Permission.KNOCK_UP_READ)
def knock_up_file() -> FlaskResponse:
    """The list that the address asks for, whole."""
    campaign = _campaign(_campaigns())
    return csv_response(knock_up_csv(context(), campaign.id, _search()), "knock-up.csv")


@coordinator.get("/knock-up/print")
@allow(Permission.KNOCK_UP_READ)
def knock_up_sheets() -> Answer:
    """The walks on paper, of the polling district that the address asks for, or of all."""
    try:
        return sheets_page(context(), _campaign(_campaigns()).id, asked("polling_district") or None)
    except ValidationFailed as error:
        return _page(gettext(error.errors[0].detail)), error.status


@coordinator.post("/knock-up/cut")
@allow(Permission.KNOCK_UP_READ)
def cut_walks_anew() -> Response:
    """Have a polling district cut into walks of who is left."""
    campaign_id = chosen_id("campaign_id") or uuid.UUID(int=0)
    cut_anew(context(), campaign_id, said("polling_district"))
    words = gettext("The next print is cut into walks of who is left. Sheets that are out stay good.")
    return go("coordinator.knock_up", words, campaign_id=campaign_id)


def _campaigns() -> list[CampaignView]:
    ctx = context()
    return everything(lambda page: list_campaigns(ctx, page))


def _campaign(campaigns: Sequence[CampaignView]) -> CampaignView:
    """The campaign that the address names, else the one that was made last and goes on."""
    if wanted := asked("campaign_id"):
        named = [one for one in campaigns if str(one.id) == wanted]
    else:
        named = [one for one in campaigns if one.state == "active"] or list(campaigns)
    if not named:
        raise NotFound
    return named[-1]


def _search() -> KnockUpSearch:
    """What the address asks for; what isn't one of its choices asks for the usual one."""
    channel, order = asked("channel"), asked("order")
    return KnockUpSearch(
        Channel(channel) if channel in set(Channel) else Channel.DOORSTEP,
        asked("polling_district") or None,
        Order(order) if order in set(Order) else Order.WALK,
    )


def _page(refused: str | None = None) -> str:
    ctx, campaigns, search = context(), _campaigns(), _search()
    if not campaigns:
        return render_template("coordinator/knock_up.html", campaign=None)
    campaign = _campaign(campaigns)
    try:
        found = list_knock_up(ctx, campaign.id, search, page_asked(_ROWS))
    except ValidationFailed:  # an address that was made up: from the start
        found = list_knock_up(ctx, campaign.id, search, Page(_ROWS))
    summary = knock_up_summary(ctx, campaign.id)
    kept: dict[str, Any] = {
        "campaign_id": campaign.id,
        "channel": search.channel,
        "order": search.order,
        "polling_district": search.polling_district,
    }
    return render_template(
        "coordinator/knock_up.html",
        campaign=campaign,
        refused=refused,
        summary=summary,
        rows=found.items,
        search=search,
        more=next_address(found, "coordinator.knock_up", _anchor="list", **kept),
        earlier=url_for("coordinator.knock_up", **kept, _anchor="list") if asked("after") else None,
        csv_href=url_for("coordinator.knock_up_file", **kept),
        campaign_choices=choices(campaigns),
        channel_choices=[(str(channel), gettext(words)) for channel, words in _CHANNELS.items()],
        order_choices=[(str(order), gettext(words)) for order, words in _ORDERS.items()],
        district_choices=[("", gettext("Any"))]
        + [(one.polling_district,) * 2 for one in summary.by_polling_district if one.polling_district],
    )
