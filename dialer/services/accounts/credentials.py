"""Secrets that open a door, and the hashes under which they are kept."""

from __future__ import annotations

import hashlib
import secrets
from typing import Final

TOKEN_PREFIX: Final = "dlr_"  # noqa: S105 - how our tokens begin, so that leaked ones can be searched for

_SECRET_BYTES: Final = 32
_CODE_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is read as another
_CODE_LENGTH: Final = 12


def new_token() -> str:
    """A bearer token: 256 random bits."""
    return TOKEN_PREFIX + secrets.token_urlsafe(_SECRET_BYTES)


def new_secret() -> str:
    """What a signed-in browser or a sign-in link carries: 256 random bits."""
    return secrets.token_urlsafe(_SECRET_BYTES)


def new_code() -> str:
    """A code that can be read out and typed: 59 random bits, for links that many may open."""
    return "".join(secrets.choice(_CODE_LETTERS) for _ in range(_CODE_LENGTH))


def secret_hash(secret: str) -> bytes:
    """The hash under which a secret of 256 random bits is kept (nothing to guess, so no slow hash)."""
    return hashlib.sha256(secret.encode()).digest()
