"""Telephone numbers as the carrier looks at them: what can be one, where it is and what kind of line."""

from __future__ import annotations

import re
from typing import Final

_SHAPES: Final = {
    "44": re.compile(r"\+44(7[0-9]{9}|[1-689][0-9]{8,9})"),
    "353": re.compile(r"\+353[1-9][0-9]{6,9}"),
    "1": re.compile(r"\+1[2-9][0-9]{2}[2-9][0-9]{6}"),
}
_ANY: Final = re.compile(r"\+[1-9][0-9]{7,14}")
_SHORT_CODE: Final = re.compile(r"[0-9]{3,8}")
_NAME: Final = re.compile(r"(?=[0-9 ]*[A-Za-z])[A-Za-z0-9 ]{1,11}")
_WRITTEN: Final = str.maketrans("", "", " -().\u00a0")
_BRITISH_LANDLINE: Final = ("+441", "+442", "+443")
_CODES: Final = tuple(sorted(_SHAPES, key=len, reverse=True))


def written_plainly(number: str) -> str:
    """The number without the spaces and marks that the carrier overlooks; a sender's name stays as it is."""
    return number.translate(_WRITTEN) if number.startswith("+") else number


def is_number(number: str) -> bool:
    """Whether it can be a telephone number in E.164. The carrier looks at country and length, no further,
    so that numbers kept for fiction pass.
    """
    code = region_of(number)
    shape = _SHAPES[code] if code else _ANY
    return shape.fullmatch(number) is not None


def is_sender(sender: str) -> bool:
    """Whether texts can come from it: a number, a short code or a name of up to 11 letters and digits."""
    return is_number(sender) or bool(_SHORT_CODE.fullmatch(sender) or is_name(sender))


def is_name(sender: str) -> bool:
    """Whether it is an alphanumeric sender, which nobody can answer."""
    return _NAME.fullmatch(sender) is not None


def region_of(number: str) -> str:
    """The dialling code, of those that are known here; empty for any other."""
    return next((code for code in _CODES if number.startswith(code, 1)), "")


def in_regions(number: str, regions: tuple[str, ...]) -> bool:
    """Whether the number begins with one of the dialling codes."""
    return number.startswith(tuple(f"+{code}" for code in regions))


def is_landline(number: str) -> bool:
    """Whether its range tells that it is no mobile; only British ranges do."""
    return number.startswith(_BRITISH_LANDLINE)
