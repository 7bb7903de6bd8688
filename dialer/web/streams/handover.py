"""How `web` hands a listener's connection over to `live`: through a unix socket, where the kernel passes open
files from one process to another (SCM_RIGHTS).

`web` says in a line of JSON who watches what; `live` answers with a word, and only if it is `taken` the head
of the answer follows with the connection itself. From then on `web` has nothing to do with it.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import socket
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from email.utils import formatdate
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn

from flask import Response

from dialer.domain.errors import RateLimited, Unavailable
from dialer.domain.live_topics import Topic, parse_topic
from dialer.logs import get_logger
from dialer.services.watching import Credential
from dialer.settings.keeping import LIVE_ADDRESS, kept_address

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

MEDIA_TYPE: Final = "text/event-stream"
LONGEST_LINE: Final = 16 * 1024
PATIENCE_S: Final = 2.0
TAKEN: Final = b"taken\n"
TOO_MANY: Final = b"too many of yours\n"
FULL: Final = b"full\n"
AGAIN_S: Final = 5
_SOCKETS: Final = ("gunicorn.socket", "werkzeug.socket")
"""Under which name a server tells the application of the connection."""

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Asked:
    """What one listener watches, by which right, and the state that it knows (`Last-Event-ID`)."""

    organisation_id: uuid.UUID
    account_id: uuid.UUID | None
    credential: Credential
    topics: Mapping[Topic, uuid.UUID]
    """Each with its campaign."""
    last_id: str

    def line(self) -> bytes:
        said = {
            "organisation": str(self.organisation_id),
            "account": str(self.account_id) if self.account_id else None,
            "token": self.credential.is_token,
            "secret": self.credential.secret,
            "topics": {str(topic): str(campaign) for topic, campaign in self.topics.items()},
            "last_id": self.last_id,
        }
        return json.dumps(said).encode() + b"\n"

    @classmethod
    def read(cls, line: bytes) -> Asked:
        said: dict[str, Any] = json.loads(line)
        topics = {parse_topic(name): uuid.UUID(campaign) for name, campaign in said["topics"].items()}
        return cls(
            organisation_id=uuid.UUID(said["organisation"]),
            account_id=uuid.UUID(said["account"]) if said["account"] else None,
            credential=Credential(said["token"], said["secret"]),
            topics={topic: campaign for topic, campaign in topics.items() if topic is not None},
            last_id=said["last_id"],
        )


def ask_live(run_dir: Path, asked: Asked) -> socket.socket:
    """Ask `live` to take a listener; the line to it, on which `HandedOver` then follows.

    `Unavailable` where it doesn't run just now or holds as many as it may, `RateLimited` where this token or
    browser has as many as one may.
    """
    with contextlib.ExitStack() as undo:
        line = undo.enter_context(socket.socket(socket.AF_UNIX))
        line.settimeout(PATIENCE_S)
        try:
            line.connect(kept_address(run_dir, LIVE_ADDRESS))
            line.sendall(asked.line())
            answer = line.recv(64)
        except OSError:
            raise Unavailable("Live figures are off for a moment.", retry_after_s=AGAIN_S) from None
        if answer == TOO_MANY:
            raise RateLimited("You watch in as many places as you may. Close some.", retry_after_s=AGAIN_S)
        if answer != TAKEN:
            raise Unavailable("As many watch as this can bear.", retry_after_s=AGAIN_S)
        undo.pop_all()
    return line


def connection_of(environ: WSGIEnvironment) -> socket.socket | None:
    """The connection that a request came by, where the server tells it."""
    return next((environ[name] for name in _SOCKETS if name in environ), None)


class HandedOver(Response):
    """The beginning of a stream: its head goes to `live`, together with the connection."""

    def __init__(self, line: socket.socket) -> None:
        super().__init__(mimetype=MEDIA_TYPE)
        self.headers["Date"] = formatdate(usegmt=True)
        self.headers["Connection"] = "close"
        self.headers["X-Accel-Buffering"] = "no"  # nginx would gather events otherwise
        self._line = line

    def __call__(self, environ: WSGIEnvironment, _start_response: StartResponse) -> NoReturn:
        """Hand the connection over, and leave the server one that is dropped."""
        connection = connection_of(environ)
        assert connection is not None, "asked before"  # noqa: S101
        with self._line, contextlib.suppress(BrokenPipeError, ConnectionResetError, TimeoutError):
            socket.send_fds(
                self._line, [_head(self.status_code, self.headers.items())], [connection.fileno()]
            )
        _let_go(connection)
        raise ConnectionResetError(errno.ECONNRESET, "live has the connection now")


def _head(status: int, headers: Iterable[tuple[str, str]]) -> bytes:
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", *(f"{key}: {value}" for key, value in headers)]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def _let_go(connection: socket.socket) -> None:
    """Have the server's file be another connection, with nobody at its end: it shuts down what it drops, and
    that would end the stream for whoever holds it now.
    """
    ours, nobodys = socket.socketpair()
    with ours, nobodys:
        os.dup2(ours.fileno(), connection.fileno(), inheritable=False)
