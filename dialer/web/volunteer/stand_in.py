"""The page's telephone where the carrier is the simulated town: opened, listened to and put down through us.

With a real carrier there are none of these addresses: the SDK in the page speaks to the carrier itself.
"""

from __future__ import annotations

from typing import Final

from flask import Blueprint, jsonify, request
from werkzeug.wrappers import Response

from dialer.domain.access import Permission
from dialer.domain.errors import NotFound, Unavailable
from dialer.domain.line import identity_of
from dialer.services.calling.sessions import current_session
from dialer.services.context import BrowserStandIn, Context, LegOfBrowser, NoStandIn
from dialer.web.desk import context, desk
from dialer.web.guard import allow

stand_in = Blueprint("stand_in", __name__, url_prefix="/call/softphone/legs")

AGAIN_S: Final = 2
_NO_PARAMS: Final = frozenset({"token", "csrf_token"})


@stand_in.post("")
@allow(Permission.SHIFT_RUN)
def open_leg() -> Response:
    """Call with the access token that was given for this browser's line."""
    _whose(context())
    params = {name: value for name, value in request.form.items() if name not in _NO_PARAMS}
    try:
        return jsonify({"sid": _town().open(request.form.get("token", ""), params)})
    except NoStandIn:
        raise Unavailable(retry_after_s=AGAIN_S) from None


@stand_in.get("/<sid>")
@allow(Permission.SHIFT_RUN)
def listen(sid: str) -> Response:
    """How one's own leg stands, and what is heard on it."""
    leg = _own_leg(sid)
    return jsonify({"state": leg.state, "hears": leg.hears})


@stand_in.post("/<sid>/end")
@allow(Permission.SHIFT_RUN)
def put_down(sid: str) -> Response:
    """Hang up one's own leg."""
    _own_leg(sid)
    try:
        _town().hang_up(sid)
    except NoStandIn:
        raise Unavailable(retry_after_s=AGAIN_S) from None
    return Response(status=204)


def _own_leg(sid: str) -> LegOfBrowser:
    """The leg of that name, if it shows itself as of their shift; else it isn't there."""
    caller = f"client:{_whose(context())}"
    try:
        leg = _town().look(sid) if sid.isalnum() else None
    except NoStandIn:
        raise Unavailable(retry_after_s=AGAIN_S) from None
    if leg is None or leg.caller != caller:
        raise NotFound
    return leg


def _whose(ctx: Context) -> str:
    now = current_session(ctx)
    if now is None:
        raise NotFound
    return identity_of(ctx.organisation_id, now.id)


def _town() -> BrowserStandIn:
    if (town := desk().stand_in) is None:
        raise NotFound
    return town
