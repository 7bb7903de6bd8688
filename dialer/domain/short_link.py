"""Short links in texts: which pages they may lead to, and the code that is one person's own.

A text names a page as `{link:https://…}`; each person reads an address of their own in its place, on a
domain of ours, so that we see who opened it. Never by a public shortener: networks filter texts that carry
one (the carrier's 30007), since anybody can hide anything behind it (CTIA, Messaging Principles and Best
Practices, on embedded website links).
"""

from __future__ import annotations

import hashlib
import re
import uuid
from typing import Final
from urllib.parse import SplitResult, urlsplit

CODE_LENGTH: Final = 10
"""Fifty bits. Whoever guesses one learns where a text led, which everybody who got it knows."""
KEY_BYTES: Final = 16
LONGEST_ADDRESS: Final = 1_000
_LETTERS: Final = "abcdefghijkmnpqrstuvwxyz23456789"
"""None of which is taken for another; thirty-two of them: five bits each."""
_HOST: Final = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")

_SHORTENERS: Final = (
    "adf.ly bit.do bit.ly bitly.com bl.ink buff.ly cutt.ly dlvr.it goo.gl is.gd j.mp lnkd.in ow.ly rb.gy"
    " rebrand.ly rebrandly.com s.id short.io shorturl.at shorturl.gg soo.gd t.co t.ly tiny.cc tiny.one"
    " tinyurl.com trib.al u.to urlz.fr v.gd wp.me x.co"
)
PUBLIC_SHORTENERS: Final = frozenset(_SHORTENERS.split())
_ADDRESS_IN_TEXT: Final = re.compile(
    r"(?:https?://|(?<![\w/.@-]))((?:[a-z0-9-]+\.)+[a-z]{2,})(?=[/?#]\S)", re.IGNORECASE
)


def fault_of_address(address: str) -> str | None:
    """Why a text can't lead to an address, with what to do; None where it can."""
    parts = _parts(address)
    if parts is None or parts.scheme not in ("http", "https"):
        return "Give the whole address of a page, such as {link:https://example.org/vote}."
    if len(address) > LONGEST_ADDRESS:
        return f"An address has at most {LONGEST_ADDRESS:,} characters."
    if parts.username is not None or parts.password is not None:
        return "Take the name or password before the @ out of the address: all who get it could use them."
    if is_public_shortener(parts.hostname or ""):
        return "Networks block texts that lead through a public shortener. Give the page’s own address."
    return None


def is_public_shortener(host: str) -> bool:
    """Whether a host is one where anybody shortens addresses."""
    return host.casefold().removeprefix("www.") in PUBLIC_SHORTENERS


def shorteners_in(body: str) -> list[str]:
    """The public shorteners that a text leads through, in its order."""
    found = (match[1].casefold() for match in _ADDRESS_IN_TEXT.finditer(body))
    return list(dict.fromkeys(host for host in found if is_public_shortener(host)))


def code_of(key: bytes, whose: uuid.UUID | str, nth: int = 0) -> str:
    """Somebody's own code for a link, by its secret key: the same each time it is made, and nobody without
    the key can foretell it. The `nth` is the next one to take where another has the first.
    """
    about = f"{whose} {nth}" if nth else str(whose)
    drawn = int.from_bytes(hashlib.blake2b(about.encode(), key=key, digest_size=8).digest())
    return "".join(_LETTERS[drawn >> shift & 31] for shift in range(0, 5 * CODE_LENGTH, 5))


def read_code(written: str) -> str:
    """A code as it was made, from how it stands in an address: capitals and what a sentence puts behind it
    aside.
    """
    return written.casefold().rstrip(".,;:!?)]}>’”\"'")[: CODE_LENGTH + 1]


def _parts(address: str) -> SplitResult | None:
    """The parts of an address whose host is a name of the web in ASCII, with a port, if any, that is one."""
    if any(letter.isspace() or not letter.isprintable() or letter in '\\<>"' for letter in address):
        return None
    try:
        parts = urlsplit(address)
        host, port = (parts.hostname or "").encode("idna").decode(), parts.port
    except ValueError:  # brackets, a port, a name that can't be one (UnicodeError is one too)
        return None
    return parts if _HOST.fullmatch(host) and port != 0 else None
