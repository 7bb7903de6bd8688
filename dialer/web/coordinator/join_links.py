"""Links by which many join a campaign: made, shown with their QR code, printed as a poster, closed."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from functools import partial
from typing import Final

from flask import render_template
from flask_babel import force_locale, gettext
from werkzeug.wrappers import Response

from dialer.domain.access import Permission
from dialer.domain.errors import NotFound, ValidationFailed
from dialer.domain.reading import Reading
from dialer.services.accounts.join_links import (
    NewJoinLink,
    create_join_link,
    delete_join_link,
    faults_of_link,
    list_join_links,
)
from dialer.services.accounts.views import JoinLinkView
from dialer.services.calling.campaigns import get_campaign
from dialer.services.context import Context
from dialer.services.organising.events import get_event
from dialer.web.coordinator.blueprint import coordinator
from dialer.web.coordinator.forms import (
    Answer,
    Faults,
    chosen_id,
    everything,
    faults_of,
    go,
    said,
    ticked,
    whole_number,
)
from dialer.web.desk import context
from dialer.web.guard import allow
from dialer.web.look import LANGUAGES, current_look
from dialer.web.qr import qr_of

DAY_S: Final = 86_400


@coordinator.get("/campaigns/<uuid:campaign_id>/join-links/new")
@allow(Permission.JOIN_LINK_MANAGE)
def new_join_link(campaign_id: uuid.UUID) -> str:
    """How long it is open, how many it lets in, and how."""
    return _form_page(campaign_id)


@coordinator.post("/campaigns/<uuid:campaign_id>/join-links")
@allow(Permission.JOIN_LINK_MANAGE)
def make_join_link(campaign_id: uuid.UUID) -> Answer:
    """Make a link and show it."""
    try:
        link = create_join_link(context(), campaign_id, _wanted())
    except ValidationFailed as error:
        fields = {
            "/max_joins": "max_joins",
            "/expires_in_s": "open_for_s",
            "/open_for_s": "open_for_s",
            "/event_id": "main",
        }
        return _form_page(campaign_id, faults_of(error, fields)), error.status
    words = gettext("The link is made. Send it to people you trust.")
    return go("coordinator.join_link", words, campaign_id=campaign_id, code=link.code)


def _wanted() -> NewJoinLink:
    form = Reading()
    new = NewJoinLink(
        expires_in_s=form.take(partial(_number, "open_for_s"), None),
        max_joins=form.take(partial(_number, "max_joins"), None),
        approval=ticked("approval"),
        event_id=chosen_id("event_id"),
    )
    form.check(faults_of_link(new))
    return new


def _number(name: str) -> int | None:
    return whole_number(name) if said(name) else None


def _form_page(campaign_id: uuid.UUID, errors: Faults | None = None) -> str:
    ends = [
        ("", gettext("Until I close it")),
        (str(DAY_S), gettext("For a day")),
        (str(7 * DAY_S), gettext("For a week")),
        (str(30 * DAY_S), gettext("For 30 days")),
    ]
    return render_template(
        "coordinator/join_link_form.html",
        campaign=get_campaign(context(), campaign_id),
        ends=ends,
        values={name: said(name) for name in ("open_for_s", "max_joins", "approval")},
        errors=errors or {},
    )


@coordinator.get("/campaigns/<uuid:campaign_id>/join-links/<code>")
@allow(Permission.JOIN_LINK_MANAGE)
def join_link(campaign_id: uuid.UUID, code: str) -> str:
    """The link, large, with its QR code for a screen."""
    ctx = context()
    link = _link(ctx, campaign_id, code)
    campaign = get_campaign(ctx, campaign_id)
    session = get_event(ctx, link.event_id) if link.event_id else None
    return render_template(
        "coordinator/join_link.html", campaign=campaign, link=link, qr=qr_of(link.url), session=session
    )


@coordinator.get("/campaigns/<uuid:campaign_id>/join-links/<code>/poster")
@allow(Permission.JOIN_LINK_MANAGE)
def join_poster(campaign_id: uuid.UUID, code: str) -> str:
    """A sheet to print and hang up, in both languages, the reader's own first."""
    ctx = context()
    link = _link(ctx, campaign_id, code)
    campaign = get_campaign(ctx, campaign_id)
    own = current_look().lang
    return render_template(
        "coordinator/join_poster.html",
        campaign=campaign,
        link=link,
        qr=qr_of(link.url),
        words=[_poster_words(language) for language in sorted(LANGUAGES, key=lambda one: one != own)],
    )


@dataclass(frozen=True, slots=True)
class _Words:
    """What a poster says in one language."""

    language: str
    title: str
    how: str


def _poster_words(language: str) -> _Words:
    with force_locale(language):
        how = gettext("Point your phone’s camera here. Two minutes later you can ring somebody.")
        return _Words(language, gettext("Ring your neighbours with us."), how)


def _link(ctx: Context, campaign_id: uuid.UUID, code: str) -> JoinLinkView:
    links = everything(lambda page: list_join_links(ctx, campaign_id, page))
    link: JoinLinkView | None = next((one for one in links if one.code == code), None)
    if link is None:
        raise NotFound
    return link


@coordinator.post("/campaigns/<uuid:campaign_id>/join-links/<code>/close")
@allow(Permission.JOIN_LINK_MANAGE)
def revoke_join_link(campaign_id: uuid.UUID, code: str) -> Response:
    """Let nobody else join by it."""
    delete_join_link(context(), code)
    words = gettext("The link is closed. Who has joined stays.")
    return go("coordinator.campaign", words, campaign_id=campaign_id)
