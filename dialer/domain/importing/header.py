"""Where a list's header stands, and which field each of its columns is."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from dialer.domain.importing.delimited import Record, show_lost_letters
from dialer.domain.importing.fields import IGNORE, custom_field, is_field
from dialer.domain.importing.vocabulary import (
    PERHAPS_LINES,
    PLAIN_LINES,
    field_named,
    is_named_line,
    squash,
)

HEADER_WITHIN: Final = 50
_HEADER_MAX: Final = 1_000
REPORT_COLUMNS: Final = ("line", "outcome", "reason", "detail")
"""What the import report adds to a list's own columns; ignored when the mended report comes back."""


@dataclass(frozen=True, slots=True)
class Columns:
    """The header of a list and what its columns mean. `row` is the header's row, 0 where there is none.

    `fields` has one entry a column. `question` says why a person must choose: `header` (none found),
    `no_phone` or `two_phones`; `unknown` are the keys of a given mapping that name no column.
    """

    row: int
    headers: tuple[str, ...]
    fields: tuple[str, ...]
    question: str | None = None
    unknown: tuple[str, ...] = ()

    @property
    def width(self) -> int:
        """How many cells a whole row has; 0 where no header says."""
        return len(self.headers) if self.row else 0

    def is_of_report(self, index: int) -> bool:
        """Tell whether a column is one that our report added to the list's own."""
        return self.fields[index] == IGNORE and self.headers[index].casefold() in REPORT_COLUMNS

    def mapping(self) -> dict[str, str]:
        """The columns as a mapping: keyed by header, by number where headers are equal or missing."""
        return dict(zip(self.keys(), self.fields, strict=True))

    def keys(self) -> tuple[str, ...]:
        """The key of each column in a mapping."""
        count = Counter(self.headers)
        return tuple(
            header if header and count[header] == 1 else str(index)
            for index, header in enumerate(self.headers)
        )


def _clean(cell: str) -> str:
    return " ".join(show_lost_letters(cell.replace("\ufeff", "")).split())[:_HEADER_MAX]


def _looks_like_data(cell: str) -> bool:
    return "@" in cell or sum(map(str.isdigit, cell)) >= 5


def _is_known(cell: str) -> bool:
    name = squash(cell)
    return bool(name) and (
        field_named(cell) is not None or is_named_line(cell) or name in PLAIN_LINES | PERHAPS_LINES
    )


def _known_share(record: Record) -> int:
    """Count the cells that are names of columns; none where a cell holds a person's data."""
    if record.fault or any(map(_looks_like_data, record.cells)):
        return 0
    return sum(map(_is_known, record.cells))


def _widest(records: Sequence[Record]) -> int:
    return max((len(record.cells) for record in records if not record.fault), default=0)


def _given_header(records: Sequence[Record], mapping: Mapping[str, str]) -> Record | None:
    named = {_clean(key) for key in mapping if not key.isdigit()}
    counts = [(len(named & set(map(_clean, record.cells))), -record.row) for record in records]
    best = max(zip(counts, records, strict=True), default=None, key=lambda pair: pair[0])
    return best[1] if best and best[0][0] else None


def _recognised_header(records: Sequence[Record]) -> Record | None:
    best = max(records, default=None, key=lambda record: (_known_share(record), -record.row))
    return best if best and _known_share(best) else None


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


def _guess(headers: Sequence[str]) -> tuple[list[str], str | None]:
    fields = [field_named(header) or ("phone" if is_named_line(header) else "") for header in headers]
    plain = [i for i, header in enumerate(headers) if squash(header) in PLAIN_LINES]
    perhaps = [i for i, header in enumerate(headers) if squash(header) in PERHAPS_LINES]
    chosen = plain or ([] if "phone" in fields else perhaps)
    for index in chosen:
        fields[index] = "phone"
    if len(chosen) > 1:
        return fields, "two_phones"
    return fields, None if "phone" in fields else "no_phone"


def _ignore_report(headers: Sequence[str], fields: list[str]) -> None:
    names = [header.casefold() for header in headers]
    if set(REPORT_COLUMNS) <= set(names):
        for name in REPORT_COLUMNS:
            fields[names.index(name)] = IGNORE


def _name_customs(headers: Sequence[str], fields: list[str]) -> None:
    taken: Counter[str] = Counter()
    for index, header in enumerate(headers):
        if fields[index]:
            continue
        name = header or f"column {index + 1}"
        taken[name] += 1
        fields[index] = custom_field(name if taken[name] == 1 else f"{name} {taken[name]}")


def recognise(header: Record | None, records: Sequence[Record]) -> Columns:
    """Recognise the columns of a list without a mapping. A question is left where a person must choose."""
    if header is None:
        width = _widest(records)
        return Columns(0, ("",) * width, (IGNORE,) * width, "header")
    headers = tuple(map(_clean, header.cells))
    fields, question = _guess(headers)
    _ignore_report(headers, fields)
    _name_customs(headers, fields)
    return Columns(header.row, headers, tuple(fields), question)


def _keep_unchosen_lines(guessed: Columns, chosen: bool) -> list[str]:
    """Where a person chose the telephones, the ones we would have guessed are kept as custom fields."""
    fields = list(guessed.fields)
    if chosen:
        fields = ["" if field == "phone" else field for field in fields]
        _name_customs(guessed.headers, fields)
    return fields


def apply_mapping(header: Record | None, records: Sequence[Record], mapping: Mapping[str, str]) -> Columns:
    """Take the columns that a person chose; what their mapping doesn't name is recognised.

    A key is a header, or the column's number from 0. Keys that name no column are `unknown`.
    """
    guessed = recognise(header, records)
    fields = _keep_unchosen_lines(guessed, "phone" in mapping.values())
    by_key = {key: index for index, key in enumerate(guessed.keys())}
    unknown = []
    for key, field in mapping.items():
        index = by_key.get(_clean(key))
        if index is None and key.isdigit() and int(key) < len(fields):
            index = int(key)
        if index is None:
            unknown.append(key)
        else:
            fields[index] = field
    return Columns(guessed.row, guessed.headers, tuple(fields), None, tuple(unknown))


def bad_fields(mapping: Mapping[str, str]) -> list[str]:
    """Return the keys of a mapping whose value is no field."""
    return [key for key, field in mapping.items() if not is_field(field)]
