"""How many segments a text has: GSM 03.38 with its extension table, or UCS-2 where a character needs it."""

from __future__ import annotations

from typing import Final

_BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED: Final = frozenset("\f^{}\\[~]|€")
_GSM7: Final = _BASIC | _EXTENDED
GSM7_ALONE, GSM7_PART = 160, 153
UCS2_ALONE, UCS2_PART = 70, 67


def segment_count(body: str) -> int:
    """The segments that the text is billed as, at least 1."""
    letters = set(body)
    if letters <= _GSM7:
        if len(body) <= GSM7_ALONE and not letters & _EXTENDED:
            return 1
        return _packed([2 if letter in _EXTENDED else 1 for letter in body], GSM7_ALONE, GSM7_PART)
    return _packed([2 if ord(letter) > 0xFFFF else 1 for letter in body], UCS2_ALONE, UCS2_PART)


def _packed(sizes: list[int], alone: int, part: int) -> int:
    """No escape or surrogate pair is split between two segments."""
    if sum(sizes) <= alone:
        return 1
    parts, filled = 1, 0
    for size in sizes:
        if filled + size > part:
            parts, filled = parts + 1, 0
        filled += size
    return parts
