"""What is compared when a filter compares: one reduction of a text, a postcode, a person's place in a draw.

The database does the same to what it holds (`store.queries.audience_sql`); a test holds the two together.
"""

from __future__ import annotations

import hashlib
import math
import re
import uuid
from collections.abc import Sequence
from fractions import Fraction
from typing import Final

from dialer.domain.importing.values import read_postcode
from dialer.domain.person import fold

FOLDED_FIELDS: Final = ("first_name", "last_name")
"""Compared as names are (`person.fold`): case, accents and spaces aside."""

_AREA: Final = re.compile("[A-Z]{1,2}")
_DISTRICT: Final = re.compile("[A-Z]{1,2}[0-9]{1,2}")
_WRITTEN: Final = re.compile("[A-Z0-9](?:[A-Z0-9 -]{0,8}[A-Z0-9])?")
_DRAWS: Final = 1 << 64


def text_key(name: str, value: str) -> str:
    """What of a text in the field `name` is compared: case and outer spaces aside; of names more."""
    return fold(value) if name in FOLDED_FIELDS else lowered(value.strip(" "))


def lowered(value: str) -> str:
    """Small letters, each for itself as PostgreSQL makes them: no letter becomes two."""
    return "".join(letter.lower()[:1] for letter in value)


def read_area(written: str) -> str | None:
    """A postcode or the beginning of one (`CF`, `CF10`, `CF10 1`) in capitals; None for what is neither."""
    area = read_postcode(" ".join(written.upper().split()))
    return area if _WRITTEN.fullmatch(area) else None


def postcode_key(postcode: str) -> str:
    """What of a postcode is compared: its letters as capitals, those of English that is."""
    return "".join(letter.upper() if letter.isascii() else letter for letter in postcode.strip(" "))


def postcode_pattern(areas: Sequence[str]) -> str:
    """A pattern that Python and PostgreSQL read alike, for the keys of postcodes in these areas.

    `CF1` is the district CF1 and not CF10, `B` the area B and not BS. Anything else is a beginning.
    """
    return f"^(?:{'|'.join(map(_beginning, areas))})"


def _beginning(area: str) -> str:
    if _AREA.fullmatch(area):
        return f"{area}(?![A-Z])"
    return f"{area}(?![0-9])" if _DISTRICT.fullmatch(area) else area


def draw(seed: str, contact_id: uuid.UUID) -> bytes:
    """A person's place in the draw: eight bytes that only seed and id decide."""
    return hashlib.sha256(f"{seed}:{contact_id}".encode()).digest()[:8]


def draw_end(share: float) -> bytes | None:
    """The place at which a share ends: whoever lies before it is in. None for everybody."""
    end = math.floor(Fraction(share) * _DRAWS)
    return None if end >= _DRAWS else end.to_bytes(8, "big")
