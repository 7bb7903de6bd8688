"""Links by which many join a campaign: made, shown with their QR code, closed."""

from __future__ import annotations

import uuid

import segno
from flask import render_template
from flask_babel import gettext
from markupsafe import Markup
from werkzeug.wrappers import Response

from dialer.domain.access import Permission
from dialer.domain.errors import NotFound
from dialer.services.accounts.join_links import (
    NewJoinLink,
    create_join_link,
    delete_join_link,
    list_join_links,
)
from dialer.services.calling.campaigns import get_campaign
from dialer.web.coordinator.blueprint import coordinator
from dialer.web.coordinator.forms import everything, go, ticked
from dialer.web.desk import context
from dialer.web.guard import allow


@coordinator.post("/campaigns/<uuid:campaign_id>/join-links")
@allow(Permission.JOIN_LINK_MANAGE)
def make_join_link(campaign_id: uuid.UUID) -> Response:
    """Make a link and show it."""
    link = create_join_link(context(), campaign_id, NewJoinLink(approval=ticked("approval")))
    words = gettext("The link is made. Send it to people you trust.")
    return go("coordinator.join_link", words, campaign_id=campaign_id, code=link.code)


@coordinator.get("/campaigns/<uuid:campaign_id>/join-links/<code>")
@allow(Permission.JOIN_LINK_MANAGE)
def join_link(campaign_id: uuid.UUID, code: str) -> str:
    """The link, large, with its QR code for a screen or a poster."""
    ctx = context()
    links = everything(lambda page: list_join_links(ctx, campaign_id, page))
    link = next((one for one in links if one.code == code), None)
    if link is None:
        raise NotFound
    campaign = get_campaign(ctx, campaign_id)
    return render_template("coordinator/join_link.html", campaign=campaign, link=link, qr=_qr(link.url))


@coordinator.post("/campaigns/<uuid:campaign_id>/join-links/<code>/close")
@allow(Permission.JOIN_LINK_MANAGE)
def revoke_join_link(campaign_id: uuid.UUID, code: str) -> Response:
    """Let nobody else join by it."""
    delete_join_link(context(), code)
    words = gettext("The link is closed. Who has joined stays.")
    return go("coordinator.campaign", words, campaign_id=campaign_id)


def _qr(url: str) -> Markup:
    """The address as an inline SVG without style attributes, which the content policy refuses."""
    svg: str = segno.make_qr(url, error="m").svg_inline(
        svgclass="qr", lineclass=None, omitsize=True, border=2, title=gettext("QR code of the link")
    )
    return Markup(svg)  # noqa: S704 - segno's own drawing; the title is ours
