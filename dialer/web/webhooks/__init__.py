"""What the carrier tells us: signed by it, without cookie or token, and not counted as anybody's posts."""

from __future__ import annotations

from flask import Flask

from dialer.web.security import csrf
from dialer.web.webhooks import inbound, messages, voice  # noqa: F401 - register their views
from dialer.web.webhooks.blueprint import webhooks


def install_webhooks(app: Flask) -> None:
    """Register the carrier's doors."""
    csrf.exempt(webhooks)
    app.register_blueprint(webhooks)
