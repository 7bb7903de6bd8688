"""What keeps the page there without a network: the worker, and the page with nobody's numbers in it."""

from __future__ import annotations

import uuid
from typing import Final

from flask import Response, render_template, url_for

from dialer.domain.access import Permission
from dialer.web.guard import allow
from dialer.web.security import works_offline
from dialer.web.teller.page import teller

_SHEETS: Final = (
    "tokens", "accents", "base", "layout", "controls", "components", "call", "print", "teller",
)  # fmt: skip
_SCRIPTS: Final = ("page", "teller", "teller-lines", "outbox", "server-clock")


@teller.get("/worker.js")
@allow(Permission.PUBLIC_READ)
def worker() -> Response:
    """The worker. It looks after `/teller` alone, and is new whenever one of the page's files is."""
    files = [
        *(url_for("static", filename=f"css/{name}.css") for name in _SHEETS),
        *(url_for("static", filename=f"js/{name}.js") for name in _SCRIPTS),
        *(url_for("static", filename=name) for name in ("icons.svg", "mark.svg")),
    ]
    answer = Response(render_template("teller/worker.js", files=files), mimetype="text/javascript")
    answer.headers["Service-Worker-Allowed"] = "/teller"
    return answer


@teller.get("/shell")
@allow(Permission.PUBLIC_READ)
def shell() -> str:
    """The page as the worker keeps it: no name, no number, no secret of a session. The script fills it with
    what this phone itself noted.
    """
    works_offline()
    return render_template(
        "teller/page.html", desk=None, district=None, client_id=uuid.UUID(int=0), number="", errors={}
    )
