"""How much one address may ask of public doors: failed sign-ins, and posts by nobody known (contract §14).

The counters are in the queue's server; while it is away each process counts for itself.
"""

from __future__ import annotations

from typing import Final, cast

from flask import Flask, current_app, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from werkzeug.wrappers import Response

from dialer.domain.access import RULES, Scope
from dialer.settings import Settings
from dialer.web.desk import desk
from dialer.web.guard import View, permission_of

FAILED_SIGN_INS: Final = "10 per minute"

_UNCOUNTED: Final = "__uncounted__"


def _public_posts() -> str:
    return f"{desk().settings.public_rate} per minute"


def uncounted(view: View) -> View:
    """Mark a view whose posts count for nothing, since they come from machines that speak for many people at
    addresses that can't be guessed.
    """
    setattr(view, _UNCOUNTED, True)
    return view


def _is_free() -> bool:
    """Whether this request counts for nothing: it changes nothing, or asks for somebody known."""
    if request.method != "POST" or request.endpoint is None or desk().settings.public_rate == 0:
        return True
    if hasattr(current_app.view_functions[request.endpoint], _UNCOUNTED):
        return True
    permission = permission_of(current_app, request.endpoint, request.method)
    return permission is None or RULES[permission].scope is not Scope.PUBLIC


def _was_refused(response: Response) -> bool:
    return response.status_code >= 400


limiter = Limiter(
    get_remote_address,
    application_limits=[_public_posts],
    application_limits_exempt_when=_is_free,
    in_memory_fallback_enabled=True,
    swallow_errors=True,
    key_prefix="dialer:limit",
)


@limiter.request_filter
def _is_never_limited() -> bool:
    """The API knows whoever posts there, but for what is counted as any public post. Said first, before the
    extension goes through all limits that there are.
    """
    return request.path.startswith("/api/") and _is_free()


def limit_failed_sign_ins(view: View) -> View:
    """Mark a view that signs people in: after ten refusals (400 up) the rest of the minute is 429."""
    limit = limiter.shared_limit(FAILED_SIGN_INS, scope="sign-in", methods=["POST"], deduct_when=_was_refused)
    return cast("View", limit(view))


def limit_misses(view: View) -> View:
    """Mark a view of addresses that can't be guessed: whoever tries as many as `public_rate` that aren't
    there (404) gets nothing for the rest of the minute.
    """
    limit = limiter.shared_limit(
        _public_posts, scope="misses", deduct_when=_was_missed, exempt_when=_has_no_limit
    )
    return cast("View", limit(view))


def _has_no_limit() -> bool:
    return desk().settings.public_rate == 0


def _was_missed(response: Response) -> bool:
    return response.status_code == 404


def install_limits(app: Flask, settings: Settings) -> None:
    """Count in the queue's server, which is given half a second to answer."""
    uri = settings.redis_url
    app.config.update(
        RATELIMIT_STORAGE_URI=f"redis+{uri}" if uri.startswith("unix:") else uri or "memory://",
        RATELIMIT_STORAGE_OPTIONS={"socket_timeout": 0.5, "socket_connect_timeout": 0.5} if uri else {},
        RATELIMIT_STRATEGY="fixed-window",
    )
    limiter.init_app(app)
