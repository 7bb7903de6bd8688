"""`/o/CODE`: the link in a text by which a number says no to further texts, with one press."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template
from werkzeug.wrappers import Response

from dialer.domain.access import Permission
from dialer.domain.errors import NotFound
from dialer.services.accounts.organisations import system_actor
from dialer.services.context import Context
from dialer.services.messaging.opt_out_page import (
    look_at_opt_out,
    opt_out_by_link,
    organisation_of_code,
)
from dialer.web.desk import context, desk
from dialer.web.guard import allow

opting_out = Blueprint("opting_out", __name__)


@opting_out.get("/o/<code>")
@allow(Permission.OPT_OUT_SELF)
def page(code: str) -> str:
    """Which number it is about, as far as its owner needs to see, and the button."""
    return render_template("public/opt_out.html", page=look_at_opt_out(_context(code), code))


@opting_out.post("/o/<code>")
@allow(Permission.OPT_OUT_SELF)
def stop(code: str) -> Response:
    """The button."""
    opt_out_by_link(_context(code), code)
    return redirect(f"/o/{code}", code=303)


def _context(code: str) -> Context:
    """The system's own hand in the organisation whose text it was."""
    organisation_id = organisation_of_code(desk().units, code)
    if organisation_id is None:
        raise NotFound
    return context(system_actor(organisation_id))
