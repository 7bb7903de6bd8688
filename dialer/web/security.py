"""Headers that every answer carries: a strict content policy, no framing, no sniffing, no referrer leaks."""

from __future__ import annotations

import secrets

from flask import Flask, Response, g, request
from flask_wtf.csrf import CSRFProtect

csrf = CSRFProtect()

_FIXED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_SOUNDS = "media-src 'self' blob:"
"""What a page needs that plays sounds, and those that were just recorded on it."""
_LISTENS = "camera=(), geolocation=(), microphone=(self)"
_IMMUTABLE_ASSET = "public, max-age=31536000, immutable"


def install_security(app: Flask) -> None:
    """CSRF before anything else is looked at, and the headers on every answer."""
    csrf.init_app(app)
    app.jinja_env.globals["csp_nonce"] = csp_nonce
    app.after_request(_add_headers)


def csp_nonce() -> str:
    """The nonce of this answer: the only inline script that may run carries it."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return str(g.csp_nonce)


def plays_and_records() -> None:
    """Let this answer's page play sounds and, if whoever is there says yes, use their microphone."""
    g.plays_and_records = True


def _policy() -> str:
    nonce = f" 'nonce-{g.csp_nonce}'" if "csp_nonce" in g else ""
    sounds = f"; {_SOUNDS}" if "plays_and_records" in g else ""
    return f"script-src 'self'{nonce}; {_POLICY}{sounds}"


def _add_headers(response: Response) -> Response:
    if "plays_and_records" in g:
        response.headers["Permissions-Policy"] = _LISTENS
    for name, value in _FIXED.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Content-Security-Policy", _policy())
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if "request_id" in g:
        response.headers["X-Request-Id"] = g.request_id
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "no-store")
    elif "v" in request.args:
        response.headers["Cache-Control"] = _IMMUTABLE_ASSET
    return response
