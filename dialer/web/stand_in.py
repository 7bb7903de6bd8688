"""A page's telephone where the carrier is the simulated town: opened, listened to and put down through us.

With a real carrier there are none of these addresses: the SDK in the page speaks to the carrier itself.
"""

from __future__ import annotations

from typing import Final

from flask import jsonify, request
from werkzeug.wrappers import Response

from dialer.domain.errors import NotFound, Unavailable
from dialer.services.context import BrowserStandIn, LegOfBrowser, NoStandIn
from dialer.web.desk import desk

AGAIN_S: Final = 2
_NO_PARAMS: Final = frozenset({"token", "csrf_token"})


def open_leg() -> Response:
    """Call with the access token that was given for this browser."""
    params = {name: value for name, value in request.form.items() if name not in _NO_PARAMS}
    try:
        return jsonify({"sid": _town().open(request.form.get("token", ""), params)})
    except NoStandIn:
        raise Unavailable(retry_after_s=AGAIN_S) from None


def listen_on(sid: str, identity: str) -> Response:
    """How one's own leg stands, and what is heard on it."""
    leg = _own_leg(sid, identity)
    return jsonify({"state": leg.state, "hears": leg.hears})


def put_down_leg(sid: str, identity: str) -> Response:
    """Hang up one's own leg."""
    _own_leg(sid, identity)
    try:
        _town().hang_up(sid)
    except NoStandIn:
        raise Unavailable(retry_after_s=AGAIN_S) from None
    return Response(status=204)


def _own_leg(sid: str, identity: str) -> LegOfBrowser:
    """The leg of that name, if it shows itself as this one; else it isn't there."""
    try:
        leg = _town().look(sid) if sid.isalnum() else None
    except NoStandIn:
        raise Unavailable(retry_after_s=AGAIN_S) from None
    if leg is None or leg.caller != f"client:{identity}":
        raise NotFound
    return leg


def _town() -> BrowserStandIn:
    if (town := desk().stand_in) is None:
        raise NotFound
    return town
