"""`Idempotency-Key` on every POST of the API: done once, answered the same (contract §2)."""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Callable
from typing import Any, Final

from flask import Flask, Response, current_app, g, make_response, request
from werkzeug.exceptions import HTTPException

from dialer.domain.errors import RuleBroken, ValidationFailed
from dialer.services.accounts.idempotency import KeptAnswer, KeyedPost, once
from dialer.web.desk import context, desk

HEADER: Final = "Idempotency-Key"
REPLAYED: Final = "Idempotency-Replayed"
LONGEST_KEY: Final = 255

_NOT_KEPT: Final = frozenset({401, 429})
"""Answers about the moment and not about the request; so are those from 500 on."""

View = Callable[..., Any]


def install_idempotency(app: Flask, prefix: str) -> None:
    """Have every view under `prefix` that takes a POST done once for each key."""
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith(prefix) and "POST" in (rule.methods or ()):
            app.view_functions[rule.endpoint] = _once_by_key(app.view_functions[rule.endpoint])


def _once_by_key(view: View) -> View:
    @functools.wraps(view)
    def keyed(**arguments: Any) -> Any:
        key = request.headers.get(HEADER)
        if request.method != "POST" or key is None or g.actor is None:
            return view(**arguments)
        return _answer_once(view, arguments, key)

    return keyed


def _answer_once(view: View, arguments: dict[str, Any], key: str) -> Response:
    with once(context(), _keyed_post(key), desk().settings.secret_key) as attempt:
        if attempt.kept is not None:
            return _replayed(attempt.kept)
        g.units = attempt.units
        try:
            response = _refusals_answered(view, arguments)
        finally:
            del g.units
        if response.status_code < 500 and response.status_code not in _NOT_KEPT:
            attempt.keep(KeptAnswer(response.status_code, list(response.headers), response.get_data()))
    return response


def _refusals_answered(view: View, arguments: dict[str, Any]) -> Response:
    """The view's answer, also where it is a refusal; anything worse goes on up and undoes the transaction."""
    try:
        return make_response(view(**arguments))
    except (RuleBroken, HTTPException) as refusal:
        if _status(refusal) >= 500:
            raise
        return make_response(current_app.handle_user_exception(refusal))


def _status(refusal: RuleBroken | HTTPException) -> int:
    return refusal.status if isinstance(refusal, RuleBroken) else refusal.code or 500


def _replayed(kept: KeptAnswer) -> Response:
    response = Response(kept.body, kept.status)
    for name, value in kept.headers:
        response.headers[name] = value
    response.headers[REPLAYED] = "true"
    return response


def _keyed_post(key: str) -> KeyedPost:
    if not 1 <= len(key) <= LONGEST_KEY:
        raise ValidationFailed.at(f"/{HEADER}", f"Give 1 to {LONGEST_KEY} characters, or leave it out.")
    token_id = g.actor.token_id
    return KeyedPost(token_id, request.path, key, _body_hash())


def _body_hash() -> bytes:
    """A hash of all that was sent. An upload's boundary is new each time, so its parts are taken."""
    digest = hashlib.sha256(request.query_string + b"\0")
    if request.mimetype != "multipart/form-data":
        digest.update(request.get_data(cache=True))
        return digest.digest()
    for name, value in request.form.items(multi=True):
        digest.update(_hash_of(name, value))
    for name, part in request.files.items(multi=True):
        digest.update(_hash_of(name, part.filename or ""))
        digest.update(hashlib.file_digest(part.stream, "sha256").digest())  # type: ignore[arg-type]
        part.stream.seek(0)
    return digest.digest()


def _hash_of(*words: str) -> bytes:
    return hashlib.sha256(json.dumps(words).encode()).digest()
