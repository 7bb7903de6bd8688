"""Addresses and forms must be text: PostgreSQL keeps neither NUL nor broken UTF-8."""

from __future__ import annotations

from flask import Flask, request
from werkzeug.exceptions import BadRequest

_FORMS = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})


def install_readable(app: Flask) -> None:
    """Refuse what is no text before any view sees it."""
    app.before_request(_check_address)
    app.before_request(_check_form)


def _check_address() -> None:
    path = request.environ.get("PATH_INFO", "")
    if "\x00" in path or "%00" in request.query_string.decode("latin-1"):
        raise BadRequest("The address holds a NUL character. Leave it out.")
    try:
        path.encode("latin-1").decode("utf-8")
    except UnicodeError as error:
        raise BadRequest("The address isn’t UTF-8.") from error


def _check_form() -> None:
    """Forms of pages. An API endpoint that takes an upload reads its parts itself, and what the carrier tells
    comes but once: webhooks mend it.
    """
    if request.mimetype not in _FORMS or request.path.startswith(("/api/", "/webhooks/")):
        return
    if any("\x00" in name or "\x00" in value for name, value in request.form.items(multi=True)):
        raise BadRequest("A field holds a NUL character. Leave it out.")
