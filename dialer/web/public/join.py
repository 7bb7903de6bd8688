"""Joining by a link: from a link to the first call in two minutes, no account words."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request
from flask_babel import gettext
from werkzeug.wrappers import Response

from dialer.domain.access import Permission
from dialer.domain.errors import InvalidTransition, NotFound, ValidationFailed
from dialer.services.accounts.joining import (
    JoinForm,
    come_back,
    join,
    look_at_join_link,
    organisation_of_join_link,
)
from dialer.services.accounts.link_letters import send_link
from dialer.services.accounts.organisations import system_actor
from dialer.services.accounts.views import Joined, JoinOutcome
from dialer.settings.policies import phone_policy
from dialer.web.desk import context, desk, moment
from dialer.web.guard import allow
from dialer.web.public.devices import forget_here, remember_here, this_device
from dialer.web.public.sign_in import enter, finish_joins_of

joining = Blueprint("joining", __name__)

_EMPTY = JoinForm("", "", consent=False)


@joining.get("/join/<code>")
@allow(Permission.JOIN)
def page(code: str) -> str | tuple[str, int]:
    """The promise, who asks, and three fields."""
    return _page(code, _EMPTY)


def _page(code: str, sent: JoinForm, errors: dict[str, str] | None = None) -> str | tuple[str, int]:
    shown = look_at_join_link(desk().units, code, this_device(), moment())
    html = render_template("public/join.html", page=shown, sent=sent, errors=errors)
    status = 422 if errors else 404 if shown.campaign_name is None else 200
    return html, status


@joining.post("/join/<code>")
@allow(Permission.JOIN)
def join_in(code: str) -> Response | str | tuple[str, int]:
    """Join in, or come back on the device that joined."""
    form = request.form
    sent = JoinForm(
        form.get("name", ""),
        form.get("reach", ""),
        consent="consent" in form,
        remember="remember" in form,
    )
    try:
        joined = _come_back(code) if "again" in form else _join(code, sent)
    except ValidationFailed as refusal:
        errors = {_field(fault.pointer): str(gettext(fault.detail)) for fault in refusal.errors}
        return _page(code, sent, errors)
    except (NotFound, InvalidTransition):
        return _page(code, sent)
    return _welcome(joined, code)


def _field(pointer: str) -> str:
    """The field of the page: phone and email share one."""
    name = pointer.lstrip("/")
    return "reach" if name in ("phone", "email") else name


def _join(code: str, sent: JoinForm) -> Joined:
    tools = desk()
    phones = phone_policy(tools.settings)
    joined = join(tools.units, phones, code, sent, device=this_device(), now=moment())
    if joined.outcome is JoinOutcome.LINK_ASKED:
        _send_link(code, sent.reach)
    return joined


def _send_link(code: str, reach: str) -> None:
    """To whoever has this address; the page says the same to all."""
    organisation_id = organisation_of_join_link(desk().units, code, moment())
    if organisation_id is not None:
        send_link(context(system_actor(organisation_id)), reach)


def _come_back(code: str) -> Joined:
    return come_back(desk().units, code, this_device(), moment())


def _welcome(joined: Joined, code: str) -> Response | str:
    if joined.signed_in is None:
        return _joined_page(code, joined.outcome)
    waiting = joined.outcome == "waiting"
    answer = redirect(f"/join/{code}/waiting", code=303) if waiting else enter(joined.signed_in, "/practice")
    finish_joins_of(joined.signed_in.actor)
    if joined.device:
        remember_here(answer, joined.device)
    else:
        forget_here(answer)
    return answer


@joining.get("/join/<code>/waiting")
@allow(Permission.JOIN)
def waiting(code: str) -> str:
    """Joined, once a coordinator agrees."""
    return _joined_page(code, JoinOutcome.WAITING)


def _joined_page(code: str, outcome: JoinOutcome) -> str:
    session = look_at_join_link(desk().units, code, None, moment()).session
    return render_template("public/joined.html", outcome=outcome, session=session)
