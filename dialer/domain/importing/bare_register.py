"""Registers whose columns have the barest names: `PD`, `Number`, `Suffix`, and the electors' names beside.

`Number` by itself may be a telephone, or a house's number. It is an elector's where a polling district and a
suffix stand beside it and the cells agree: small whole numbers, each of which stands once in its district
with its suffix. The numbers of houses repeat, since people share them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from typing import Final

from dialer.domain.importing.values import is_title
from dialer.domain.importing.vocabulary import LINE, PERHAPS_LINE, PLAIN_LINE, UNSURE, Meaning

_NUMBER: Final = re.compile(r"\d{1,5}", re.ASCII)
_SUFFIX: Final = re.compile(r"\d{1,2}", re.ASCII)
_DISTRICT: Final = re.compile(r"(?:[A-Z]{1,4}|\d)[A-Z0-9/.-]{0,8}", re.ASCII)
_NAMES: Final = frozenset({"full_name", "first_name", "last_name"})
_PARTS: Final = frozenset({"elector_number", "elector_prefix", "elector_suffix"})
_ADDRESSES: Final = frozenset({"address", LINE, PLAIN_LINE})
_NEARLY_ALL: Final = 0.95
_ENOUGH_WITHOUT_SUFFIX: Final = 20
"""So many rows without one elector under another's number tell, where no cell has a suffix. Beside a street
they don't, unless the address has a number of its own: a road with one name a house looks the same.
"""


def elector_number_column(meanings: Sequence[Meaning | None], rows: Sequence[Sequence[str]]) -> int | None:
    """The place from 0 of the column named `Number` that holds elector numbers; None where none does, or
    where more than one may.

    `meanings`: what the names of the columns mean. A column that is named for elector numbers, or for a part
    of them, goes before.
    """
    if not any(one is not None and one.field in _NAMES for one in meanings):
        return None
    if any(one is not None and one.field in _PARTS and one.place != UNSURE for one in meanings):
        return None
    districts = _places(meanings, {"polling_district"}) or _places(meanings, {"elector_prefix"})
    suffixes = _places(meanings, {"elector_suffix"})
    if not (districts and suffixes):
        return None
    told_by_suffix = any(_cell(row, place) for row in rows for place in suffixes)
    if not told_by_suffix and not _houses_are_elsewhere(_places(meanings, _ADDRESSES), rows):
        return None
    fitting = [
        place for place in _places(meanings, {PERHAPS_LINE}) if _fits(place, districts, suffixes, rows)
    ]
    return fitting[0] if len(fitting) == 1 else None


def _houses_are_elsewhere(addresses: Sequence[int], rows: Sequence[Sequence[str]]) -> bool:
    """Whether a column of bare numbers can't be the houses of these addresses: most have numbers already."""
    written = [text for row in rows if (text := " ".join(_cell(row, place) for place in addresses).strip())]
    return not written or 2 * sum(any(c.isdigit() for c in text) for text in written) > len(written)


def _places(meanings: Sequence[Meaning | None], fields: Collection[str]) -> list[int]:
    return [place for place, one in enumerate(meanings) if one is not None and one.field in fields]


def _fits(number: int, districts: list[int], suffixes: list[int], rows: Sequence[Sequence[str]]) -> bool:
    electors = [row for row in rows if _cell(row, number) and any(_cell(row, place) for place in districts)]
    parts = [number, *districts, *suffixes]
    once = {tuple(_cell(row, place) for place in parts) for row in electors}
    given = [part for row in electors for place in suffixes if (part := _cell(row, place))]
    return (
        len(once) == len(electors)
        and _agree([_cell(row, number) for row in electors], _is_number)
        and all(_agree([_cell(row, place) for row in electors], _is_district) for place in districts)
        and (_agree(given, _is_suffix) if given else len(electors) >= _ENOUGH_WITHOUT_SUFFIX)
    )


def _agree(cells: Sequence[str], test: Callable[[str], bool]) -> bool:
    """Whether nearly all cells pass: a line of totals below a register spoils nothing."""
    return bool(cells) and sum(map(test, cells)) >= _NEARLY_ALL * len(cells)


def _is_number(cell: str) -> bool:
    return _NUMBER.fullmatch(cell) is not None


def _is_suffix(cell: str) -> bool:
    return _SUFFIX.fullmatch(cell) is not None


def _is_district(cell: str) -> bool:
    return _DISTRICT.fullmatch(cell.upper()) is not None and not is_title(cell)


def _cell(row: Sequence[str], place: int) -> str:
    return row[place].strip() if place < len(row) else ""
