"""Where clocks may show what they show for a person, as their postcode tells.

A number tells where its line was given out, a postcode where its holder lives: whoever keeps a British mobile
in New York has both. Where in doubt all zones are named in which the postcode may lie, since it must be quiet
in none of them.

Sources: for ZIP codes the first three digits of sectional centres (United States Postal Service, Domestic
Mail Manual L002) and the bounds of the zones (49 CFR part 71); for Canada the first letters of forward
sortation areas (Canada Post); for British codes Royal Mail's Postcode Address File.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache
from typing import Final

_LONDON: Final = "Europe/London"
_EAST: Final = "America/New_York"
_CENTRAL: Final = "America/Chicago"
_MOUNTAIN: Final = "America/Denver"
_ARIZONA: Final = "America/Phoenix"
_PACIFIC: Final = "America/Los_Angeles"
_ALASKA: Final = "America/Anchorage"
_HAWAII: Final = "Pacific/Honolulu"
_ATLANTIC: Final = "America/Halifax"
_TORONTO: Final = "America/Toronto"
_WINNIPEG: Final = "America/Winnipeg"
_EDMONTON: Final = "America/Edmonton"

_NOWHERE: Final[tuple[str, ...]] = ()
"""Forces abroad, or not given out."""
_BOTH_EAST: Final = (_EAST, _CENTRAL)
_BOTH_MIDDLE: Final = (_CENTRAL, _MOUNTAIN)
_ZIPS: Final[dict[int, tuple[str, ...]]] = {
    0: _NOWHERE,
    5: (_EAST,),
    6: ("America/Puerto_Rico",),
    10: (_EAST,),
    90: _NOWHERE,
    100: (_EAST,),
    324: _BOTH_EAST,
    325: (_CENTRAL,),
    326: (_EAST,),
    340: _NOWHERE,
    341: (_EAST,),
    350: (_CENTRAL,),
    373: _BOTH_EAST,
    375: (_CENTRAL,),
    376: (_EAST,),
    377: _BOTH_EAST,
    378: (_EAST,),
    380: (_CENTRAL,),
    398: (_EAST,),
    401: _BOTH_EAST,
    402: (_EAST,),
    420: (_CENTRAL,),
    425: (_EAST,),
    426: _BOTH_EAST,
    428: (_EAST,),
    463: (_CENTRAL,),
    465: _BOTH_EAST,
    466: (_EAST,),
    469: _BOTH_EAST,
    470: (_EAST,),
    475: _BOTH_EAST,
    476: (_CENTRAL,),
    478: (_EAST,),
    479: _BOTH_EAST,
    480: (_EAST,),
    498: _BOTH_EAST,
    500: (_CENTRAL,),
    569: (_EAST,),
    570: (_CENTRAL,),
    575: _BOTH_MIDDLE,
    577: (_MOUNTAIN,),
    580: (_CENTRAL,),
    585: _BOTH_MIDDLE,
    587: (_CENTRAL,),
    590: (_MOUNTAIN,),
    600: (_CENTRAL,),
    677: _BOTH_MIDDLE,
    679: (_CENTRAL,),
    690: _BOTH_MIDDLE,
    693: (_MOUNTAIN,),
    700: (_CENTRAL,),
    798: _BOTH_MIDDLE,
    800: (_MOUNTAIN,),
    835: (_MOUNTAIN, _PACIFIC),
    836: (_MOUNTAIN,),
    838: (_PACIFIC,),
    840: (_MOUNTAIN,),
    850: (_ARIZONA,),
    860: (_ARIZONA, _MOUNTAIN),
    861: (_ARIZONA,),
    865: (_ARIZONA, _MOUNTAIN),
    866: (_ARIZONA,),
    870: (_MOUNTAIN,),
    888: (_EAST,),
    889: (_PACIFIC,),
    962: _NOWHERE,
    967: (_HAWAII, "Pacific/Pago_Pago"),
    968: (_HAWAII,),
    969: ("Pacific/Palau", "Pacific/Guam", "Pacific/Majuro"),
    970: (_PACIFIC,),
    979: (_MOUNTAIN, _PACIFIC),
    980: (_PACIFIC,),
    995: (_ALASKA, "America/Adak"),
    996: (_ALASKA,),
}
"""By the first three digits of ZIP codes from which on this holds, up to the next."""
_FROM: Final = tuple(_ZIPS)
_AMERICAN: Final = frozenset(zone for zones in _ZIPS.values() for zone in zones) | {
    "America/Detroit",
    "America/Boise",
    "America/Indiana/Indianapolis",
    "America/Kentucky/Louisville",
    "America/Juneau",
}

_CANADIAN: Final[dict[str, tuple[str, ...]]] = {
    "A": ("America/St_Johns", _ATLANTIC),
    "B": (_ATLANTIC,),
    "C": (_ATLANTIC,),
    "E": (_ATLANTIC,),
    "G": (_TORONTO,),
    "G0": (_TORONTO, _ATLANTIC),
    "G4": (_TORONTO, _ATLANTIC),
    "H": (_TORONTO,),
    "J": (_TORONTO,),
    "K": (_TORONTO,),
    "L": (_TORONTO,),
    "M": (_TORONTO,),
    "N": (_TORONTO,),
    "P": (_TORONTO,),
    "P0": (_TORONTO, _WINNIPEG),
    "P8": (_TORONTO, _WINNIPEG),
    "P9": (_TORONTO, _WINNIPEG),
    "R": (_WINNIPEG,),
    "S": ("America/Regina",),
    "S0": ("America/Regina", _EDMONTON),
    "S9": ("America/Regina", _EDMONTON),
    "T": (_EDMONTON,),
    "V": ("America/Vancouver",),
    "V0": ("America/Vancouver", _EDMONTON),
    "V1": ("America/Vancouver", _EDMONTON),
    "X": (_TORONTO, _WINNIPEG, _EDMONTON),
    "Y": ("America/Whitehorse",),
}
"""By the first letter of a Canadian code, or where it lies on a border of zones by its first two signs."""

_OVERSEAS: Final[dict[str, tuple[str, ...]]] = {
    "GX11": ("Europe/Gibraltar",),
    "FIQQ": ("Atlantic/Stanley",),
    "SIQQ": ("Atlantic/South_Georgia",),
    "ASCN": ("Atlantic/St_Helena",),
    "STHL": ("Atlantic/St_Helena",),
    "TDCU": ("Atlantic/St_Helena",),
    "PCRN": ("Pacific/Pitcairn",),
    "TKCA": ("America/Grand_Turk",),
    "BBND": ("Indian/Chagos",),
}
"""Overseas territories, whose codes are written as British ones are."""

_ZIP: Final = re.compile(r"(\d{3})\d{2}", re.ASCII)
_LONG_ZIP: Final = re.compile(r"(\d{3})\d{2}-\d{4}", re.ASCII)
_CANADA: Final = re.compile(r"[ABCEGHJ-NPRSTVXY]\d[A-Z]\d[A-Z]\d", re.ASCII)
_BRITAIN: Final = re.compile(r"(?!BF\d)[A-Z]{1,2}\d[A-Z\d]?\d[A-Z]{2}|GIR0AA", re.ASCII)
_IRELAND: Final = re.compile(r"(?:[A-Z]\d\d|D6W)[A-Z\d]{4}", re.ASCII)


def zones_of_postcode(postcode: str | None, number: str, zone: str) -> tuple[str, ...]:
    """The zones in which somebody with this postcode may be; empty where it doesn't tell.

    Five digits are a postcode in many countries. They count as a ZIP code where the person's `number` (E.164)
    begins as American ones do, or the campaign's `zone` lies in the United States.
    """
    if not postcode:
        return _NOWHERE
    return _zones(postcode, in_america=number.startswith("+1") or zone in _AMERICAN)


@lru_cache(maxsize=65_536)
def _zones(postcode: str, *, in_america: bool) -> tuple[str, ...]:
    code = "".join(postcode.split()).upper()
    if american := _LONG_ZIP.fullmatch(code) or (_ZIP.fullmatch(code) if in_america else None):
        return _ZIPS[_FROM[bisect_right(_FROM, int(american[1])) - 1]]
    if _CANADA.fullmatch(code):
        return _CANADIAN[code[:2] if code[:2] in _CANADIAN else code[0]]
    if code[:4] in _OVERSEAS:
        return _OVERSEAS[code[:4]]
    if _BRITAIN.fullmatch(code):
        return (_LONDON,)
    return ("Europe/Dublin",) if _IRELAND.fullmatch(code) else _NOWHERE
