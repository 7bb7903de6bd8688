"""A letter as it travels: headers, and the same words as text and as HTML (RFC 5322, 2045, 2046, 8058).

Written out by hand: the standard library takes four milliseconds for one, and encodes a long `Message-ID` or
`List-Unsubscribe` so that nobody reads it.
"""

from __future__ import annotations

import binascii
import datetime as dt
import re
from collections.abc import Iterator
from email.header import Header
from email.utils import format_datetime
from functools import lru_cache
from typing import Final

from dialer.carrier.mail_port import Letter
from dialer.domain.email_address import ascii_domain
from dialer.domain.letter import as_html, as_text, one_line

_DOT: Final = re.compile(rb"^\.", re.MULTILINE)
_EASY_NAME: Final = re.compile(r"[A-Za-z0-9 !#$%&'*+/=?^_`{|}~-]*")
_NAME_LONGEST: Final = 900
_ASCII_LINE: Final = 70
"""Signs of a plain header that stay on one line; a longer one is written in encoded words, which fold."""


def written(letter: Letter, now: dt.datetime) -> bytes:
    """The whole letter, its lines ended by CRLF, dots at their beginning not yet doubled."""
    subject = one_line(letter.subject)
    boundary = f"=_{letter.id.hex}"  # what is quoted-printable never has these two signs together
    head = [
        *_headers(letter, now),
        f"Subject: {_words(subject)}",
        "MIME-Version: 1.0",
        f'Content-Type: multipart/alternative; boundary="{boundary}"',
    ]
    parts = [
        _part(boundary, "plain", as_text(letter.body)),
        _part(boundary, "html", as_html(letter.body, letter.language, subject)),
    ]
    return b"".join(["\r\n".join(head).encode(), b"\r\n\r\n", *parts, f"--{boundary}--\r\n".encode()])


def dotted(whole: bytes) -> bytes:
    """What follows `DATA`, but for the dot that ends it: other dots that begin a line are doubled."""
    return _DOT.sub(b"..", whole if whole.endswith(b"\r\n") else whole + b"\r\n")


def on_the_wire(address: str) -> str:
    """An address as every server understands its domain."""
    local, _, domain = address.rpartition("@")
    return f"{local}@{ascii_domain(domain)}"


def _headers(letter: Letter, now: dt.datetime) -> Iterator[str]:
    sender = on_the_wire(letter.sender)
    name = one_line(letter.sender_name)
    yield f"From: {_name(name)} <{sender}>" if name else f"From: {sender}"
    yield f"To: {on_the_wire(letter.to)}"
    yield f"Date: {format_datetime(now)}"
    yield f"Message-ID: {letter.message_id}"
    if letter.reply_to:
        yield f"Reply-To: {on_the_wire(letter.reply_to)}"
    name = "".join(letter.in_reply_to.split())
    if _can_be_named(name):
        yield f"In-Reply-To: {name}"
        yield f"References: {name}"
    if letter.automatic:
        yield "Auto-Submitted: auto-generated"
    if letter.opt_out_url:
        yield from _how_to_stop(letter)


def _can_be_named(name: str) -> bool:
    """Whether the letter that is answered has a name that fits in a line that every server takes (RFC 5322,
    2.1.1): it is whoever wrote it who chose it, and half of it would be nobody's.
    """
    return 0 < len(name) <= _NAME_LONGEST and name.isascii() and name.isprintable()


def _how_to_stop(letter: Letter) -> Iterator[str]:
    """RFC 2369 and 8058: the press works with https alone. The relay's DKIM signature must cover both."""
    ways = [f"<{letter.opt_out_url}>"]
    if letter.opt_out_address:
        ways.append(f"<mailto:{letter.opt_out_address}?subject=unsubscribe>")
    yield "List-Unsubscribe: " + ",\r\n ".join(ways)
    if letter.opt_out_url.startswith("https:"):
        yield "List-Unsubscribe-Post: List-Unsubscribe=One-Click"


def _part(boundary: str, kind: str, said: str) -> bytes:
    head = (
        f'--{boundary}\r\nContent-Type: text/{kind}; charset="utf-8"\r\n'
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    )
    quoted = binascii.b2a_qp(said.encode("utf-8", "replace"), istext=True)
    return head.encode() + quoted.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def _name(name: str) -> str:
    """A name before an address: as it is, quoted, or in encoded words."""
    if len(name) > _ASCII_LINE or not name.isascii():
        return _words(name)
    if _EASY_NAME.fullmatch(name):
        return name
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}"'


@lru_cache(maxsize=256)
def _words(text: str) -> str:
    if text.isascii() and len(text) <= _ASCII_LINE:
        return text
    return Header(text, "utf-8", maxlinelen=74, header_name="Subject").encode(linesep="\r\n")
