"""Which door an address means: its flat, its number, its road, as registers and spreadsheets write them.

Nothing is looked up and nothing is mended: the words of an address are only told apart, so that neighbours
stand beside each other in a walk. `High St` and `High Street` are one road.
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from dialer.domain.person import fold


def _any_of(words: str) -> frozenset[str]:
    return frozenset(words.split())


_ROADS: Final = _any_of(
    "street road avenue lane close drive crescent terrace grove place square way walk row mews hill rise"
    " gardens parade promenade boulevard embankment esplanade broadway court park green view path yard croft"
    " estate wharf quay st rd ave av ln cl dr cres terr ter gdns grv pl sq ct prom blvd mws est"
)
"""Last words of what is a road, and not a house or a town."""
_WELSH_ROADS: Final = _any_of("heol hewl stryd ffordd lon rhodfa clos maes teras rhes cilgant gerddi llwybr")
"""First words of what is a road in Welsh."""
_ALWAYS_ROADS: Final = _any_of("street road avenue lane close drive crescent terrace rd ave ln")
"""What follows these in an address without commas is no longer the road."""
_HOUSES: Final = _any_of("cottage house farm farmhouse lodge bungalow vicarage rectory barn villa")
_BUILDINGS: Final = _any_of("court house lodge mansions tower towers apartments flats buildings point")
_SIDES_OF_TOWN: Final = _any_of("north south east west upper lower")
_WHOLE: Final = {
    "st": "street",
    "rd": "road",
    "ave": "avenue",
    "av": "avenue",
    "ln": "lane",
    "cl": "close",
    "dr": "drive",
    "cres": "crescent",
    "terr": "terrace",
    "ter": "terrace",
    "gdns": "gardens",
    "grv": "grove",
    "pl": "place",
    "sq": "square",
    "ct": "court",
    "prom": "promenade",
    "blvd": "boulevard",
    "mws": "mews",
    "est": "estate",
}

_UNIT_WORD: Final = r"(?:flat|fflat|apartment|apt|unit|room|studio|suite|maisonette|penthouse|caravan|plot)"
_OF_UNIT: Final = r"(?:no\.?\s*)?(?:[0-9]+(?:/[0-9]+)?[a-z]?|[a-z](?=\s|$))"
_UNIT: Final = re.compile(rf"({_UNIT_WORD}\.?\s+{_OF_UNIT})(?:\s+(.+))?", re.IGNORECASE)
_UNIT_AT_LAST: Final = re.compile(rf".*\b{_UNIT_WORD}", re.IGNORECASE)
_OF_HOUSE: Final = (  # 14, 14a, 14 A High Street (but not 10 Y Maes), 14-16, 45/3, 12½, No. 7
    r"(?:no\.?\s*)?[0-9]{1,5}(?:[a-z½¼¾]|\s[a-h](?=\s))?(?:\s?[-–/&]\s?[0-9]{1,5}[a-z]?)?"
)
_ONLY_NUMBER: Final = re.compile(_OF_HOUSE, re.IGNORECASE)
_NUMBER: Final = re.compile(rf"(?:(?<=\s)|^)({_OF_HOUSE})(?=\s+\S*[^\W\d_])", re.IGNORECASE)
_NUMBER_AT_LAST: Final = re.compile(r"(?<= )([0-9]{1,5}[a-z]?)$", re.IGNORECASE)
_AFTER_UNIT: Final = re.compile(rf"{_UNIT_WORD}\.?\s+(?:no\.?\s*)?", re.IGNORECASE)
_DIGITS: Final = re.compile("[0-9]+")
_GAPS: Final = re.compile(r"[\s\-–./]+")
_WIDTH: Final = 9
"""As many digits as numbers are compared by."""

Order = tuple[str, int, str, str, str]
"""Road, side, number, and what tells the doors of one number apart."""


class Side(enum.IntEnum):
    """Of a road, in the order in which it is walked; houses without a number come last."""

    ODD = 0
    EVEN = 1
    UNNUMBERED = 2


@dataclass(frozen=True, slots=True)
class Door:
    """An address taken apart; every word of it stands in one of the parts, as it was written.

    `place` is what follows the road: village, town.
    """

    flat: str = ""
    name: str = ""
    number: str = ""
    road: str = ""
    place: str = ""

    @property
    def side(self) -> Side:
        """The side of the road it is on."""
        digits = _DIGITS.search(self.number)
        if digits is None:
            return Side.UNNUMBERED
        return Side.ODD if int(digits[0]) % 2 else Side.EVEN

    @property
    def label(self) -> str:
        """What is looked for when one stands in the road."""
        return ", ".join(filter(None, (self.number, self.flat, self.name)))

    @property
    def order(self) -> Order:
        """What doors of one place are walked by: road, side, number with its suffix, flat, name.

        Where there is no number, the name comes before the flat. Equal orders are one door.
        """
        first, then = (self.flat, self.name) if self.number else (self.name, self.flat)
        digits = _DIGITS.search(self.number)
        number = self.number[digits.start() :] if digits else ""
        return road_key(self.road), int(self.side), counted(number), counted(first), counted(then)


@lru_cache(maxsize=8192)
def road_key(road: str) -> str:
    """What counts when the names of two roads are compared: `High St.` is `High Street`."""
    words = [word for word in map(_plain, _GAPS.split(road)) if word]
    if not words:
        return ""
    kind = _kind_at(words)
    return " ".join(
        _WHOLE.get(word, word) if at == kind else "saint" if word == "st" else word
        for at, word in enumerate(words)
    )


@lru_cache(maxsize=65536)
def read_door(address: str) -> Door:
    """Tell the parts of an address apart; one that means no door we can tell is a name without a road."""
    parts = _parts(address)
    numbered = _numbered(parts)
    return _by_name(parts) if numbered is None else _by_number(parts, *numbered)


def _parts(address: str) -> list[str]:
    """What stands between commas, a lone house number before what it is the number of."""
    parts: list[str] = []
    for part in filter(None, (" ".join(text.split()) for text in re.split(r"[,;\n]", address))):
        if parts and _ONLY_NUMBER.fullmatch(parts[-1]) and _has_letter(part):
            parts[-1] = f"{parts[-1]} {part}"
        else:
            parts.append(part)
    return parts


def _numbered(parts: list[str]) -> tuple[int, re.Match[str]] | None:
    """The part that begins with, or holds, the number of the house; of neighbouring ones the last."""
    found: tuple[int, re.Match[str]] | None = None
    for at, part in enumerate(parts):
        match = _house_number(part)
        if match is not None:
            found = at, match
        elif found is not None:
            break
    return found


def _house_number(part: str) -> re.Match[str] | None:
    unit = _AFTER_UNIT.match(part)
    matches = [one for one in _NUMBER.finditer(part) if unit is None or one.start() > unit.end()]
    if matches:
        return matches[-1]
    if unit is None and _is_road(part.rpartition(" ")[0]):
        return _NUMBER_AT_LAST.search(part)
    return None


def _by_number(parts: list[str], at: int, match: re.Match[str]) -> Door:
    part = parts[at]
    before, road = part[: match.start()].strip(), part[match.end() :].strip()
    if not road:  # High Street 14
        before, road = "", before
    place = parts[at + 1 :]
    if not place:
        road, *place = _cut(road)
    elif _last(road) in _BUILDINGS and _is_road(place[0]) and _last(place[0]) not in _BUILDINGS:
        flat, name = _flat_and_name([*parts[:at], before])
        return Door(_written(flat, match[1]), _written(name, road), "", place[0], ", ".join(place[1:]))
    flat, name = _flat_and_name([*parts[:at], before])
    return Door(flat, name, match[1], road, ", ".join(place))


def _by_name(parts: list[str]) -> Door:
    """An address without a house number: the first part that looks like a road is the road."""
    if parts and (unit := _UNIT.fullmatch(parts[0])) and unit[2]:
        parts = [unit[1], unit[2], *parts[1:]]
    roads = [at for at, part in enumerate(parts) if _is_road(part)]
    sure = [at for at in roads if _last(parts[at]) not in _BUILDINGS]
    at = next(iter(sure or roads), 1 if len(parts) > 1 and not _is_unit(parts[1]) else len(parts))
    if at == len(parts):
        flat, name = _flat_and_name(parts)
        return Door(flat, name)
    house, road = _house_and_road(parts[at]) if not at else ("", parts[at])
    flat, name = _flat_and_name([*parts[:at], house])
    return Door(flat, name, "", road, ", ".join(parts[at + 1 :]))


def _house_and_road(part: str) -> tuple[str, str]:
    """Part a house's name from the road behind it: Rose Cottage Mill Lane."""
    words = part.split()
    for at in range(len(words) - 3, 0, -1):
        if _plain(words[at]) in _HOUSES:
            return " ".join(words[: at + 1]), " ".join(words[at + 1 :])
    return "", part


