"""How a text is cut into the parts that are billed, and in which alphabet it travels.

GSM 03.38 (3GPP TS 23.038) with its extension table: 160 septets, or 153 in each of several parts.
Anything else travels as UCS-2: 70 UTF-16 units, or 67. An escaped character and a surrogate pair
are never cut in two, so a part may be one unit short. Nothing is replaced in silence (contract §7):
`forced_by` tells what makes a text UCS-2, and what it would be without typographer's signs.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

GSM7: Final = "gsm7"
UCS2: Final = "ucs2"

BASIC: Final = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED: Final = "\f^{}\\[~]|€"
"""These cost two septets each: an escape, then the character."""

TYPOGRAPHIC: Final[Mapping[str, str]] = {
    "‘": "'", "’": "'", "‚": "'", "‛": "'", "′": "'", "ʼ": "'", "`": "'", "´": "'",
    "“": '"', "”": '"', "„": '"', "‟": '"', "″": '"', "«": '"', "»": '"',
    "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "―": "-", "−": "-",
    "…": "...", "•": "*", "\u00a0": " ", "\u2009": " ", "\u202f": " ", "\t": " ",
}  # fmt: skip
"""Signs that editors put in unasked, and what a plain keyboard has for them."""

_NOT_GSM: Final = re.compile(f"[^{re.escape(BASIC + EXTENDED)}]")
_ESCAPED: Final = re.compile(f"[{re.escape(EXTENDED)}]")
_PLAINER: Final = str.maketrans(dict(TYPOGRAPHIC))
_LAST_OF_BMP: Final = "\uffff"


@dataclass(frozen=True, slots=True)
class Alphabet:
    """How many units fit into a text alone, and into each part of a longer one."""

    name: str
    alone: int
    part: int


_ALPHABETS: Final = {GSM7: Alphabet(GSM7, 160, 153), UCS2: Alphabet(UCS2, 70, 67)}


@dataclass(frozen=True, slots=True)
class Measure:
    """What a text costs: its alphabet, its units in it (septets or UTF-16 units), its parts."""

    encoding: str
    units: int
    segments: int


@dataclass(frozen=True, slots=True)
class Forced:
    """Why a text is UCS-2: typographer's signs and all other characters, with how often each occurs.

    `plain` is the measure with every typographer's sign written plainly.
    """

    typographic: Mapping[str, int]
    others: Mapping[str, int]
    plain: Measure

    @property
    def avoidable(self) -> bool:
        """Whether plain signs alone would bring the text back into GSM-7."""
        return not self.others


def encoding_of(text: str) -> str:
    """The alphabet a text travels in: `ucs2` as soon as one character isn't in GSM 03.38."""
    return UCS2 if _NOT_GSM.search(text) else GSM7


def measure(text: str) -> Measure:
    """Alphabet, units and parts of a text. An empty one is a part all the same."""
    alphabet, size = _alphabet(text)
    units = len(text) + _doubles(text, alphabet.name)
    if units <= alphabet.alone:
        return Measure(alphabet.name, units, 1)
    return Measure(alphabet.name, units, len(_cut(text, alphabet.part, size)))


def parts(text: str) -> list[str]:
    """The text as it is cut, part by part."""
    alphabet, size = _alphabet(text)
    if len(text) + _doubles(text, alphabet.name) <= alphabet.alone:
        return [text]
    return _cut(text, alphabet.part, size)


def forced_by(text: str) -> Forced | None:
    """What makes the text UCS-2; None when it is GSM-7."""
    found = Counter(_NOT_GSM.findall(text))
    if not found:
        return None
    return Forced(
        typographic={sign: count for sign, count in found.items() if sign in TYPOGRAPHIC},
        others={sign: count for sign, count in found.items() if sign not in TYPOGRAPHIC},
        plain=measure(plainly(text)),
    )


def plainly(text: str) -> str:
    """The text with typographer's signs as a plain keyboard has them; only ever shown as a proposal."""
    return text.translate(_PLAINER)


def _alphabet(text: str) -> tuple[Alphabet, Callable[[str], int]]:
    name = encoding_of(text)
    return _ALPHABETS[name], _septets if name == GSM7 else _utf16


def _septets(character: str) -> int:
    return 2 if character in EXTENDED else 1


def _utf16(character: str) -> int:
    return 2 if character > _LAST_OF_BMP else 1


def _doubles(text: str, encoding: str) -> int:
    if encoding == GSM7:
        return len(_ESCAPED.findall(text))
    return sum(character > _LAST_OF_BMP for character in text)


def _cut(text: str, room: int, size: Callable[[str], int]) -> list[str]:
    pieces, start, filled = [], 0, 0
    for at, character in enumerate(text):
        if filled + size(character) > room:
            pieces.append(text[start:at])
            start, filled = at, 0
        filled += size(character)
    return [*pieces, text[start:]]
