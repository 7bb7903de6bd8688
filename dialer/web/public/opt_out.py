"""`/o/CODE`: the link in a text or letter by which a number or address says no to further ones.

People press the button of its page. Mail programs post to it without having been there (RFC 8058), when
somebody presses theirs: without cookie, so that no form's secret can be asked for; the code is the secret.
"""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Response, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

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
from dialer.web.limits import limit_misses, uncounted
from dialer.web.security import asks_itself, csrf

opting_out = Blueprint("opting_out", __name__)

ONE_CLICK: Final = ("List-Unsubscribe", "One-Click")
"""What a mail program posts, and nothing else does (RFC 8058, 3.1)."""


@opting_out.get("/o/<code>")
@allow(Permission.OPT_OUT_SELF)
@limit_misses
def page(code: str) -> str:
    """Which number or address it is about, as far as its owner needs to see, and the button."""
    return render_template("public/opt_out.html", page=look_at_opt_out(_context(code), code))


@opting_out.post("/o/<code>")
@asks_itself
@uncounted
@allow(Permission.OPT_OUT_SELF)
@limit_misses
def stop(code: str) -> BaseResponse:
    """The button, here or in a mail program, which is to be led nowhere else (RFC 8058, 3.1)."""
    name, value = ONE_CLICK
    if request.form.get(name) == value:
        opt_out_by_link(_context(code), code)
        return Response("No more emails will be sent.\n", mimetype="text/plain")
    csrf.protect()
    opt_out_by_link(_context(code), code)
    return redirect(f"/o/{code}", code=303)


def _context(code: str) -> Context:
    """The system's own hand in the organisation whose text or letter it was."""
    organisation_id = organisation_of_code(desk().units, code)
    if organisation_id is None:
        raise NotFound
    return context(system_actor(organisation_id))