def _flat_and_name(parts: list[str]) -> tuple[str, str]:
    flats: list[str] = []
    names: list[str] = []
    for part in filter(None, parts):
        unit = _UNIT.fullmatch(part)
        if unit is not None:
            flats.append(unit[1])
            names += [unit[2]] if unit[2] else []
        else:
            (flats if _is_unit(part) or not _has_letter(part) else names).append(part)
    return ", ".join(flats), ", ".join(names)


def _cut(road: str) -> tuple[str, ...]:
    """A road written on with its town, without a comma: the road, and the town if there is one."""
    words = road.split()
    ends = [at for at, word in enumerate(words) if at and _plain(word) in _ALWAYS_ROADS]
    if not ends:
        return (road,)
    end = ends[-1] + 1
    end += end < len(words) and _plain(words[end]) in _SIDES_OF_TOWN
    return tuple(filter(None, (" ".join(words[:end]), " ".join(words[end:]))))


def _kind_at(words: list[str]) -> int:
    """Where the word stands that says what kind of road it is: the last, or before a side of the town."""
    return len(words) - 2 if len(words) > 2 and words[-1] in _SIDES_OF_TOWN else len(words) - 1


@lru_cache(maxsize=8192)
def _is_road(part: str) -> bool:
    words = [word for word in map(_plain, _GAPS.split(part)) if word]
    return bool(words) and (words[_kind_at(words)] in _ROADS or (len(words) > 1 and words[0] in _WELSH_ROADS))


def _is_unit(part: str) -> bool:
    return _UNIT_AT_LAST.fullmatch(part) is not None or _UNIT.fullmatch(part) is not None


def _last(part: str) -> str:
    return _plain(part.rpartition(" ")[2])


def _plain(word: str) -> str:
    return fold(word).replace("'", "").replace(".", "")


def _has_letter(text: str) -> bool:
    return any(map(str.isalpha, text))


@lru_cache(maxsize=8192)
def counted(text: str) -> str:
    """A text that sorts as people count: `flat 2` before `flat 10`, and nothing before something."""
    bare = " ".join(filter(None, map(_plain, _GAPS.split(text))))
    return _DIGITS.sub(lambda digits: digits[0].lstrip("0").rjust(_WIDTH, "0"), bare)


def _written(*parts: str) -> str:
    return ", ".join(filter(None, parts))
