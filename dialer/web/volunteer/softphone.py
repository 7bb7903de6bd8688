"""Calling in the browser: who may, the page's part of it, and its access tokens.

That the line is this browser's stands in its cookie, so that another one with the same shift doesn't take it
by merely looking.
"""

from __future__ import annotations

import uuid
from typing import Final

from flask import Blueprint, Flask, g, jsonify, request, session
from werkzeug.wrappers import Response

from dialer.domain.access import Permission
from dialer.domain.errors import Conflict
from dialer.services.calling.line_asking import browser_token, is_elsewhere
from dialer.services.calling.sessions import current_session
from dialer.services.calling.views import SessionView
from dialer.services.context import Context
from dialer.web.desk import context, desk
from dialer.web.guard import allow
from dialer.web.security import may_hear
from dialer.web.softphone import Softphone, telephone

softphone = Blueprint("softphone", __name__, url_prefix="/call/softphone")

LEGS: Final = "/call/softphone/legs"
HERE: Final = "line_here"
"""The cookie's name for the shift whose line is in this browser."""
BESIDE: Final = frozenset({"/call/keys", "/call/phone"})
"""Pages without the bar: nobody is put through to somebody who reads them."""


def sit_here(shift_id: uuid.UUID) -> None:
    """The line of this shift is in this browser from now on."""
    session[HERE] = str(shift_id)


def leave_here() -> None:
    """No line is in this browser."""
    session.pop(HERE, None)


def is_here(shift: SessionView) -> bool:
    """Whether the line of a shift is in this browser, whatever has become of it."""
    return shift.via == "browser" and session.get(HERE) == str(shift.id)


def _softphone() -> Softphone | None:
    """The telephone in this page of the call screen; None where it is none."""
    if HERE not in session or not request.path.startswith("/call") or request.path in BESIDE:
        return None
    return telephone(session[HERE], LEGS)


def softphone_for(shift: SessionView) -> Softphone | None:
    """The telephone with which this page can ring whom a shift has in hand; None where nobody calls so."""
    return telephone(str(shift.id), LEGS) if shift.line is None else None


def install_softphone(app: Flask) -> None:
    """Give every template `softphone()`, and `may_hear()`."""
    app.jinja_env.globals["softphone"] = _softphone
    app.jinja_env.globals["may_hear"] = may_hear


def line_here(ctx: Context) -> SessionView | None:
    """The shift whose line is in this browser, while it is one of the volunteer's own that goes on."""
    now = current_session(ctx)
    return now if now is not None and is_here(now) else None


@softphone.post("/token")
@allow(Permission.SHIFT_RUN)
def token() -> Response:
    """An access token for the line that is in this browser, or to ring the `assignment` in hand. With the
    `leg` that the page lost: whether the line is `elsewhere` by now. `over`: there is no such line any more.
    """
    ctx = context()
    if assignment := request.form.get("assignment"):
        return _pass_for(ctx, assignment)
    now = line_here(ctx)
    if now is None:
        leave_here()
        return jsonify({"over": True})
    if (leg := request.form.get("leg")) and is_elsewhere(ctx, now.id, leg):
        return jsonify({"elsewhere": True})
    return _pass(ctx, now)


def _pass_for(ctx: Context, assignment: str) -> Response:
    now = current_session(ctx)
    if now is None or str(now.assignment_id) != assignment:
        return jsonify({"over": True})
    return _pass(ctx, now)


def _pass(ctx: Context, shift: SessionView) -> Response:
    try:
        made = browser_token(ctx, shift.id, desk().voice_tokens)
    except Conflict:
        return jsonify({"over": True})
    lasts_s = (made.expires_at - g.now).total_seconds()
    return jsonify({"token": made.token, "lasts_s": int(lasts_s)})
