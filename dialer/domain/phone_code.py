"""The code by which somebody shows that a phone is theirs (contract §3, §13)."""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from typing import Final

DIGITS: Final = 6
HOLDS_FOR: Final = dt.timedelta(minutes=10)
TRIES_MOST: Final = 5
"""How many times one code may be typed: five in a million can't be guessed."""

DAY: Final = dt.timedelta(hours=24)
CODES_A_NUMBER: Final = 3
CODES_AN_ACCOUNT: Final = 10
"""Nobody has strangers' phones rung up with codes."""


def code_hash(code_id: uuid.UUID, code: str) -> bytes:
    """What is kept of a code: it can't be read from a list of messages that was exported."""
    return hashlib.sha256(code_id.bytes + code.encode()).digest()


def may_try(tries: int, expires_at: dt.datetime, now: dt.datetime) -> bool:
    """Whether a code still opens anything."""
    return tries < TRIES_MOST and now < expires_at


def wording(code: str, organisation: str) -> str:
    """The text that brings a code, in both languages; GSM-7 and one segment for any usual name."""
    return f"{code}: your code / eich cod. {organisation}"
