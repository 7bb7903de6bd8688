"""What every page needs to know of its reader: language, colours, and where they are.

Both choices live in a cookie of their own, so that they work before anybody has signed in.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Final, cast
from urllib.parse import urlsplit

from babel import Locale
from babel.support import NullTranslations, Translations
from flask import Flask, Request, g, request
from flask_babel import Babel, Domain, force_locale, get_locale

LANGUAGES: Final = ("en", "cy")
THEMES: Final = ("light", "dark")
LANGUAGE_COOKIE: Final = "lang"
THEME_COOKIE: Final = "theme"
ONE_YEAR_S: Final = 365 * 24 * 3600

# Dates and times are written the British way in both languages.
_LOCALES: Final = {"en": "en_GB", "cy": "cy"}


@dataclass(frozen=True, slots=True)
class Look:
    """The reader's choices for this page; `here` is the address that a toggle comes back to."""

    lang: str
    theme: str | None
    here: str


def chosen_language(asking: Request) -> str:
    """The cookie's language, else the best of what the browser asks for, else English."""
    cookie = asking.cookies.get(LANGUAGE_COOKIE)
    if cookie in LANGUAGES:
        return cookie
    return asking.accept_languages.best_match(LANGUAGES) or "en"


def chosen_theme(asking: Request) -> str | None:
    """The cookie's theme; None leaves it to the system."""
    cookie = asking.cookies.get(THEME_COOKIE)
    return cookie if cookie in THEMES else None


def local_path(address: str | None, otherwise: str = "/") -> str:
    """`address` where it is a path of this site, so that no form can send a reader elsewhere."""
    if not address or not address.startswith("/") or address.startswith(("//", "/\\")):
        return otherwise
    parts = urlsplit(address)
    if parts.scheme or parts.netloc or not address.isprintable():
        return otherwise
    return address


def _here(asking: Request) -> str:
    """Where a toggle returns to: the page itself, or, on an answer to a POST, the page it came from."""
    if asking.method == "GET":
        return asking.full_path.rstrip("?")
    return local_path(urlsplit(asking.referrer or "/").path)


def current_look() -> Look:
    """The look of the page being made."""
    if "look" not in g:
        g.look = Look(chosen_language(request), chosen_theme(request), _here(request))
    return cast("Look", g.look)


def current_locale() -> Locale:
    """The Babel locale by which this page writes dates and numbers."""
    return _known_locale(_LOCALES[current_look().lang])


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Write words, dates and numbers in this language for a while, whichever the reader's is."""
    before = current_look()
    g.look = replace(before, lang=language)
    try:
        with force_locale(_LOCALES[language]):
            yield
    finally:
        g.look = before


@lru_cache
def _known_locale(name: str) -> Locale:
    """Babel reads it anew each time, for every figure and time of a page; nobody changes it."""
    return Locale.parse(name)


class _Words(Domain):  # type: ignore[misc]  # the library tells no types
    """Our translations. A page asks for them at each of its hundreds of words, so they are kept by the
    language itself: flask-babel writes its name out each time.
    """

    def __init__(self, domain: str) -> None:
        super().__init__(domain=domain)
        self._of: dict[Locale | None, Translations | NullTranslations] = {}

    def get_translations(self) -> Translations | NullTranslations:
        """Those of the language that is spoken now: the reader's, unless another one is forced."""
        spoken = get_locale()
        known = self._of.get(spoken)
        if known is None:
            known = self._of[spoken] = super().get_translations()
        return known


class _Speaking(Babel):  # type: ignore[misc]  # as above
    @cached_property
    def domain_instance(self) -> _Words:
        """What every page and every word of ours is translated by."""
        return _Words(self.domain)


def install_look(app: Flask) -> None:
    """Give every template `look()`, its translations and the writers of figures and times."""
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = "web/translations"
    _Speaking(app, default_locale="en_GB", locale_selector=current_locale)
    app.jinja_env.globals["look"] = current_look
