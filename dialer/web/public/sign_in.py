"""What this is, and the ways in: a token, a sign-in link. And the way out."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, redirect, render_template, request, session
from flask_babel import gettext
from werkzeug.wrappers import Response

from dialer.domain.access import Actor, Permission, Role
from dialer.domain.errors import NotFound, Unauthenticated, Unavailable, ValidationFailed
from dialer.services.accounts.account_fields import read_reach
from dialer.services.accounts.devices import come_back_on_device
from dialer.services.accounts.link_letters import ask_for_link
from dialer.services.accounts.logins import sign_in_with_token, sign_out
from dialer.services.accounts.organisations import organisation_ids, system_actor
from dialer.services.accounts.pending_joins import finish_my_joins
from dialer.services.accounts.sign_in_links import look_at_sign_in_link, sign_in_with_link
from dialer.services.accounts.views import SignedIn
from dialer.settings.policies import phone_policy
from dialer.web.desk import context, current_actor, desk, moment
from dialer.web.event_words import tell_of_all
from dialer.web.guard import LOGIN_KEY, allow
from dialer.web.limits import limit_failed_sign_ins
from dialer.web.look import local_path
from dialer.web.notices import tell
from dialer.web.public.devices import forget_here, known_here, remember_here, this_device

public = Blueprint("public", __name__)

_HOME: Final = {Role.VOLUNTEER: "/call", Role.OBSERVER: "/spending", Role.TELLER: "/teller"}


def home_of(actor: Actor) -> str:
    """Where somebody's work is: the calls for volunteers, the figures for observers, their own page for
    tellers, the campaigns for everybody above.
    """
    return _HOME.get(actor.role, "/campaigns")


def enter(signed: SignedIn, back: str | None = None) -> Response:
    """Let somebody in: a new session, nothing of an earlier one in it, and on to their work."""
    session.clear()
    session.permanent = True
    session[LOGIN_KEY] = signed.secret
    return redirect(local_path(back, otherwise=home_of(signed.actor)), code=303)


def finish_joins_of(actor: Actor) -> None:
    """Have whoever has just been let in come to what they asked for by join links. Their sign-in link is used
    up by then, so that they are let in whatever comes of it: what can't be done just now is kept.
    """
    try:
        tell_of_all(finish_my_joins(context(actor)))
    except Unavailable:
        tell(gettext("Joining isn’t done yet. Open the link that you joined by once more."), "warn")


@public.get("/")
@allow(Permission.PUBLIC_READ)
def index() -> str:
    """What this is and how to sign in."""
    actor = current_actor()
    return render_template(
        "public/index.html",
        home=home_of(actor) if actor else None,
        known=None if actor else known_here(),
    )


@public.get("/login")
@allow(Permission.SIGN_IN)
def login() -> str:
    """The form that takes a token; says so when a session has just ended."""
    back = local_path(request.args.get("next"), otherwise="")
    return render_template(
        "public/login.html", next=back, ended=request.args.get("ended"), known=known_here()
    )


@public.post("/login")
@allow(Permission.SIGN_IN)
@limit_failed_sign_ins
def sign_in() -> Response | tuple[str, int]:
    """Sign in with a token, or, in a browser that is remembered, by one press."""
    back = request.form.get("next")
    if "forget" in request.form:
        return _forgotten()
    if "again" in request.form:
        return _come_back(back)
    try:
        signed = sign_in_with_token(desk().units, request.form.get("token", ""), moment())
    except Unauthenticated as refusal:
        errors = {"token": gettext(refusal.detail)}
        return render_template("public/login.html", next=local_path(back, otherwise=""), errors=errors), 401
    return enter(signed, back)


@public.post("/login/link")
@allow(Permission.SIGN_IN)
def ask_link() -> Response | tuple[str, int]:
    """Ask to be let in again: what is said is the same to all, known here or not."""
    sent = request.form.get("reach", "")
    tools = desk()
    try:
        reach = read_reach(sent, phone_policy(tools.settings))
    except ValidationFailed as refusal:
        errors = {"reach": gettext(refusal.errors[0].detail)}
        return render_template("public/login.html", sent=sent, errors=errors), 422
    for organisation_id in organisation_ids(tools.units):
        ask_for_link(context(system_actor(organisation_id)), reach)
    tell(gettext("If that is how we know you, a link is on its way to you, or a coordinator makes you one."))
    return redirect("/login", code=303)


def _come_back(back: str | None) -> Response | tuple[str, int]:
    try:
        device = this_device() or ""
        signed = come_back_on_device(desk().units, device, moment())
    except Unauthenticated as refusal:
        errors = {"token": gettext(refusal.detail)}
        return render_template("public/login.html", next=local_path(back, otherwise=""), errors=errors), 401
    answer = enter(signed, back)
    remember_here(answer, device)
    return answer


def _forgotten() -> Response:
    """Somebody else's turn in this browser."""
    tell(gettext("This device has forgotten you. Your sign-in link is sent to you again from any join link."))
    answer = redirect("/login", code=303)
    forget_here(answer)
    return answer


@public.get("/sign-in/<code>")
@allow(Permission.SIGN_IN)
def sign_in_link(code: str) -> str | tuple[str, int]:
    """The page of a sign-in link: a preview of it uses nothing up."""
    link = look_at_sign_in_link(desk().units, code, moment())
    page = render_template("public/sign_in.html", link=link)
    return page if link else (page, 404)


@public.post("/sign-in/<code>")
@allow(Permission.SIGN_IN)
@limit_failed_sign_ins
def use_sign_in_link(code: str) -> Response | tuple[str, int]:
    """The button of a sign-in link."""
    try:
        remember = "remember" in request.form
        signed = sign_in_with_link(desk().units, code, moment(), remembered=remember)
    except NotFound:
        return render_template("public/sign_in.html", link=None), 404
    answer = enter(signed)
    finish_joins_of(signed.actor)
    if remember:
        remember_here(answer, signed.secret)
    return answer


@public.post("/sign-out")
@allow(Permission.PUBLIC_READ)
def leave() -> Response:
    """End the session in this browser and on the server, and greet nobody here any more.

    The session may have gone quiet, or be another than the one by which this browser is remembered.
    """
    if secret := session.pop(LOGIN_KEY, None):
        sign_out(desk().units, secret, moment())
    session.clear()
    tell(gettext("You’re signed out. Diolch."))
    answer = redirect("/", code=303)
    forget_here(answer)
    return answer
