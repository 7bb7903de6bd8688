"""Headers that every answer carries: a strict content policy, no framing, no sniffing, no referrer leaks."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from typing import TypeVar

from flask import Flask, Response, g, request
from flask_wtf.csrf import CSRFProtect

from dialer.web.guard import FILES

csrf = CSRFProtect()

View = TypeVar("View", bound=Callable[..., object])

_FIXED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_SOUNDS = "media-src 'self' blob:"
"""What a page needs that plays sounds, and those that were just recorded on it."""
_VOICES = "media-src 'self' mediastream:"
EDGES = "wss://voice-js.roaming.twilio.com https://eventgw.twilio.com"
"""Where the carrier's SDK signals, and tells how well it heard (its README, “Content Security Policy”). Its
sounds, which it would fetch from a third place, are ours; voices themselves pass by no policy.
"""
_IMMUTABLE_ASSET = "public, max-age=31536000, immutable"


def install_security(app: Flask) -> None:
    """CSRF before anything else is looked at, and the headers on every answer."""
    csrf.init_app(app)
    app.jinja_env.globals["csp_nonce"] = csp_nonce
    app.after_request(_add_headers)


def asks_itself(view: View) -> View:
    """Mark a view that asks for the form's secret itself (`csrf.protect`), where it needs one."""
    csrf.exempt(view)
    return view


def csp_nonce() -> str:
    """The nonce of this answer: the only inline script that may run carries it."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return str(g.csp_nonce)


def plays_and_records() -> None:
    """Let this answer's page play sounds and, if whoever is there says yes, use their microphone."""
    g.plays_and_records = True


def works_offline() -> None:
    """Let this answer's page start the worker that keeps it there without a network."""
    g.works_offline = True


def let_call(*, by_carrier: bool) -> None:
    """Let the page of this answer hear the microphone; `by_carrier`: and reach the real carrier's edges."""
    g.browser_calls = "carrier" if by_carrier else "town"


def may_hear() -> bool:
    """Whether the page of this answer may ask for the microphone."""
    return "browser_calls" in g


def _policy() -> str:
    nonce = f" 'nonce-{g.csp_nonce}'" if "csp_nonce" in g else ""
    edges = f" {EDGES}" if g.get("browser_calls") == "carrier" else ""
    sounds = f"; {_SOUNDS}" if "plays_and_records" in g else f"; {_VOICES}" if may_hear() else ""
    worker = "; worker-src 'self'" if "works_offline" in g else ""
    return f"script-src 'self'{nonce}; connect-src 'self'{edges}; {_POLICY}{sounds}{worker}"


def _permissions() -> str:
    listens = may_hear() or "plays_and_records" in g
    return f"camera=(), geolocation=(), microphone=({'self' if listens else ''})"


def _add_headers(response: Response) -> Response:
    headers = response.headers
    said = {name.lower() for name in headers.keys()}  # noqa: SIM118 -- as it is, it gives pairs
    for name, value in _wanted():
        if name.lower() not in said:
            headers.add(name, value)
    if "request_id" in g:
        headers["X-Request-Id"] = g.request_id
    if request.endpoint == FILES and "v" in request.args:
        headers["Cache-Control"] = _IMMUTABLE_ASSET
    return response


def _wanted() -> Iterator[tuple[str, str]]:
    """What an answer says unless its view said otherwise."""
    yield from _FIXED.items()
    yield "Content-Security-Policy", _policy()
    yield "Permissions-Policy", _permissions()
    if request.is_secure:
        yield "Strict-Transport-Security", "max-age=31536000"
    if request.endpoint != FILES:
        yield "Cache-Control", "no-store"
