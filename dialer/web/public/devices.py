"""The cookie by which a volunteer's own browser is greeted by name, and lets them in by one press."""

from __future__ import annotations

from flask import request
from werkzeug.wrappers import Response

from dialer.services.accounts.devices import name_on_device
from dialer.services.accounts.logins import REMEMBERED_FOR
from dialer.web.desk import desk, moment

_COOKIE = "device"


def this_device() -> str | None:
    """The secret that this browser was given, if it was."""
    return request.cookies.get(_COOKIE)


def known_here() -> str | None:
    """Whom to greet."""
    return name_on_device(desk().units, this_device(), moment())


def remember_here(answer: Response, secret: str) -> None:
    """Have this browser known again by the secret of its session."""
    answer.set_cookie(
        _COOKIE,
        secret,
        max_age=int(REMEMBERED_FOR.total_seconds()),
        secure=request.is_secure,
        httponly=True,
        samesite="Lax",
    )


def forget_here(answer: Response) -> None:
    """Let the cookie go, also the one that join pages alone were once sent."""
    for path in ("/", "/join"):
        answer.delete_cookie(_COOKIE, path=path)
