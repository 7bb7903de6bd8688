"""How much one address may send to the pages that anybody may open (contract §14)."""

from __future__ import annotations

from typing import Final

from flask import Flask, Response
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from dialer.queueing import connect
from dialer.web.desk import desk

FAILED_SIGN_INS: Final = "10 per minute"

limiter = Limiter(
    key_func=get_remote_address,
    storage_uri="redis://",
    key_prefix="limit",
    in_memory_fallback_enabled=True,  # the queue server away must not open the door, nor shut it
    headers_enabled=False,
)


def _public_rate() -> str:
    return f"{desk().settings.public_rate} per minute"


def _no_public_rate() -> bool:
    return desk().settings.public_rate == 0


def _refused(response: Response) -> bool:
    return response.status_code in (401, 404)


public_posts = limiter.shared_limit(_public_rate, scope="public", exempt_when=_no_public_rate)
"""Marks a public POST: all of them together, from one address."""

failed_sign_ins = limiter.shared_limit(FAILED_SIGN_INS, scope="sign-in", deduct_when=_refused)
"""Marks a way in: only the tries that fail count."""


def install_limits(app: Flask, redis_url: str) -> None:
    """Count in the queue server, so that all web processes count together."""
    pool = connect(redis_url).connection_pool
    app.config["RATELIMIT_STORAGE_OPTIONS"] = {"connection_pool": pool}
    limiter.init_app(app)
