"""What this is, and the ways in."""

from __future__ import annotations

from flask import Blueprint, g, render_template, request

from dialer.domain.access import Actor, Permission, Role
from dialer.web.desk import current_actor
from dialer.web.guard import allow
from dialer.web.look import local_path

public = Blueprint("public", __name__)


def home_of(actor: Actor) -> str:
    """Where somebody's work is: the calls for volunteers, the campaigns for everybody above."""
    return "/call" if actor.role is Role.VOLUNTEER else "/campaigns"


@public.get("/")
@allow(Permission.PUBLIC_READ)
def index() -> str:
    """What this is and how to sign in."""
    actor = current_actor()
    return render_template("public/index.html", home=home_of(actor) if actor else None)


@public.get("/login")
@allow(Permission.SIGN_IN)
def login() -> str:
    """The form that takes a token; says so when a session has just ended."""
    back = local_path(request.args.get("next"), otherwise="")
    return render_template("public/login.html", next=back, signed_out=g.get("signed_out", False))
