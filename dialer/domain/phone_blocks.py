"""Blocks of telephone numbers that libphonenumber treats alike, found in its own patterns.

Regulators hand numbers out in blocks, and libphonenumber's patterns look at the first digits only:
`7(?:700[01]|…)\\d{5}` never asks for the last five. So what holds for one number of a block holds
for all of it, and libphonenumber, which takes 60 µs a number, need be asked once a block. Numbers
reserved for fiction in the United Kingdom are blocks too.
"""

import re
from collections.abc import Iterator
from functools import cache
from itertools import chain, product
from typing import Final

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata

from dialer.domain.fictional import BRITISH_BLOCKS

NATIONAL_DIGITS: Final = 10
"""Only numbers of so many digits after the calling code have blocks: nearly all in +44, all in +1."""

_BRITISH: Final = 44
_HEAD: Final = 4
_KINDS: Final = (
    "general_desc",
    "fixed_line",
    "mobile",
    "toll_free",
    "premium_rate",
    "shared_cost",
    "personal_number",
    "voip",
    "pager",
    "uan",
    "voicemail",
)
_ANY: Final = "."
_DIGITS: Final = "0123456789"
_TOKEN: Final = re.compile(r"\(\?:|[()|?]|\\d|\d|\[[\d-]+\]|\{\d+(?:,\d+)?\}")
_GROUPS: Final = frozenset({"(?:", "("})


class _Pattern:
    """Writes out all digit strings that a pattern of libphonenumber's small language matches, `.` for any."""

    def __init__(self, pattern: str) -> None:
        self.tokens = _TOKEN.findall(pattern)
        if "".join(self.tokens) != pattern:
            raise ValueError(f"This pattern has more in it than digits and their repetition: {pattern}")

    def alternatives(self) -> set[str]:
        """All that matches, up to the end or the bracket that closes."""
        found = self._sequence()
        while self.tokens and self.tokens[0] == "|":
            self.tokens.pop(0)
            found |= self._sequence()
        return found

    def _sequence(self) -> set[str]:
        found = {""}
        while self.tokens and self.tokens[0] not in {"|", ")"}:
            found = _joined(found, self._repeated(self._one()))
        return found

    def _one(self) -> set[str]:
        part = self.tokens.pop(0)
        if part in _GROUPS:
            inside = self.alternatives()
            self.tokens.pop(0)
            return inside
        return _digits_of(part)

    def _repeated(self, one: set[str]) -> set[str]:
        if not self.tokens or self.tokens[0][0] not in "?{":
            return one
        times = self.tokens.pop(0)
        few, _, many = ("0", "", "1") if times == "?" else times[1:-1].partition(",")
        found: set[str] = set()
        for count in range(int(few), int(many or few) + 1):
            found |= {"".join(parts) for parts in product(one, repeat=count)}
        return found


@cache
def _digits_of(part: str) -> set[str]:
    return {_ANY} if part == r"\d" else set(re.findall(part, _DIGITS))


def _joined(starts: set[str], ends: set[str]) -> set[str]:
    return {start + end for start in starts for end in ends}


def _asked_for(pattern: str, size: int | None) -> Iterator[str]:
    """The first digits that a pattern asks for in numbers of that size (None: whatever follows)."""
    for whole in _Pattern(pattern).alternatives():
        if size in {None, len(whole)}:
            parts = (_DIGITS if digit == _ANY else digit for digit in whole.rstrip(_ANY))
            yield from ("".join(digits) for digits in product(*parts))


def _patterns(code: int) -> set[tuple[str, int | None]]:
    """Every pattern that decides about numbers of a calling code, and the size of number it is about."""
    known = [PhoneMetadata.metadata_for_region(region) for region in COUNTRY_CODE_TO_REGION_CODE[code]]
    leading = {(data.leading_digits, None) for data in known if data and data.leading_digits}
    described = (getattr(data, kind) for data in known for kind in _KINDS)
    return leading | {(of.national_number_pattern, NATIONAL_DIGITS) for of in described if of is not None}


@cache
def _depths(code: int) -> dict[str, int]:
    """For each beginning of four digits that is asked for: how many digits decide."""
    depths: dict[str, int] = {}
    fiction = BRITISH_BLOCKS if code == _BRITISH else ()
    for asked in chain(fiction, *(_asked_for(*pattern) for pattern in _patterns(code))):
        depths[asked[:_HEAD]] = max(len(asked), depths.get(asked[:_HEAD], _HEAD))
    return depths


def block_of(code: int, national: str) -> str:
    """Name the block of a number by its first digits: every number with them is of the same kind and country.

    `national` is the number's ten digits after the calling code.
    """
    return national[: _depths(code).get(national[:_HEAD], _HEAD)]


def blocks(code: int) -> Iterator[str]:
    """Every block of a calling code whose first four digits any pattern asks for."""
    for head, depth in sorted(_depths(code).items()):
        yield from (head + "".join(rest) for rest in product(_DIGITS, repeat=depth - len(head)))
