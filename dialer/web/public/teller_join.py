"""Joining as a teller, by a link or the code on a poster: a name, and the page is there."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from dialer.domain.access import Permission, Role
from dialer.domain.election import Phase
from dialer.domain.errors import NotFound, ValidationFailed
from dialer.services.accounts.teller_links import join_as_teller, look_at_teller_link
from dialer.settings.policies import phone_policy
from dialer.web.desk import current_actor, desk, moment
from dialer.web.forms import Faults, faults_of, said
from dialer.web.guard import allow
from dialer.web.public.sign_in import enter

teller_joining = Blueprint("teller_joining", __name__)


@teller_joining.get("/teller/join/<code>")
@allow(Permission.JOIN)
def page(code: str) -> Response | tuple[str, int]:
    """Where and when, the law in three lines, and two fields. Who has joined here goes on."""
    actor = current_actor()
    if actor is not None and actor.role is Role.TELLER:
        return redirect(url_for("teller.page"), code=303)
    return _page(code)


@teller_joining.post("/teller/join/<code>")
@allow(Permission.JOIN)
def join(code: str) -> Response | tuple[str, int]:
    """Join, and be signed in on this phone until the day is over."""
    tools = desk()
    fields = {"name": said("name"), "phone": said("phone")}
    try:
        signed = join_as_teller(tools.units, phone_policy(tools.settings), code, now=moment(), **fields)
    except ValidationFailed as refusal:
        return _page(code, faults_of(refusal, {"/name": "name", "/phone": "phone"}))
    except NotFound:
        return _page(code)
    return enter(signed, "/teller")


def _page(code: str, errors: Faults | None = None) -> tuple[str, int]:
    shown = look_at_teller_link(desk().units, code, moment())
    html = render_template(
        "public/teller_join.html",
        page=shown,
        closed=shown is not None and shown.phase is Phase.CLOSED,
        values={name: request.form.get(name, "") for name in ("name", "phone")},
        errors=errors,
        where=gettext("every polling station") if shown and not shown.polling_districts else None,
    )
    return html, 422 if errors else 200 if shown else 404
