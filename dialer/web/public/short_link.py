"""`/l/CODE`: a short link in a text, which leads on to its page at once.

Nothing of whoever follows it is asked, set or passed on: no cookie, no name, no word in the way to the page.
Where it leads stands with us, so nobody can put an address of theirs behind a link of ours.
"""

from __future__ import annotations

from typing import Final

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from dialer.domain.access import Permission
from dialer.domain.link_visit import Visit
from dialer.services.messaging.link_visits import actor_of, note, way_of
from dialer.web.desk import context, desk
from dialer.web.guard import allow
from dialer.web.limits import limit_misses

short_links = Blueprint("short_links", __name__)

_HEADERS: Final = {"X-Robots-Tag": "noindex, nofollow", "Referrer-Policy": "no-referrer"}


@short_links.get("/l/<code>")
@allow(Permission.LINK_FOLLOW)
@limit_misses
def follow(code: str) -> Response:
    """On to the page."""
    way = way_of(desk().units, code)
    note(context(actor_of(way)), way, _visit())
    answer = redirect(way.target, code=302)
    answer.headers.update(_HEADERS)
    return answer


def _visit() -> Visit:
    told = request.headers
    ahead = ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")
    return Visit(
        method=request.method,
        agent=told.get("User-Agent", ""),
        language=told.get("Accept-Language", ""),
        purpose=" ".join(told.get(name, "") for name in ahead),
        mode=told.get("Sec-Fetch-Mode", ""),
        dest=told.get("Sec-Fetch-Dest", ""),
        user=told.get("Sec-Fetch-User", ""),
    )
