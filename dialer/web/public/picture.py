"""`/p/CODE`: a picture that a text leads to. Whoever was sent the address sees it; nobody is noted down."""

from __future__ import annotations

from flask import Blueprint, Response, request

from dialer.domain.access import Permission
from dialer.services.messaging.pictures import public_picture
from dialer.web.audio import UNCHANGING
from dialer.web.desk import desk
from dialer.web.guard import allow
from dialer.web.limits import limit_misses

shown = Blueprint("shown", __name__)


@shown.get("/p/<code>")
@allow(Permission.PUBLIC_READ)
@limit_misses
def picture(code: str) -> Response:
    """The picture, as it will always be."""
    found = public_picture(desk().units, code, request.if_none_match.contains_weak)
    response = Response(found.data, mimetype=found.content_type)
    response.set_etag(found.sha256)
    response.headers["Cache-Control"] = UNCHANGING
    response.headers["X-Robots-Tag"] = "noindex"
    response.make_conditional(request)
    return response
