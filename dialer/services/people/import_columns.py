"""Read a chunk of rows column by column: what `RowReader` makes of them, in a fraction of the time.

A row falls into parts that know nothing of each other: name, address, wishes (`import_parts.py`). Whatever
is unusual about a row leaves the whole row to `RowReader`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, pairwise
from operator import add
from typing import Final, TypeVar

from dialer.domain.importing.delimited import Record
from dialer.domain.importing.fields import IGNORE, takes_one
from dialer.domain.importing.own_export import DIALER_ID
from dialer.domain.importing.person_row import PersonRow
from dialer.domain.importing.repeats import Key
from dialer.domain.importing.row import RowRules
from dialer.domain.person import Identity, fold
from dialer.services.people.import_parts import (
    PARTS,
    TWO_NAMES,
    WHOLE_NAME,
    Address,
    Column,
    Custom,
    Elector,
    Part,
    Phones,
    Reading,
    Texts,
)
from dialer.store.queries.import_stage import PERSON, stage_cells

T = TypeVar("T")

_NO_PART_OF_AN_ADDRESS: Final = re.compile("[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class People:
    """The rows that were read column by column: `staged` has all of PERSON, in its order."""

    rows: list[int]
    staged: list[Column]
    numbers: Sequence[tuple[str, ...]]
    warnings: Counter[str]
    rules: RowRules

    def without(self, places: Iterable[int]) -> People:
        """All but the rows at those places, which are few: what stands between them is copied as it is."""
        edges = [-1, *sorted(places), len(self.rows)]
        between = [(last + 1, next_) for last, next_ in pairwise(edges) if last + 1 < next_]
        left = {id(column): _cut(column, between) for column in self.staged}
        return replace(
            self,
            rows=_cut(self.rows, between),
            staged=[left[id(column)] for column in self.staged],
            numbers=_cut(self.numbers, between),
        )

    def keys(self, others: Sequence[Key]) -> Iterator[tuple[int, Key]]:
        """By what some of them may repeat another, or those who have `others`, with their place.

        Nearly all numbers, addresses and ids are nobody else's: no key is made of what is there only once.
        """
        theirs = {key[-1] if len(key) == _KIND_AND_ID else key[0] for key in others}
        for kind, name in (("id", "external_id"), ("elector", "elector_key")):
            column = self._column(name)
            if often := _often(column, theirs):
                yield from ((place, (kind, own)) for place, own in enumerate(column) if own in often)
        firsts, lasts = self._column("first_key"), self._column("last_key")
        if often := _often(chain.from_iterable(self.numbers), theirs):
            for place, numbers in enumerate(self.numbers):
                for number in often.intersection(numbers):
                    yield place, (number, firsts[place], lasts[place])
        emails = [email.lower() if email else email for email in self._column("email")]
        if often := _often(emails, theirs):
            for place, email in enumerate(emails):
                if email in often:
                    yield place, (email, firsts[place], lasts[place])

    def households(self, others: Sequence[PersonRow]) -> set[int]:
        """The rows of those who have their name and address in common with somebody else, or with one of
        `others`; nobody's in a list without elector numbers, where people aren't known by these.
        """
        if not any(self._column("elector_key")):
            return set()
        names = list(map(add, self._column("first_key"), self._column("last_key")))
        theirs = [fold(other.first_name or "") + fold(other.last_name or "") for other in others]
        often = Counter(chain(names, theirs))
        shared = [place for place, name in enumerate(names) if often[name] > 1]
        addresses, postcodes = self._column("address"), self._column("postcode")
        homes = {place: (names[place], _home(addresses[place], postcodes[place])) for place in shared}
        people = Counter(homes.values())
        people.update(
            (name, _home(other.address or "", other.postcode or ""))
            for name, other in zip(theirs, others, strict=True)
        )
        return {self.rows[place] for place, home in homes.items() if people[home] > 1}

    def cells(self, place: int) -> list[str]:
        """What is staged of one of them."""
        return [column[place] for column in self.staged]

    def identity(self, place: int) -> Identity:
        """What tells one of them from another."""
        return Identity(
            self._column("first_key")[place],
            self._column("last_key")[place],
            self.numbers[place],
            self._column("email")[place].lower(),
            self._column("external_id")[place],
            self.rules.id_source,
            self._column("elector_key")[place],
            self.rules.register,
        )

    def _column(self, name: str) -> Column:
        return self.staged[PERSON.index(name)]


_KIND_AND_ID: Final = 2
"""So many parts has a key of an id or an elector number; one of a number or an address has names as well."""


def _cut(column: Sequence[T], between: Iterable[tuple[int, int]]) -> list[T]:
    left: list[T] = []
    for first, end in between:
        left += column[first:end]
    return left


def _often(given: Iterable[str], theirs: set[str]) -> set[str]:
    """What is given more than once, or is among `theirs`."""
    everything = list(filter(None, given))
    different = set(everything)
    found = different & theirs
    if len(different) < len(everything):
        found.update(text for text, count in Counter(everything).items() if count > 1)
    return found


def _home(address: str, postcode: str) -> str:
    """An address as `import_match` compares it."""
    return _NO_PART_OF_AN_ADDRESS.sub("", f"{address}{postcode}".lower())


class ColumnReader:
    """Reads chunks of one list column by column."""

    def __init__(self, rules: RowRules) -> None:
        fields = rules.columns.fields
        names = WHOLE_NAME if "full_name" in fields else TWO_NAMES
        remembered = [Part(rules, *part) for part in (*PARTS, *names)]
        different = [kind(rules) for kind in (Phones, Address, Elector, Custom, Texts)]
        self._parts = [part for part in (*remembered, *different) if any(n >= 0 for n in part.places)]
        self._rules = rules
        self._width = len(fields)
        self._known_by = ["numbers", "elector_number"]
        if "phone" not in fields:
            self._known_by += ["email", "external_id"]
        nobody = PersonRow(0, 0)
        nobody.tags = [*rules.tags]
        self._nothing = dict(zip(PERSON, stage_cells(nobody), strict=True))

    @staticmethod
    def reads(rules: RowRules) -> bool:
        """Whether lists like this are read column by column: not our own exports, nor a field given twice."""
        fields = rules.columns.fields
        once = [name for name in fields if takes_one(name) and name != IGNORE]
        alike = len(fields) == (rules.columns.width or len(fields))
        return DIALER_ID not in fields and len(once) == len(set(once)) and alike

    def read(self, records: Sequence[Record]) -> tuple[People, list[Record]]:
        """Read those of the rows that are like most; return the others as they are."""
        width = self._width
        alike = [record for record in records if record.fault is None and len(record.cells) == width]
        others: list[Record] = []
        if len(alike) < len(records):
            others += [record for record in records if record.fault is not None or len(record.cells) != width]
        reading = self._read_columns(list(zip(*(record.cells for record in alike), strict=True)), len(alike))
        if reading.odd:
            others += [alike[n] for n in reading.odd]
            others.sort()
        return self._gather(alike, reading), others

    def _read_columns(self, columns: Sequence[Column], count: int) -> Reading:
        same = {text: [text] * count for text in self._nothing.values()}
        staged: dict[str, Column] = {name: same[text] for name, text in self._nothing.items()}
        reading = Reading(staged, [()] * count)
        if not count:
            return reading
        for part in self._parts:
            part.read(columns, reading)
        known = map(any, zip(*(staged[name] for name in self._known_by), strict=True))
        reading.odd.update(n for n, is_known in enumerate(known) if not is_known)
        return reading

    def _gather(self, alike: Sequence[Record], reading: Reading) -> People:
        """Take the rows that nothing is odd about."""
        warned: Counter[str] = Counter()
        for code, counts in reading.warned:
            warned[code] += sum(counts) - sum(counts[n] for n in reading.odd)
        people = People(
            [record.row for record in alike],
            [reading.staged[name] for name in PERSON],
            reading.numbers,
            warned,
            self._rules,
        )
        return people.without(reading.odd) if reading.odd else people
