"""Mute and hold in a talk on one's own line: two buttons."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, request
from flask_babel import gettext
from werkzeug.wrappers import Response

from dialer.domain.access import Permission
from dialer.domain.errors import Conflict
from dialer.services.calling import in_call as deeds
from dialer.services.calling.sessions import current_session
from dialer.services.calling.views import SessionView
from dialer.web.desk import context
from dialer.web.guard import allow
from dialer.web.notices import tell
from dialer.web.volunteer.hand import to_call

in_call = Blueprint("in_call", __name__, url_prefix="/call")


@in_call.post("/mute")
@allow(Permission.CALL_PLACE)
def mute() -> Response:
    """Be heard no more, or again (`on`)."""
    return _switch(deeds.mute)


@in_call.post("/hold")
@allow(Permission.CALL_PLACE)
def hold() -> Response:
    """Have them wait, or come back (`on`)."""
    return _switch(deeds.hold)


def _switch(deed: Callable[..., SessionView]) -> Response:
    ctx = context()
    if now := current_session(ctx):
        try:
            deed(ctx, now.id, on=request.form.get("on") == "1")
        except Conflict as refusal:
            tell(gettext(refusal.detail), "warn")
    return to_call()
