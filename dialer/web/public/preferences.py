"""Language and colours, chosen by a form: no script needed, no flash of the other colours."""

from __future__ import annotations

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from dialer.domain.access import Permission
from dialer.web.guard import allow
from dialer.web.look import LANGUAGE_COOKIE, LANGUAGES, ONE_YEAR_S, THEME_COOKIE, THEMES, local_path

preferences = Blueprint("preferences", __name__)


def _keep(cookie: str, choice: str, choices: tuple[str, ...]) -> Response:
    """Back to the page, with the choice kept for a year; an unknown one changes nothing."""
    answer = redirect(local_path(request.form.get("next")))
    if choice in choices:
        answer.set_cookie(
            cookie, choice, max_age=ONE_YEAR_S, secure=request.is_secure, httponly=True, samesite="Lax"
        )
    return answer


@preferences.post("/language")
@allow(Permission.PREFERENCE_SET)
def set_language() -> Response:
    """English or Welsh."""
    return _keep(LANGUAGE_COOKIE, request.form.get("language", ""), LANGUAGES)


@preferences.post("/theme")
@allow(Permission.PREFERENCE_SET)
def set_theme() -> Response:
    """Light or dark, against what the system says."""
    return _keep(THEME_COOKIE, request.form.get("theme", ""), THEMES)
