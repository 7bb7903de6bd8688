"""A refusal that comes while the client still sends must be read, not met as a connection that broke."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

CHUNK: Final = 64 * 1024
PATIENCE_S: Final = 10
"""Somebody who sends for longer than this after they were refused may see the connection break."""


class ReadToTheEnd:
    """Takes in, and forgets, what a request still sends when its answer is ready.

    A server that closes a connection with bytes unread resets it, and the client loses the answer. Only
    where the server marks the end of the body can it be read past what the request has read.
    """

    def __init__(self, app: WSGIApplication) -> None:
        self._app = app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        answer = self._app(environ, start_response)
        if environ.get("wsgi.input_terminated"):
            _forget(environ)
        return answer


def _forget(environ: WSGIEnvironment) -> None:
    body, until = environ["wsgi.input"], time.monotonic() + PATIENCE_S
    while time.monotonic() < until and body.read(CHUNK):
        pass
