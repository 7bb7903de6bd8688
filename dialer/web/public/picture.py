"""`/p/CODE`: a picture that a text has with it, or leads to. Whoever was sent the address sees it, the
carrier too; nobody is noted down.
"""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Response, render_template, request

from dialer.domain.access import Permission
from dialer.services.messaging.pictures import public_picture
from dialer.web.desk import desk
from dialer.web.guard import allow
from dialer.web.limits import limit_misses

shown = Blueprint("shown", __name__)


_KEPT: Final = "public, max-age=300"
"""It never changes, but it may be taken away: nobody keeps it for longer without asking."""


@shown.get("/p/<code>")
@allow(Permission.PUBLIC_READ)
@limit_misses
def picture(code: str) -> Response:
    """The picture; of one that was taken away, that it was."""
    found = public_picture(desk().units, code, request.if_none_match.contains_weak)
    if found is None:
        return _gone()
    response = Response(found.data, mimetype=found.content_type)
    response.set_etag(found.sha256)
    response.headers["Cache-Control"] = _KEPT
    response.headers["X-Robots-Tag"] = "noindex"
    response.make_conditional(request)
    return response


def _gone() -> Response:
    """A page that says so, and nothing about anybody."""
    response = Response(render_template("public/picture_gone.html"), 410, mimetype="text/html")
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
