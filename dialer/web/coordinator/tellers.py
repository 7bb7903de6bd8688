"""Tellers: the links and posters by which they join, and who stands where."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from flask import render_template, request
from flask_babel import force_locale, gettext
from werkzeug.wrappers import Response

from dialer.domain.access import Permission
from dialer.services.accounts.teller_links import (
    TellerLinkView,
    TellerView,
    create_teller_link,
    delete_teller_link,
    get_teller_link,
    list_teller_links,
    list_tellers,
)
from dialer.services.accounts.tokens import delete_token
from dialer.services.gotv.telling import teller_desk
from dialer.web.coordinator.blueprint import coordinator
from dialer.web.coordinator.forms import everything, go
from dialer.web.desk import context
from dialer.web.guard import allow
from dialer.web.look import LANGUAGES, current_look
from dialer.web.qr import qr_of


@coordinator.get("/tellers")
@allow(Permission.TOKEN_MANAGE)
def tellers() -> str:
    """The links of the election, the form that makes one, and who came by them."""
    ctx = context()
    desk = teller_desk(ctx)
    return render_template(
        "coordinator/tellers.html",
        desk=desk,
        teller_links=everything(lambda page: list_teller_links(ctx, page)),
        people=everything(lambda page: list_tellers(ctx, page)),
    )


@coordinator.post("/tellers")
@allow(Permission.TOKEN_MANAGE)
def make_teller_link() -> Response:
    """Make a link for the districts that are ticked, and show it."""
    link = create_teller_link(context(), request.form.getlist("polling_districts"))
    words = gettext("The link is made. Whoever opens it can note who has voted: send it to people you trust.")
    return go("coordinator.teller_link", words, code=link.code)


@coordinator.get("/tellers/<code>")
@allow(Permission.TOKEN_MANAGE)
def teller_link(code: str) -> str:
    """The link, large, with its QR code."""
    link = get_teller_link(context(), code)
    return render_template("coordinator/teller_link.html", link=link, qr=qr_of(link.url))


@coordinator.get("/tellers/<code>/poster")
@allow(Permission.TOKEN_MANAGE)
def teller_poster(code: str) -> str:
    """A sheet for the committee room's wall, in both languages, the reader's own first."""
    link = get_teller_link(context(), code)
    own = current_look().lang
    words = [_poster_words(language) for language in sorted(LANGUAGES, key=lambda one: one != own)]
    return render_template("coordinator/teller_poster.html", link=link, qr=qr_of(link.url), words=words)


@coordinator.post("/tellers/<code>/close")
@allow(Permission.TOKEN_MANAGE)
def close_teller_link(code: str) -> Response:
    """Let nobody else join by it."""
    delete_teller_link(context(), code)
    return go("coordinator.tellers", gettext("The link is closed. Who has joined goes on."))


@coordinator.post("/tellers/<uuid:token_id>/end")
@allow(Permission.TOKEN_MANAGE)
def end_teller(token_id: uuid.UUID) -> Response:
    """Take a teller's way in; their marks stay."""
    delete_token(context(), token_id)
    return go("coordinator.tellers", gettext("They can note nothing more. What they noted stays."))


@dataclass(frozen=True, slots=True)
class _Words:
    """What a poster says in one language."""

    language: str
    title: str
    how: str
    law: str


def _poster_words(language: str) -> _Words:
    with force_locale(language):
        return _Words(
            language,
            gettext("Note who has voted."),
            gettext("Point your phone’s camera here before you go to your polling station."),
            gettext("Stand outside the polling station. Voters may refuse. Nobody asks how they voted."),
        )


def where_of(link: TellerLinkView | TellerView) -> str:
    """The districts of a link or a teller, in words."""
    return ", ".join(link.polling_districts) or gettext("every polling station")


coordinator.add_app_template_filter(where_of, "teller_where")
