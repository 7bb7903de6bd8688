"""A batch of rows: read by the rules, and made ready to be staged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from operator import itemgetter
from typing import Final

from dialer.domain.importing.delimited import Record, Rows
from dialer.domain.importing.issues import RowIssue
from dialer.domain.importing.person_row import PersonRow
from dialer.domain.importing.register_change import Change
from dialer.domain.importing.repeats import Key, Repeats, keys_of
from dialer.domain.importing.row import RowReader, RowRules, has_content
from dialer.domain.person import Identity
from dialer.services.people.import_columns import ColumnReader, People
from dialer.store.queries.import_stage import gone_line, new_ids, new_lines, placed_line, stage_line

WORTH_HALVING: Final = 2_000
"""People of a chunk from which it is worth to bring them in as two halves."""


@dataclass(frozen=True, slots=True)
class Batch:
    """A chunk of a list's rows as they were read; `lines` are its people for COPY.

    `second` are the lines of more, a half that may be brought in beside those: nobody in it shares anything
    by which people are known with anybody else of the chunk. `second_rows` are its rows, from and to.
    """

    chunk: Chunk
    row_count: int
    rejected_count: int
    lines: bytes
    issues: list[RowIssue]
    warnings: dict[str, int]
    second: bytes = b""
    second_rows: Sequence[tuple[int, int]] = ()

    @property
    def start(self) -> int:
        """The first row in it."""
        return self.chunk.start

    @property
    def end(self) -> int:
        """The first row that is not in it any more."""
        return self.chunk.rows.end

    @property
    def second_count(self) -> int:
        """How many rows the second half has."""
        return sum(last - first + 1 for first, last in self.second_rows)

    @property
    def progress(self) -> float:
        """How much of the file has been read with it."""
        return self.chunk.progress


@dataclass(frozen=True, slots=True)
class Chunk:
    """Rows of a list on their way to be made a batch of. `progress`: how much of the file has been read.

    `start` is where the chunk before it ended; a line `sep=;` stands before the first row. Where its first
    half is in already, `left` are the rows that aren't, from and to: only those are read.
    """

    rows: Rows
    start: int
    progress: float
    left: Sequence[tuple[int, int]] = ()

    def records(self) -> list[Record]:
        """Those of its rows that are still to come in."""
        records = self.rows.split()
        if not self.left:
            return records
        left = set(chain.from_iterable(range(first, last + 1) for first, last in self.left))
        return [record for record in records if record.row in left]

    def emptied(self) -> Chunk:
        """Itself without its texts, for the way back to whoever has them."""
        return replace(self, rows=replace(self.rows, lines=[], texts=[], faults={}))


def ranges(rows: Iterable[int]) -> list[tuple[int, int]]:
    """Ascending numbers as runs, from and to."""
    found: list[tuple[int, int]] = []
    for row in rows:
        if found and found[-1][1] == row - 1:
            found[-1] = (found[-1][0], row)
        else:
            found.append((row, row))
    return found


class ChunkReader:
    """Makes batches of the chunks of one list: column by column where it can, else row by row."""

    def __init__(self, rules: RowRules, *, by_columns: bool = True) -> None:
        self._rules = rules
        self._rows = RowReader(rules)
        self.columns = ColumnReader(rules) if by_columns and ColumnReader.reads(rules) else None

    def read(self, chunk: Chunk) -> Batch:
        """Read every row with content by the rules of its list."""
        records = chunk.records()
        people, others = self.columns.read(records) if self.columns else (None, records)
        odd = _read_rows(self._rows, others)
        warnings = odd.warnings + people.warnings if people else odd.warnings
        lines, second = _lines(people, odd.people, self._rules)
        if chunk.left:
            lines, second = [*lines, *second.values()], {}
        row_count = odd.row_count + (len(people.rows) if people else 0)
        return Batch(
            chunk,
            row_count,
            odd.rejected_count,
            "".join(lines).encode(),
            odd.issues,
            {code: count for code, count in warnings.items() if count},
            "".join(second.values()).encode(),
            ranges(second),
        )


@dataclass(slots=True)
class _Rows:
    """What rows gave that were read one by one."""

    row_count: int = 0
    rejected_count: int = 0
    people: list[PersonRow] = field(default_factory=list)
    issues: list[RowIssue] = field(default_factory=list)
    warnings: Counter[str] = field(default_factory=Counter)


def _read_rows(reader: RowReader, records: Iterable[Record]) -> _Rows:
    rows = _Rows()
    reader.warnings.clear()
    for record in filter(has_content, records):
        rows.row_count += 1
        person, issue = reader.read(record)
        if issue:
            rows.issues.append(issue)
        if person:
            rows.people.append(person)
        else:
            rows.rejected_count += 1
    rows.warnings += reader.warnings
    return rows


def _lines(
    people: People | None, odd: Sequence[PersonRow], rules: RowRules
) -> tuple[list[str], dict[int, str]]:
    """Everybody as lines for COPY, in the order of their rows, and those of the second half by row. Only who
    shares a key may repeat another.
    """
    known = [(person, person.identity(rules.register, rules.id_source)) for person in odd]
    rows = sorted([*(people.rows if people else ()), *(person.row for person in odd)])
    ids = dict(zip(rows, new_ids(len(rows)), strict=True))
    if people is None:
        return list(_placed([(person.row, person, who) for person, who in known], ids).values()), {}
    sharing = _sharing(people, (key for _, who in known for key in keys_of(who)))
    apart = people.without(sharing) if sharing else people
    lines = dict(
        zip(apart.rows, new_lines(apart.rows, map(ids.__getitem__, apart.rows), apart.staged), strict=True)
    )
    second = _second_half(lines, people, apart, odd)
    if not (known or sharing):
        return list(lines.values()), second
    waiting: list[_Waiting] = [(person.row, person, who) for person, who in known]
    waiting += [(people.rows[place], people.cells(place), people.identity(place)) for place in sharing]
    lines.update(_placed(sorted(waiting, key=itemgetter(0)), ids))
    return [lines[row] for row in rows if row in lines], second


def _second_half(
    lines: dict[int, str], people: People, apart: People, odd: Sequence[PersonRow]
) -> dict[int, str]:
    """Take out the later half of those who share nothing; nobody where the chunk is small, or tells who is
    gone: whether somebody is, depends on all its rows.

    Father and son stay together: neither is known by a name and an address that both have.
    """
    if len(lines) < WORTH_HALVING or any(person.change is Change.DELETED for person in odd):
        return {}
    together = people.households(odd)
    return {row: lines.pop(row) for row in apart.rows[len(lines) // 2 :] if row not in together}


def _sharing(people: People, keys: Iterable[Key]) -> set[int]:
    """The places of those who share a key with somebody else of the chunk."""
    others = list(keys)
    mine = list(people.keys(others))
    counts = Counter(chain(others, map(itemgetter(1), mine)))
    return {place for place, key in mine if counts[key] > 1}


_Waiting = tuple[int, PersonRow | Sequence[str], Identity]


def _placed(waiting: Iterable[_Waiting], ids: Mapping[int, str]) -> dict[int, str]:
    """Find each their place, in the order of the rows: lines for COPY by row."""
    repeats, repeats_of_gone, lines = Repeats(), Repeats(), {}
    for row, person, who in waiting:
        if not isinstance(person, PersonRow):
            lines[row] = placed_line(row, ids[row], person, repeats.place(row, who))
        elif person.change is Change.DELETED:
            lines[row] = gone_line(person, repeats_of_gone.place(row, who))
        else:
            lines[row] = stage_line(person, ids[row], repeats.place(row, who, str(person.own_id or "")))
    return lines
