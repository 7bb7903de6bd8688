"""What a column holds, judged by its first cells: telephones, postcodes, addresses, numbers of electors."""

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from dialer.domain.importing import values as read
from dialer.domain.importing.register_change import read_change
from dialer.domain.phone import read_phones

SAMPLE: Final = 200
"""How many filled cells of a column are looked at, at most."""

_PARSED: Final = 20
_PARSED_FIRST: Final = 4  # what is no number takes up to 0.4 ms: of 512 columns of them, under a second
_PHONE_DIGITS: Final = range(9, 33)
_BORN_BEFORE: Final = 16 * 365
_ELECTOR_FEWEST: Final = 5  # an order number looks like an elector's; a few cells would not tell
_CHANGES_AT_LEAST: Final = 0.8
_POSTCODE: Final = re.compile(r"[A-Z]{1,2}\d[A-Z\d]?\d[A-Z]{2}|BFPO\d{1,4}|\d{5}(?:-\d{4})?", re.ASCII)
_ELECTOR: Final = re.compile(r"[A-Z]{1,4}\d{0,2}(?:[-/. ]\d{1,3})*[-/. ]+\d{1,5}(?:/\d{1,2})?", re.ASCII)
_NUMBER: Final = re.compile(r"-?\d+(?:\.\d+)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Column:
    """The first filled cells of one column. `region`: where numbers without a country belong."""

    cells: tuple[str, ...]
    region: str = "GB"

    def share(self, test: Callable[[str], bool]) -> float:
        """Return the share of cells that pass a test; 0 where there are none."""
        return sum(map(test, self.cells)) / len(self.cells) if self.cells else 0.0

    def phones(self) -> float:
        """Return the share of cells in which a telephone number stands that could be rung.

        Judged by some that have its shape, from the first to the last; where a few of these are none, by
        no more.
        """
        shaped = [cell for cell in self.cells if _looks_like_phone(cell)]
        if not any(map(self._is_phone, _spread(shaped, _PARSED_FIRST))):
            return 0.0
        tried = _spread(shaped, _PARSED)
        return sum(map(self._is_phone, tried)) / len(tried) * len(shaped) / len(self.cells)

    def _is_phone(self, cell: str) -> bool:
        return bool(read_phones(cell, self.region, True).phones)

    def emails(self) -> float:
        """Return the share of cells that are email addresses."""
        return self.share(lambda cell: read.read_email(cell) is not None)

    def postcodes(self) -> float:
        """Return the share of cells that are postcodes, British or, in lists from there, American."""
        return self.share(self._is_postcode)

    def _is_postcode(self, cell: str) -> bool:
        if cell.isdecimal() and self.region != "US":
            return False
        return _POSTCODE.fullmatch("".join(cell.split()).upper()) is not None

    def electors(self) -> float:
        """Return the share of cells that look like elector numbers; each stands once in a register."""
        if len(self.cells) < _ELECTOR_FEWEST or len(set(self.cells)) < len(self.cells):
            return 0.0
        return self.share(lambda cell: _ELECTOR.fullmatch(cell.upper()) is not None)

    def birthdays(self, today: dt.date) -> float:
        """Return the share of cells that are dates on which a voter of `today` may have been born."""
        return self.share(lambda cell: self._is_birthday(cell, today))

    def _is_birthday(self, cell: str, today: dt.date) -> bool:
        day = read.read_date(cell, day_first=self.region != "US", newest=today)
        return day is not None and _BORN_BEFORE < (today - day).days < 120 * 365

    def only_answers(self) -> bool:
        """Tell whether the column answers a question: nothing but clear yes and no, more than once."""
        return len(self.cells) > 1 and self.share(lambda cell: read.yes_or_no(cell) is not None) == 1.0

    def beyond_scale(self) -> bool:
        """Tell whether a figure stands here that is no support from 1 to 5: a score out of 100."""
        return any(_NUMBER.fullmatch(cell) and not 0 <= float(cell) <= 5 for cell in self.cells)

    def no_changes(self) -> bool:
        """Tell whether most cells say nothing of the kind added, changed, deleted."""
        return self.share(lambda cell: read_change(cell) is not None) < _CHANGES_AT_LEAST

    def figures(self) -> float:
        """Return the share of cells that are whole numbers."""
        return self.share(str.isdecimal)

    def titles(self) -> float:
        """Return the share of cells that are forms of address: Mr, Dr."""
        return self.share(read.is_title)


def _looks_like_phone(cell: str) -> bool:
    digits = sum(map(str.isdigit, cell))
    return digits in _PHONE_DIGITS and sum(map(str.isalpha, cell)) <= digits and "@" not in cell


def _spread(cells: Sequence[str], count: int) -> Sequence[str]:
    """Return at most so many cells, evenly from all of them."""
    return cells[:: -(-len(cells) // count) or 1]


def columns_of(width: int, rows: Sequence[Sequence[str]], region: str = "GB") -> list[Column]:
    """Turn a list's first rows into its columns, without their empty cells."""
    filled: list[list[str]] = [[] for _ in range(width)]
    for row in rows:
        for cells, cell in zip(filled, row, strict=False):
            if len(cells) < SAMPLE and (text := cell.strip()):
                cells.append(text)
    return [Column(tuple(cells), region) for cells in filled]
