"""Sealed bytes: readable only with the installation's secret key and the word they were sealed by."""

from __future__ import annotations

import base64
import datetime as dt
import hmac
from dataclasses import dataclass

from cryptography.fernet import Fernet


@dataclass(frozen=True, slots=True)
class Seal:
    """Closes and opens under `secret_key` and a `word` that is kept nowhere beside what it seals."""

    secret_key: str
    word: str

    def close(self, plain: bytes, now: dt.datetime) -> bytes:
        """Encrypt and sign (Fernet: AES-128-CBC and HMAC-SHA-256)."""
        return self._cipher().encrypt_at_time(plain, int(now.timestamp()))

    def open(self, closed: bytes) -> bytes:
        """Decrypt what `close` made. Raises `cryptography.fernet.InvalidToken` when it was changed."""
        return self._cipher().decrypt(closed)

    def _cipher(self) -> Fernet:
        key = hmac.digest(self.secret_key.encode(), b"sealed answer\0" + self.word.encode(), "sha256")
        return Fernet(base64.urlsafe_b64encode(key))
