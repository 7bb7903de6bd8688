"""The cookie by which a volunteer's own browser is greeted by name, and lets them in by one press."""

from __future__ import annotations

from flask import request, session
from werkzeug.wrappers import Response

from dialer.services.accounts.devices import Remembered, forget_devices, who_is_remembered
from dialer.services.accounts.logins import REMEMBERED_FOR
from dialer.web.desk import desk, moment
from dialer.web.guard import ENDED_KEY

_COOKIE = "device"
_OLD_PATH = "/join"
"""Where the cookie was once kept: only join pages were sent it. Such ones live on for 30 days."""


def these_devices() -> list[str]:
    """Every secret that this browser sends; on join pages one of the old path comes before the new one."""
    return [secret for secret in request.cookies.getlist(_COOKIE) if secret]


def this_device() -> str | None:
    """The secret that this browser was given last, if it was given any."""
    secrets = these_devices()
    return secrets[-1] if secrets else None


def known_here() -> Remembered | None:
    """Whom to greet."""
    return who_is_remembered(desk().units, this_device(), moment(), session.get(ENDED_KEY))


def remember_here(answer: Response, secret: str) -> None:
    """Have this browser known again by this secret, and by none that it had before."""
    earlier = [one for one in these_devices() if one != secret]
    forget_devices(desk().units, earlier, moment())
    answer.set_cookie(
        _COOKIE,
        secret,
        max_age=int(REMEMBERED_FOR.total_seconds()),
        secure=request.is_secure,
        httponly=True,
        samesite="Lax",
    )
    answer.delete_cookie(_COOKIE, path=_OLD_PATH)


def forget_here(answer: Response) -> None:
    """Let the cookie go, wherever it is kept, and have what it opened open nothing."""
    forget_devices(desk().units, these_devices(), moment())
    for path in ("/", _OLD_PATH):
        answer.delete_cookie(_COOKIE, path=path)
