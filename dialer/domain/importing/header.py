"""Where a list's header stands, and which field each of its columns is."""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Final

from dialer.domain.importing.delimited import Record, show_lost_letters
from dialer.domain.importing.fields import CUSTOM_NAME_MAX, IGNORE, custom_field, is_field, takes_one, twice
from dialer.domain.importing.own_export import own_fields
from dialer.domain.importing.recognition import Basis, Guess, guess, question_of
from dialer.domain.importing.vocabulary import meaning_of, squash

HEADER_WITHIN: Final = 50
_HEADER_MAX: Final = 1_000
_DOUBTFUL: Final = 0.5  # one of two that could be the phone
_ELECTORS: Final = frozenset({"elector_number", "elector_prefix", "elector_suffix", "elector_markers"})
_OPEN_REGISTER: Final = frozenset({"optout", "optedout", "optoutflag", "optoutindicator"})
REPORT_COLUMNS: Final = ("line", "outcome", "reason", "detail")
"""What the import report adds to a list's own columns; ignored when the mended report comes back."""


@dataclass(frozen=True, slots=True)
class Columns:
    """The header of a list and what its columns mean. `row` is the header's row, 0 where there is none.

    `fields` has one entry a column. `question` says why a person must choose: `header` (none found),
    `no_phone` or `two_phones`; `unknown` are the keys of a given mapping that name no column.
    `guesses` are what the columns were taken for before a person chose some, those numbered `chosen`.
    """

    row: int
    headers: tuple[str, ...]
    fields: tuple[str, ...]
    question: str | None = None
    unknown: tuple[str, ...] = ()
    guesses: tuple[Guess, ...] = ()
    chosen: frozenset[int] = frozenset()

    @property
    def width(self) -> int:
        """How many cells a whole row has; 0 where no header says."""
        return len(self.headers) if self.row else 0

    def is_of_report(self, index: int) -> bool:
        """Tell whether a column is one that our report added to the list's own."""
        return self.fields[index] == IGNORE and self.headers[index].casefold() in REPORT_COLUMNS

    def about_the_open_register(self) -> tuple[int, ...]:
        """The columns that are taken for a no and in an electoral register mostly say something else.

        Scotland's registers mark with `Opt Out` who is left out of the open register, which anybody may buy.
        That is no word against parties, who have the full register; but nobody can tell the two apart by the
        column, so it counts as a no until somebody says.
        """
        if _ELECTORS.isdisjoint(self.fields):
            return ()
        return tuple(
            index
            for index, (header, field) in enumerate(zip(self.headers, self.fields, strict=True))
            if field == "opt_out" and index not in self.chosen and names_open_register(header)
        )

    def confidence(self, index: int) -> float:
        """How sure we are of a column: 1 where a person chose it, 0 where it is kept as it came."""
        if index in self.chosen or self.is_of_report(index):
            return 1.0
        doubtful = self.question == "two_phones" and self.fields[index] == "phone"
        return min(self.guesses[index].confidence, _DOUBTFUL if doubtful else 1.0)

    def basis(self, index: int) -> str:
        """What a column's field rests on: `chosen` by a person, or the basis of our guess."""
        if index in self.chosen or self.is_of_report(index):
            return "chosen"
        return self.guesses[index].reason

    def mapping(self) -> dict[str, str]:
        """The columns as a mapping: keyed by header, by number where headers are equal or missing."""
        return dict(zip(self.keys(), self.fields, strict=True))

    def keys(self) -> tuple[str, ...]:
        """The key of each column in a mapping."""
        return mapping_keys(self.headers)


def names_open_register(header: str) -> bool:
    """Whether an electoral register may mean the open register by a column of this name."""
    return squash(header) in _OPEN_REGISTER


def mapping_keys(headers: Sequence[str]) -> tuple[str, ...]:
    """Return the key of each column in a mapping: its header, or its number where that is none of its own."""
    times = Counter(headers)
    return tuple(
        header if header and times[header] == 1 else str(index) for index, header in enumerate(headers)
    )


def clean_header(cell: str) -> str:
    """Write a header in one line, without what no database takes, and no longer than anybody reads."""
    return " ".join(show_lost_letters(cell.replace("\ufeff", "")).split())[:_HEADER_MAX]


def _looks_like_data(cell: str) -> bool:
    return "@" in cell or sum(map(str.isdigit, cell)) >= 5


def _known_count(record: Record) -> int:
    """Count the cells that are names of columns; none where too many cells hold a person's data.

    Headers may have a date in them (`Voted 2026-05-07`), people rarely a cell that is a column's name.
    """
    if record.fault:
        return 0
    known = sum(meaning_of(cell) is not None for cell in record.cells)
    data = sum(map(_looks_like_data, record.cells))
    return known if known > 3 * data else 0


def _widest(records: Sequence[Record]) -> int:
    return max((len(record.cells) for record in records if not record.fault), default=0)


def _given_header(records: Sequence[Record], mapping: Mapping[str, str]) -> Record | None:
    named = {clean_header(key) for key in mapping if not key.isdigit()}
    counts = [(len(named & set(map(clean_header, record.cells))), -record.row) for record in records]
    best = max(zip(counts, records, strict=True), default=None, key=lambda pair: pair[0])
    return best[1] if best and best[0][0] else None


