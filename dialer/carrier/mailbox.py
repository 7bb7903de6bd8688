"""The mailbox that bounces and answers come to, read by IMAP (RFC 9051) with the standard library.

A letter is marked as read only once we have kept it: whoever dies in between reads it again, and what was
kept before is known by its fingerprint. Nothing is ever deleted or moved: that is for its owner.
"""

from __future__ import annotations

import contextlib
import imaplib
import ssl
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol, Self

PATIENCE_S: Final = 20.0
MOST: Final = 200
"""So many letters are read at one time; the others at the next."""


class MailboxError(Exception):
    """The mailbox can't be read now; the message says why, without anybody's name or address."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A letter as it lies there. Of one that is larger than what was asked for, its headers alone."""

    uid: str
    raw: bytes = field(repr=False)


class Mailbox(Protocol):
    """Letters that nobody has read yet, the longest there first."""

    def unread(self, size_most: int) -> Iterator[Fetched]:
        """Each letter, of at most so many bytes. Raises MailboxError."""

    def mark_read(self, uid: str) -> None:
        """Have it read, while the letters are gone through. Raises MailboxError."""


@dataclass(frozen=True, slots=True)
class MailboxPlace:
    """Where a mailbox is. `tls` is `tls`, `starttls` or `none`."""

    host: str
    port: int
    tls: str
    user: str = field(repr=False)
    password: str = field(repr=False)
    folder: str = "INBOX"
    patience_s: float = PATIENCE_S


class ImapMailbox:
    """A mailbox on an IMAP server, open while it is used as a context."""

    def __init__(self, place: MailboxPlace) -> None:
        self._place = place
        self._line: imaplib.IMAP4 | None = None

    def __enter__(self) -> Self:
        with _as_mailbox_error(), contextlib.ExitStack() as on_error:
            self._line = _connected(self._place)
            on_error.callback(self._line.shutdown)
            self._line.login(self._place.user, self._place.password)
            _done(self._line.select(_quoted(self._place.folder)), "the folder can’t be opened")
            on_error.pop_all()
        return self

    def __exit__(self, *_error: object) -> None:
        if self._line is not None:
            with contextlib.suppress(imaplib.IMAP4.error, OSError):
                self._line.logout()
            self._line = None

    def unread(self, size_most: int) -> Iterator[Fetched]:
        """See `Mailbox`."""
        with _as_mailbox_error():
            found = _done(self._open.uid("SEARCH", "UNSEEN"), "it can’t be searched")
        uids = b" ".join(one for one in found if isinstance(one, bytes)).split()
        for uid in sorted(uids, key=int)[:MOST]:
            with _as_mailbox_error():
                raw = self._fetch(uid.decode("ascii"), size_most)
            if raw is not None:
                yield Fetched(uid.decode("ascii"), raw)

    def mark_read(self, uid: str) -> None:
        """See `Mailbox`."""
        with _as_mailbox_error():
            _done(self._open.uid("STORE", uid, "+FLAGS.SILENT", r"(\Seen)"), "it can’t be marked as read")

    def _fetch(self, uid: str, size_most: int) -> bytes | None:
        """A letter, not marked as read by that; None where it is gone meanwhile."""
        told = _done(self._open.uid("FETCH", uid, "(RFC822.SIZE)"), "a letter can’t be read")
        sizes = [int(word) for one in told for word in _digits_after(one, b"RFC822.SIZE")]
        whole = "BODY.PEEK[]" if not sizes or sizes[0] <= size_most else "BODY.PEEK[HEADER]"
        found = _done(self._open.uid("FETCH", uid, f"({whole})"), "a letter can’t be read")
        return next((bytes(one[1]) for one in found if isinstance(one, tuple)), None)

    @property
    def _open(self) -> imaplib.IMAP4:
        if self._line is None:
            raise MailboxError("it isn’t open")
        return self._line


def _connected(place: MailboxPlace) -> imaplib.IMAP4:
    context = ssl.create_default_context()
    if place.tls == "tls":
        return imaplib.IMAP4_SSL(place.host, place.port, ssl_context=context, timeout=place.patience_s)
    line = imaplib.IMAP4(place.host, place.port, timeout=place.patience_s)
    if place.tls == "starttls":
        with contextlib.ExitStack() as on_error:
            on_error.callback(line.shutdown)
            line.starttls(context)
            on_error.pop_all()
    return line


@contextlib.contextmanager
def _as_mailbox_error() -> Iterator[None]:
    try:
        yield
    except imaplib.IMAP4.error as error:
        raise MailboxError(f"the server says no ({type(error).__name__})") from None
    except OSError as error:
        raise MailboxError(f"no way to it ({type(error).__name__})") from None


def _done(answer: tuple[str, Sequence[object]], otherwise: str) -> Sequence[object]:
    state, found = answer
    if state != "OK":
        raise MailboxError(otherwise)
    return found


def _digits_after(told: object, word: bytes) -> Iterator[bytes]:
    line = told[0] if isinstance(told, tuple) else told
    if isinstance(line, bytes):
        number = line.partition(word)[2].strip(b" )").split(b" ")[0]
        if number.isdigit() and len(number) < 16:
            yield number


def _quoted(folder: str) -> str:
    """A folder's name as IMAP wants it (RFC 9051, 4.3): nothing in it ends the string."""
    plain = folder.replace("\r", "").replace("\n", "")
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'
