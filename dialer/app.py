"""The one place where adapters, blueprints and extensions meet."""

from __future__ import annotations

import datetime as dt
from urllib.parse import urlsplit

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from dialer.carrier.making import signatures_of, sns_of, stand_in_of, voice_tokens_of
from dialer.clock import Clock, utc_now
from dialer.live import RedisNotices
from dialer.queueing import RedisJobQueue, connect
from dialer.services.context import JobQueue
from dialer.settings import Settings
from dialer.store.session import UnitFactory, make_engine
from dialer.web.api import install_api
from dialer.web.application import Application
from dialer.web.desk import Desk
from dialer.web.errors import install_errors
from dialer.web.guard import install_guard, unguarded
from dialer.web.limits import install_limits
from dialer.web.look import install_look
from dialer.web.pages import install_pages
from dialer.web.readable import install_readable
from dialer.web.security import install_security
from dialer.web.unread import ReadToTheEnd
from dialer.web.webhooks import install_webhooks
from dialer.web.webhooks.quick import QuickStatuses

MAX_UPLOAD = 256 * 1024 * 1024
SIGNED_IN_FOR = dt.timedelta(days=7)


class UnguardedViewError(RuntimeError):
    """A view without a rule in the table of permissions: the app doesn't start with one."""


def create_app(
    settings: Settings,
    *,
    units: UnitFactory | None = None,
    jobs: JobQueue | None = None,
    clock: Clock = utc_now,
) -> Flask:
    """The web application under these settings. Tests hand in their own adapters."""
    app = Application("dialer", template_folder="web/templates", static_folder="web/static")
    app.config.update(_flask_settings(settings))
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.extensions["dialer"] = Desk(
        settings=settings,
        units=units or _units(settings),
        jobs=jobs or RedisJobQueue(connect(settings.redis_url)),
        clock=clock,
        signatures=signatures_of(settings),
        voice_tokens=voice_tokens_of(settings),
        stand_in=stand_in_of(settings),
        sns=sns_of(settings),
    )
    install_look(app)
    install_security(app)
    install_guard(app)
    install_readable(app)
    install_limits(app, settings)
    install_pages(app)
    install_webhooks(app)
    install_api(app)
    install_errors(app)
    if missing := unguarded(app):
        raise UnguardedViewError(f"these views have no rule: {', '.join(missing)}")
    quick = QuickStatuses(app, app.wsgi_app)
    app.wsgi_app = ReadToTheEnd(quick)  # type: ignore[method-assign]
    if settings.public_url.startswith("https://"):
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1)  # type: ignore[method-assign]
    return app


def _units(settings: Settings) -> UnitFactory:
    url = settings.database_url
    return UnitFactory(
        make_engine(url), RedisNotices(settings.redis_url), by_keys=make_engine(url, by_keys=True)
    )


def _flask_settings(settings: Settings) -> dict[str, object]:
    return {
        "SECRET_KEY": settings.secret_key,
        "MAX_CONTENT_LENGTH": MAX_UPLOAD,
        "PERMANENT_SESSION_LIFETIME": SIGNED_IN_FOR,
        "SESSION_COOKIE_NAME": "dialer_session",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": urlsplit(settings.public_url).scheme == "https",
        "WTF_CSRF_TIME_LIMIT": None,
        "WTF_CSRF_SSL_STRICT": False,
        "TEMPLATES_AUTO_RELOAD": False,
    }