def _recognised_header(records: Sequence[Record]) -> Record | None:
    best = max(records, default=None, key=lambda record: (_known_count(record), -record.row))
    return best if best and _known_count(best) else None


def find_header(
    records: Sequence[Record], has_header: bool | None, mapping: Mapping[str, str] | None
) -> Record | None:
    """Find the header among a list's first records, below titles and blank lines.

    A given mapping's keys tell it; else the row in which most cells are names that we know, in
    English or Welsh. Where somebody says that there is one and none is known, it is the first row
    with content. `has_header` None: nobody said.
    """
    if has_header is False:
        return None
    written = [record for record in records if any(map(str.strip, record.cells))]
    found = _given_header(written, mapping or {}) or _recognised_header(written)
    if found or not has_header:
        return found
    return next(iter(written), None)


def _ignore_report(headers: Sequence[str], fields: list[str]) -> None:
    names = [header.casefold() for header in headers]
    if set(REPORT_COLUMNS) <= set(names):
        for name in REPORT_COLUMNS:
            fields[names.index(name)] = IGNORE


def _name_customs(headers: Sequence[str], fields: list[str]) -> None:
    """Name what is kept after its header: each by a name of its own."""
    taken = {field for field in fields if field}
    for index, header in enumerate(headers):
        if not fields[index]:
            name = header or f"column {index + 1}"
            fields[index] = next(field for field in _custom_names(name) if field not in taken)
            taken.add(fields[index])


def _custom_names(name: str) -> Iterator[str]:
    yield custom_field(name)
    for nth in count(2):
        yield f"{custom_field(name[: CUSTOM_NAME_MAX - 4])} {nth}"


def recognise(
    header: Record | None, records: Sequence[Record], region: str = "GB", today: dt.date | None = None
) -> Columns:
    """Recognise the columns of a list without a mapping. A question is left where a person must choose.

    Without a header every column waits to be chosen, with a guess by what it holds.
    """
    row = header.row if header else 0
    headers = tuple(map(clean_header, header.cells)) if header else ("",) * _widest(records)
    people = [record.cells for record in records if record.row > row and record.split]
    guesses = tuple(guess(headers, people, region, today))
    fields = [one.field or "" for one in guesses]
    if header is None:
        return Columns(0, headers, tuple(field or IGNORE for field in fields), "header", (), guesses)
    own = own_fields(headers)
    if own:
        taken = set(filter(takes_one, own))
        fields = [mine or ("" if field in taken else field) for mine, field in zip(own, fields, strict=True)]
        guesses = tuple(_ours(mine) or one for mine, one in zip(own, guesses, strict=True))
    _ignore_report(headers, fields)
    _name_customs(headers, fields)
    question = None if own else question_of(headers, guesses)
    return Columns(row, headers, tuple(fields), question, (), guesses)


def _ours(field: str) -> Guess | None:
    """What we take a column of our own export for: there is no doubt."""
    return Guess(field, 1.0, Basis.NAME) if field else None


def _make_way(guessed: Columns, chosen: Collection[str]) -> list[str]:
    """Where a person chose a field's column, one that we would have guessed is kept as a custom field.

    So it is with telephones, though many columns may be one: whoever chooses one chooses them all.
    """
    fields = [
        "" if field in chosen and (field == "phone" or takes_one(field)) else field
        for field in guessed.fields
    ]
    _name_customs(guessed.headers, fields)
    return fields


def apply_mapping(
    header: Record | None,
    records: Sequence[Record],
    mapping: Mapping[str, str],
    region: str = "GB",
    today: dt.date | None = None,
) -> Columns:
    """Take the columns that a person chose; what their mapping doesn't name is recognised.

    A key is a header, or the column's number from 0. Keys that name no column are `unknown`.
    """
    guessed = recognise(header, records, region, today)
    by_key = {key: index for index, key in enumerate(guessed.keys())}
    chosen, unknown = {}, []
    for key, field in mapping.items():
        index = by_key.get(clean_header(key), int(key) if key.isdecimal() else -1)
        if 0 <= index < len(guessed.fields):
            chosen[index] = field
        else:
            unknown.append(key)
    return replace(choose(guessed, chosen), unknown=tuple(unknown))


def choose(guessed: Columns, chosen: Mapping[int, str]) -> Columns:
    """Put what a person chose for columns, by their numbers from 0, over what we guessed."""
    fields = _make_way(guessed, set(chosen.values()))
    if not guessed.row:
        fields = [IGNORE] * len(fields)
    for index, field in chosen.items():
        fields[index] = field
    return replace(guessed, fields=tuple(fields), question=None, chosen=frozenset(chosen))


def given_twice(mapping: Mapping[str, str]) -> list[str]:
    """Return the keys of a mapping whose field takes one column and is given to another as well."""
    fields = twice(mapping.values())
    return [key for key, field in mapping.items() if field in fields]


def bad_fields(mapping: Mapping[str, str]) -> list[str]:
    """Return the keys of a mapping whose value is no field."""
    return [key for key, field in mapping.items() if not is_field(field)]
