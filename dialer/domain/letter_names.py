"""The names by which letters of ours are known again: in bounces, complaints, answers and opt-outs.

Each is made from the id of the letter's row and a keyed digest, so whatever comes back names the row, and
nobody can make up a name for one that they didn't get.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import uuid
from dataclasses import dataclass, field
from typing import Final

_DIGEST: Final = 10
"""Bytes: eighty bits, sixteen signs of base32."""
_ROW: Final = 16
_MOST: Final = 20_000
"""Signs of a header that are looked at."""
_PURPOSE: Final = b"letter name"
_TOKEN: Final = re.compile(r"[a-z2-7]{42}")
_MESSAGE_ID: Final = re.compile(r"<([a-z2-7]{42})@[^<>@\s]{1,253}>", re.IGNORECASE)
BOUNCES: Final = "bounces"
UNSUBSCRIBE: Final = "unsubscribe"
REPLY: Final = "reply"
_OUR_PLACE: Final = re.compile(rf"({BOUNCES}|{UNSUBSCRIBE}|{REPLY})\+([a-z2-7]{{42}})", re.IGNORECASE)
_ANYWHERE: Final = re.compile(r"(?<![a-z0-9])[a-z2-7]{42}(?![a-z0-9])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class LetterNames:
    """Makes and reads names: `key` is a secret of the installation, `domain` where they lead back to."""

    key: str = field(repr=False)
    domain: str

    def token(self, letter_id: uuid.UUID) -> str:
        """The id with its digest: 42 signs that survive changes of case."""
        whole = letter_id.bytes + self._digest(letter_id.bytes)
        return base64.b32encode(whole).decode().rstrip("=").lower()

    def message_id(self, letter_id: uuid.UUID) -> str:
        """Its `Message-ID`, in angle brackets."""
        return f"<{self.token(letter_id)}@{self.domain}>"

    def return_path(self, letter_id: uuid.UUID) -> str:
        """Where its bounces go: an address for each letter (VERP), since a bounce seldom names much else."""
        return f"{BOUNCES}+{self.token(letter_id)}@{self.domain}"

    def unsubscribe_address(self, letter_id: uuid.UUID) -> str:
        """Where a letter goes that says no to further ones (RFC 2369)."""
        return f"{UNSUBSCRIBE}+{self.token(letter_id)}@{self.domain}"

    def reply_address(self, letter_id: uuid.UUID) -> str:
        """Where answers go, so that one names its letter though it has no `In-Reply-To`."""
        return f"{REPLY}+{self.token(letter_id)}@{self.domain}"

    def of_token(self, token: str) -> uuid.UUID | None:
        """The letter that a token names; None for one that we never made."""
        if not _TOKEN.fullmatch(token.lower()):
            return None
        try:
            whole = base64.b32decode(token.upper() + "=" * (-len(token) % 8))
        except binascii.Error:
            return None
        row, digest = whole[:_ROW], whole[_ROW:]
        return uuid.UUID(bytes=row) if hmac.compare_digest(digest, self._digest(row)) else None

    def of_message_id(self, text: str) -> uuid.UUID | None:
        """The letter that a `Message-ID`, `In-Reply-To` or `References` names: the last of ours in it."""
        found = (self.of_token(token) for token in reversed(_MESSAGE_ID.findall(text[-_MOST:])))
        return next((one for one in found if one is not None), None)

    def of_address(self, address: str) -> uuid.UUID | None:
        """The letter that one of our own addresses (`return_path`, `reply_address`…) was made for."""
        found = _OUR_PLACE.fullmatch(address.rpartition("@")[0])
        return self.of_token(found[2]) if found else None

    def of_text(self, text: str) -> uuid.UUID | None:
        """The first letter of ours that is named anywhere in a text, as a report shows its headers."""
        found = (self.of_token(token) for token in _ANYWHERE.findall(text[:_MOST]))
        return next((one for one in found if one is not None), None)

    def purpose_of(self, address: str) -> str | None:
        """What one of our own addresses is for: `BOUNCES`, `UNSUBSCRIBE` or `REPLY`; None for any other."""
        found = _OUR_PLACE.fullmatch(address.rpartition("@")[0])
        return found[1].lower() if found and self.of_token(found[2]) else None

    def _digest(self, row: bytes) -> bytes:
        return hmac.digest(self.key.encode(), _PURPOSE + row, hashlib.sha256)[:_DIGEST]
