"""Which field each column of a list is: by its name first, then by what it holds.

The same columns in another order give the same answer, and a field that takes one column gets one.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from dialer.domain.importing.bare_register import elector_number_column
from dialer.domain.importing.contents import Column, columns_of
from dialer.domain.importing.fields import takes_one
from dialer.domain.importing.vocabulary import (
    KEEP,
    LINE,
    PERHAPS_LINE,
    PLAIN_LINE,
    UNSURE,
    Meaning,
    meaning_of,
    squash,
)

PLACES: Final = ("", "home", "registered", "user", "whole", "mailing", "billing", "work")
"""Of several addresses of one person the first of these that is there is taken, whole."""

_ANYWHERE: Final = ("", "home")  # a postcode that may stand beside an address of any place

_SURE: Final = 1.0
_BY_PATTERN: Final = 0.95  # known without the number behind it
_SECOND_CHOICE: Final = 0.8  # a name that may mean something else, with cells that agree
_BY_CONTENT: Final = 0.7  # at most; in proportion to the cells that agree
_ENOUGH: Final = 0.6


class Basis(StrEnum):
    """What a guess rests on, or why there is none."""

    NAME = "name"
    CONTENT = "content"
    SECOND = "second"
    UNLIKE = "unlike"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Guess:
    """What we take a column for. `confidence` from 0 to 1: 1 where its name is known as it stands.

    `field` is None where we know of none: the column is then kept under its own name. With the basis
    `second`, another column is nearer to the field `instead`; with `unlike`, the name means that field
    and the cells are something else.
    """

    field: str | None
    confidence: float
    reason: Basis
    instead: str | None = None


_NO_GUESS: Final = Guess(None, 0.0, Basis.NONE)


@dataclass(slots=True)
class _Candidate:
    """A column on its way to its guess. `order` ranks those that would be the same field."""

    header: str
    column: Column
    meaning: Meaning | None
    guess: Guess = _NO_GUESS

    @property
    def order(self) -> tuple[object, ...]:
        rank = self.meaning.rank if self.meaning else 0
        return (
            -self.guess.confidence,
            rank,
            squash(self.header),
            -len(self.column.cells),
            self.header,
            self.column.cells,
        )

    def means(self, *words: str) -> bool:
        return self.meaning is not None and self.meaning.field in words

    def refuse(self, reason: Basis) -> None:
        """Keep the column under its own name, and remember what it would have been."""
        self.guess = Guess(None, 0.0, reason, self.guess.field)


def guess(
    headers: Sequence[str],
    sample_rows: Sequence[Sequence[str]],
    region: str = "GB",
    today: dt.date | None = None,
) -> list[Guess]:
    """Guess the field of each column from its header and the list's first rows, in the columns' order.

    `region` is where telephone numbers without a country belong. Headers may be empty: then only what
    the column holds counts, birthdays among it where `today` is given.
    """
    candidates = [
        _Candidate(header, column, meaning_of(header) if header else None)
        for header, column in zip(headers, columns_of(len(headers), sample_rows, region), strict=True)
    ]
    for one in candidates:
        one.guess = _by_name(one)
    bare = elector_number_column([one.meaning for one in candidates], sample_rows)
    if bare is not None:
        candidates[bare].guess = Guess("elector_number", _SECOND_CHOICE, Basis.NAME)
    _judge_by_content(candidates)
    _choose_lines(candidates)
    _take_one_place(candidates)
    _fill_by_content(candidates, today)
    _leave_one_each(candidates)
    return [one.guess for one in candidates]


def question_of(headers: Sequence[str], guesses: Sequence[Guess]) -> str | None:
    """Say what a person must decide before the list may come in: `no_phone`, `two_phones` or nothing.

    A telephone that its name tells apart is certain whatever stands beside it; of `Phone` and
    `Telephone`, of `Number` and `Contact`, and of two that only their cells give away, one must be chosen.
    """
    chosen = [header for header, one in zip(headers, guesses, strict=True) if one.field == "phone"]
    if not chosen:
        return "no_phone"
    doubtful = [header for header in chosen if not _is_certain_line(header)]
    return "two_phones" if len(doubtful) > 1 else None


def _is_certain_line(header: str) -> bool:
    meaning = meaning_of(header)
    return meaning is not None and meaning.field == LINE


def _by_name(one: _Candidate) -> Guess:
    meaning = one.meaning
    if meaning is None or meaning.field == KEEP:
        return _NO_GUESS
    if meaning.field in {LINE, PLAIN_LINE}:
        return Guess("phone", _SURE, Basis.NAME)
    if meaning.field == PERHAPS_LINE:
        return Guess("phone", _SECOND_CHOICE, Basis.NAME)
    sure = _SECOND_CHOICE if meaning.place == UNSURE else _SURE if meaning.exact else _BY_PATTERN
    return Guess(meaning.field, sure, Basis.NAME)


# --- names that the cells belie ---------------------------------------------------------------------


def _judge_by_content(candidates: list[_Candidate]) -> None:
    has_elector = any(one.guess.field == "elector_number" for one in candidates)
    for one in candidates:
        if one.guess.field in _BELIED and one.column.cells and _BELIED[one.guess.field](one.column):
            one.refuse(Basis.UNLIKE)
        elif one.meaning and one.meaning.place == UNSURE and not (has_elector and _is_elector_part(one)):
            one.guess = _NO_GUESS


def _is_elector_part(one: _Candidate) -> bool:
    """Tell whether `Prefix` or `Suffix` may belong to an elector number, and not to a name."""
    if one.guess.field == "elector_suffix":
        return not one.column.cells or one.column.figures() > _ENOUGH
    return one.column.titles() == 0.0


_BELIED: Final[dict[str | None, Callable[[Column], bool]]] = {
    "phone": Column.only_answers,
    "email": Column.only_answers,
    "address": Column.only_answers,
    "support": Column.beyond_scale,
    "change": Column.no_changes,
}


# --- telephones -------------------------------------------------------------------------------------


def _choose_lines(candidates: list[_Candidate]) -> None:
    """Let names that may mean a telephone count only where nothing better is there and the cells agree."""
    lines = [one for one in candidates if one.guess.field == "phone"]
    plain = [one for one in lines if one.means(PLAIN_LINE)]
    if len(plain) > 1 and any(one.column.phones() >= _ENOUGH for one in plain):
        for one in plain:
            if one.column.cells and not one.column.phones():
                one.refuse(Basis.UNLIKE)
    perhaps = [one for one in lines if one.means(PERHAPS_LINE)]
    if any(one.guess.field == "phone" for one in lines if one not in perhaps):
        _drop(perhaps)
    else:
        _drop(one for one in perhaps if one.column.cells and one.column.phones() < _ENOUGH)


def _drop(candidates: Iterable[_Candidate]) -> None:
    for one in candidates:
        one.guess = _NO_GUESS


# --- addresses --------------------------------------------------------------------------------------


def _take_one_place(candidates: list[_Candidate]) -> None:
    """Take the lines of one address and its postcode: those of two are never written into one."""
    lines = [one for one in candidates if one.guess.field == "address"]
    postcodes = [one for one in candidates if one.guess.field == "postcode"]
    address = _first_place(lines, PLACES)
    ours = (address, *_ANYWHERE) if lines else PLACES
    for parts, place in ((lines, address), (postcodes, _first_place(postcodes, ours))):
        for one in parts:
            if one.meaning and one.meaning.place != place:
                one.refuse(Basis.SECOND)


def _first_place(parts: list[_Candidate], places: Sequence[str]) -> str:
    there = {one.meaning.place for one in parts if one.meaning}
    return next((place for place in places if place in there), "")


# --- what the cells say where no name does ----------------------------------------------------------


def _fill_by_content(candidates: list[_Candidate], today: dt.date | None) -> None:
    """Find by their cells the fields that no column is named for; names that we know stay what they are."""
    unknown = [one for one in candidates if one.meaning is None]
    for field, test in _TESTS.items():
        if any(one.guess.field == field for one in candidates):
            continue
        for one in unknown:
            if one.guess.field is None and (share := test(one.column)) >= _ENOUGH:
                one.guess = Guess(field, round(_BY_CONTENT * share, 2), Basis.CONTENT)
    if today is not None and all(one.guess.field != "date_of_birth" for one in candidates):
        _find_birthdays([one for one in unknown if not one.header], today)


def _find_birthdays(nameless: list[_Candidate], today: dt.date) -> None:
    for one in nameless:
        if one.guess.field is None and (share := one.column.birthdays(today)) >= _ENOUGH:
            one.guess = Guess("date_of_birth", round(_BY_CONTENT * share, 2), Basis.CONTENT)


_TESTS: Final[dict[str, Callable[[Column], float]]] = {
    "email": Column.emails,
    "postcode": Column.postcodes,
    "elector_number": Column.electors,
    "phone": Column.phones,
}


# --- one column a field -----------------------------------------------------------------------------


def _leave_one_each(candidates: list[_Candidate]) -> None:
    """Leave each field that takes one column the nearest; the others are kept under their own names."""
    nearest: dict[str, _Candidate] = {}
    for one in sorted(candidates, key=lambda one: one.order):
        field = one.guess.field
        if field is None or not takes_one(field):
            continue
        if field in nearest:
            one.refuse(Basis.SECOND)
        else:
            nearest[field] = one
