"""Short codes that stand in public addresses: letters and figures none of which is taken for another."""

from __future__ import annotations

import secrets
from typing import Final

LETTERS: Final = "abcdefghijkmnpqrstuvwxyz23456789"
"""Thirty-two of them: five bits each."""


def short_code(length: int) -> str:
    """A new one, drawn so that it can't be foretold."""
    return "".join(secrets.choice(LETTERS) for _ in range(length))
