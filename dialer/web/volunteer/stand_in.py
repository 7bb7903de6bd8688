"""A volunteer's browser leg in the simulated town (`web.stand_in`)."""

from __future__ import annotations

from flask import Blueprint
from werkzeug.wrappers import Response

from dialer.domain.access import Permission
from dialer.domain.errors import NotFound
from dialer.domain.line import identity_of
from dialer.services.calling.sessions import current_session
from dialer.web.desk import context
from dialer.web.guard import allow
from dialer.web.stand_in import listen_on, open_leg, put_down_leg

stand_in = Blueprint("stand_in", __name__, url_prefix="/call/softphone/legs")


@stand_in.post("")
@allow(Permission.SHIFT_RUN)
def open_here() -> Response:
    """Call with the access token that was given for this browser's line."""
    _whose()
    return open_leg()


@stand_in.get("/<sid>")
@allow(Permission.SHIFT_RUN)
def listen(sid: str) -> Response:
    """How one's own leg stands, and what is heard on it."""
    return listen_on(sid, _whose())


@stand_in.post("/<sid>/end")
@allow(Permission.SHIFT_RUN)
def put_down(sid: str) -> Response:
    """Hang up one's own leg."""
    return put_down_leg(sid, _whose())


def _whose() -> str:
    ctx = context()
    now = current_session(ctx)
    if now is None:
        raise NotFound
    return identity_of(ctx.organisation_id, now.id)
