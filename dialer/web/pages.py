"""The pages for people, one blueprint an audience."""

from __future__ import annotations

from flask import Flask

from dialer.domain.access import Permission
from dialer.web.guard import allow
from dialer.web.public import public


def install_pages(app: Flask) -> None:
    """Register every audience's blueprint."""
    app.register_blueprint(public)
    app.view_functions["static"] = allow(Permission.PUBLIC_READ)(app.view_functions["static"])
