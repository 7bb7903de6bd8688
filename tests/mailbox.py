"""A real IMAP server, in a process of its own, for the tests of the mailbox."""

from __future__ import annotations

import contextlib
import imaplib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence

from dialer.carrier.mailbox import MailboxPlace

USER, PASSWORD = "campaign", "secret of the mailbox"
STARTS_WITHIN_S = 30.0


@contextlib.contextmanager
def imap_server() -> Iterator[MailboxPlace]:
    """Somewhere with an empty mailbox, for the length of the block."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable,
        "-c",
        "from pymap.main import main; main()",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--no-tls",
    ]
    begun = subprocess.Popen(
        [*command, "dict", "--demo-user", USER, "--demo-password", PASSWORD],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(port)
        yield MailboxPlace("127.0.0.1", port, "none", USER, PASSWORD, patience_s=10)
    finally:
        begun.kill()
        begun.wait()


def put(place: MailboxPlace, letters: Sequence[bytes]) -> None:
    """Have letters come."""
    with _open(place) as line:
        for letter in letters:
            assert line.append("INBOX", "", None, letter.replace(b"\n", b"\r\n"))[0] == "OK"


def empty(place: MailboxPlace) -> None:
    """Have nothing in it."""
    with _open(place) as line:
        line.select("INBOX")
        line.store("1:*", "+FLAGS", r"(\Deleted)")
        line.expunge()


@contextlib.contextmanager
def _open(place: MailboxPlace) -> Iterator[imaplib.IMAP4]:
    line = imaplib.IMAP4(place.host, place.port, timeout=10)
    try:
        line.login(place.user, place.password)
        yield line
    finally:
        line.logout()


def _wait_for(port: int) -> None:
    until = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < until:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise TimeoutError("the IMAP server did not start")
