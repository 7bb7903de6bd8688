"""English and Welsh: which one a page speaks."""

from __future__ import annotations

from typing import Final

from flask import Flask, request
from flask_babel import Babel

LANGUAGES: Final = ("en", "cy")
LANGUAGE_COOKIE: Final = "lang"

babel = Babel()


def install_languages(app: Flask) -> None:
    """Choose by the cookie that the toggle sets, else by what the browser asks for."""
    app.config["BABEL_DEFAULT_LOCALE"] = "en"
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = "web/translations"
    babel.init_app(app, locale_selector=chosen_language)
    app.jinja_env.globals["language"] = chosen_language


def chosen_language() -> str:
    """`en` or `cy`."""
    chosen = request.cookies.get(LANGUAGE_COOKIE)
    if chosen in LANGUAGES:
        return str(chosen)
    return request.accept_languages.best_match(LANGUAGES) or "en"
