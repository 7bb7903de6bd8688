"""What the carrier tells us: signed by it, without cookie or token, and not counted as anybody's posts."""

from __future__ import annotations

from flask import Flask

from dialer.web.security import csrf
from dialer.web.webhooks import inbound, messages, voice  # noqa: F401 - register their views
from dialer.web.webhooks.blueprint import webhooks
from dialer.web.webhooks.mail import mail_hooks


def install_webhooks(app: Flask) -> None:
    """Register the doors of the carrier, and of whoever carries our email."""
    for blueprint in (webhooks, mail_hooks):
        csrf.exempt(blueprint)
        app.register_blueprint(blueprint)
