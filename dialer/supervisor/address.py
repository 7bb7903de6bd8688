"""The web server's address: taken before anything is started, opened once there is somebody to answer."""

from __future__ import annotations

import contextlib
import errno
import socket
from collections.abc import Iterator
from typing import Final

from dialer.settings import Settings

BACKLOG: Final = 2048


class CannotStartError(Exception):
    """Something stands in the way; the message says what and what to do."""


def bound(settings: Settings) -> socket.socket:
    """The address, bound. Nobody listens there yet, so whoever comes before there is anybody to answer is
    told so at once. Raises CannotStartError.
    """
    taken = socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET)
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        with _in_plain_words(settings):
            taken.bind((settings.host, settings.port))
    except CannotStartError:
        taken.close()
        raise
    return taken


def open_to_all(listener: socket.socket, settings: Settings) -> None:
    """From now on whoever comes is let in, or waits. Until then another program may have bound the same
    address, and the first one to open it has it.
    """
    with _in_plain_words(settings):
        listener.listen(BACKLOG)


@contextlib.contextmanager
def _in_plain_words(settings: Settings) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = "is taken by another program" if error.errno == errno.EADDRINUSE else error.strerror
        raise CannotStartError(
            f"the address {settings.bind} {reason}; stop what uses it, or set DIALER_BIND to another"
        ) from error
