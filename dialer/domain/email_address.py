"""Email addresses in the one form in which they are kept, compared and written to.

Before the `@` case could tell two mailboxes apart (RFC 5321 §2.3.11), and nowhere does: an opt-out of
`Ann@example.org` holds for `ann@example.org`, so both are lower case here.
"""

from __future__ import annotations

from typing import Final

from dialer.domain.importing.values import read_email
from dialer.domain.texting import EMAIL, SMS

LOCAL_LONGEST: Final = 64
LONGEST: Final = 254
"""What fits between `MAIL FROM:<` and `>` (RFC 5321 §4.5.3.1, erratum 1690)."""


def read_address(text: str) -> str | None:
    """An address in any usual writing, in its one form; None for what isn't one that mail can go to."""
    if any(not sign.isprintable() for sign in text.strip()):
        return None
    found = read_email(text)
    if found is None:
        return None
    address = found.lower()
    local, _, domain = address.rpartition("@")
    fits = len(local.encode()) <= LOCAL_LONGEST and len(address.encode()) <= LONGEST and _encodes(domain)
    return address if fits else None


def domain_of(address: str) -> str:
    """What stands behind the `@`."""
    return address.rpartition("@")[2]


def channel_of(place: str) -> str:
    """On which channel somebody is written to here: an address has an `@`, a number never has."""
    return EMAIL if "@" in place else SMS


def ascii_domain(domain: str) -> str:
    """A domain as every server understands it (RFC 5890); UnicodeError for one that has no such form."""
    return domain if domain.isascii() else domain.encode("idna").decode("ascii")


def comparable(address: str) -> str:
    """An address as it is compared with one that a mail server wrote: its domain in ASCII (RFC 5890), since
    `bücher.example` and `xn--bcher-kva.example` are the same. Where it has no such form, as it is.
    """
    local, mark, domain = address.strip("<> ").lower().rpartition("@")
    try:
        return f"{local}{mark}{ascii_domain(domain)}"
    except UnicodeError:
        return f"{local}{mark}{domain}"


def masked_address(address: str) -> str:
    """An address as its owner knows it again and nobody else does; its length isn't told either."""
    local, _, domain = address.rpartition("@")
    name, _, last = domain.rpartition(".")
    return f"{local[:1]}•••@{name[:1]}•••.{last}"


def _encodes(domain: str) -> bool:
    try:
        return len(ascii_domain(domain)) <= 253
    except UnicodeError:
        return False
