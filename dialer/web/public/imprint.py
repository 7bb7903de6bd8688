"""`/i/CODE`: who promotes a campaign's texts, for those that have no room to say so."""

from __future__ import annotations

from flask import Blueprint, render_template

from dialer.domain.access import Permission
from dialer.services.messaging.imprint_page import imprint_of_code
from dialer.web.desk import desk
from dialer.web.guard import allow

imprints = Blueprint("imprints", __name__)


@imprints.get("/i/<code>")
@allow(Permission.PUBLIC_READ)
def page(code: str) -> str:
    """The imprint."""
    return render_template("public/imprint.html", page=imprint_of_code(desk().units, code))
