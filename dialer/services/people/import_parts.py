"""The parts of a row, each read for a whole chunk: a column, or the few that belong together.

What the cells of one part give is worked out once by `RowReader`, and remembered; lists repeat themselves.
Where cells are all different (numbers, addresses, notes) the common writings are read here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import repeat
from json.encoder import encode_basestring
from typing import Any, Final

from dialer.domain.importing.delimited import MAX_CELL
from dialer.domain.importing.fields import CUSTOM, LIMITS, WISHES
from dialer.domain.importing.person_row import PersonRow
from dialer.domain.importing.register_change import Change
from dialer.domain.importing.row import MENDED, UNREAD, Cells, RowReader, RowRules, bare, slot_of
from dialer.domain.importing.values import address_part, is_house, join_address, read_email
from dialer.domain.phone import Phone, PhoneFault, read_phones, read_plain
from dialer.store.queries.import_stage import PERSON, stage_cells

Column = Sequence[str]
Found = tuple[tuple[str, ...], int, bool]
"""What cells give: what is staged of them, how many could not be understood, and whether all is well."""

_REMEMBERED: Final = 20_000
_WORTH_REMEMBERING: Final = 400
"""Characters: what is longer hardly comes again, and twenty thousand of them would fill the memory."""

_DIGITS: Final = "0123456789"


@dataclass(slots=True)
class Reading:
    """What the columns of a chunk give. `odd` are the places of rows that are left to `RowReader`."""

    staged: dict[str, Column]
    numbers: Sequence[tuple[str, ...]]
    odd: set[int] = field(default_factory=set)
    warned: list[tuple[str, Sequence[int]]] = field(default_factory=list)


class _Memory(dict[Any, Any]):
    """Remembers what was worked out, in bounded memory."""

    def __init__(self, work_out: Callable[[Any], Any]) -> None:
        super().__init__()
        self._work_out = work_out

    def __missing__(self, given: Any) -> Any:
        found = self._work_out(given)
        if (len(given) if isinstance(given, str) else sum(map(len, given))) <= _WORTH_REMEMBERING:
            if len(self) >= _REMEMBERED:
                self.clear()
            self[given] = found
        return found


class Part:
    """Some columns of a list that together fill some columns of the stage, as `RowReader` does by `fill`."""

    def __init__(self, rules: RowRules, fields: Iterable[str], fill: str, staged: tuple[str, ...]) -> None:
        self.names = set(fields)
        self.staged = staged
        self.places = [n for n, name in enumerate(rules.columns.fields) if name in self.names]
        self._slots = [slot_of(n, rules.columns.fields[place]) for n, place in enumerate(self.places)]
        self._picked = [PERSON.index(name) for name in staged]
        self._reader = RowReader(rules)
        self._fill = self._reader.fills[fill]
        self._known = _Memory(self._of_cell if len(self.places) == 1 else self.work_out)

    def _of_cell(self, cell: str) -> Found:
        return self.work_out((cell,))

    def work_out(self, given: Sequence[str]) -> Found:
        """Work out what cells of these columns give."""
        cells, person = Cells(), PersonRow(0, 0)
        self._reader.sort(given, self._slots, cells, suspect=False)
        self._fill(person, cells)
        unread = self._reader.warnings.pop(UNREAD, 0)
        staged = stage_cells(person)
        fine = not cells.faults and person.change is not Change.DELETED
        return tuple([staged[n] for n in self._picked]), unread, fine

    def read(self, columns: Sequence[Column], into: Reading) -> None:
        mine = [columns[place] for place in self.places]
        if not any(map(any, mine)):
            return
        found = list(map(self._known.__getitem__, mine[0] if len(mine) == 1 else zip(*mine, strict=True)))
        staged, unread, fine = zip(*found, strict=True)
        into.staged.update(zip(self.staged, zip(*staged, strict=True), strict=True))
        if any(unread):
            into.warned.append((UNREAD, unread))
        if not all(fine):
            into.odd.update(n for n, is_fine in enumerate(fine) if not is_fine)


_NAME: Final = ("first_name", "first_key", "last_name", "last_key")
_SUPPORT: Final = ("support", "support_at", "support_source", "support_weak")
_VOTE: Final = ("voting_method", "voted", "voted_at")
PARTS: Final[tuple[tuple[Iterable[str], str, tuple[str, ...]], ...]] = (
    *(
        ((name,), "plain", (name,))
        for name in ("elector_markers", "postcode", "constituency", "ward", "polling_station", "language")
    ),
    (("date_of_birth",), "rest", ("date_of_birth",)),
    (("change",), "rest", ("added",)),
    (("tags",), "rest", ("tags",)),
    (("needs_lift",), "wishes", ("needs_lift",)),
    (("deceased",), "wishes", ("deceased",)),
    (WISHES, "wishes", ("refused", "consented")),
    (("support", "pledge", "pledged_at", "pledge_source"), "evidence", _SUPPORT),
    (("voting_method", "postal_vote", "voted", "voted_at"), "evidence", _VOTE),
)
WHOLE_NAME: Final = (((*_NAME[::2], "full_name"), "name", _NAME),)
TWO_NAMES: Final = ((("first_name",), "name", _NAME[:2]), (("last_name",), "name", _NAME[2:]))


def _bare_column(column: Column, limit: int, into: Reading) -> list[str]:
    """The cells as `RowReader` takes them; a row with one that is too long is odd."""
    cells = [bare(cell) if cell else cell for cell in column]
    if max(map(len, cells)) > limit:
        into.odd.update(n for n, cell in enumerate(cells) if len(cell) > limit)
    return cells


def _none_too_long(columns: Sequence[Column], places: Sequence[int], into: Reading) -> list[Column]:
    """These columns; a row with a cell that may be too long is odd."""
    for place in places:
        if max(map(len, columns[place])) > MAX_CELL:
            into.odd.update(n for n, cell in enumerate(columns[place]) if len(cell) > MAX_CELL)
    return [columns[place] for place in places]


class Phones:
    def __init__(self, rules: RowRules) -> None:
        self.places = [n for n, name in enumerate(rules.columns.fields) if name == "phone"]
        self._region, self._fictional = rules.region, rules.allow_fictional

    def read(self, columns: Sequence[Column], into: Reading) -> None:
        mended, numbers, kinds = [], [], []
        mine = _none_too_long(columns, self.places, into)
        for place, cells in enumerate(zip(*mine, strict=True)):
            found: dict[str, str] = {}
            count = 0
            for cell in cells:
                if not cell:
                    continue
                plain = read_plain(cell, self._region, self._fictional)
                for number, kind, is_mended in (plain,) if plain else self._read(cell, place, into):
                    found.setdefault(number, kind)
                    count += is_mended
            numbers.append(tuple(found))
            kinds.append(found.values())
            mended.append(count)
        into.numbers = numbers
        into.staged["numbers"] = [f"{{{','.join(all_)}}}" if all_ else "" for all_ in numbers]
        into.staged["line_types"] = [f"{{{','.join(all_)}}}" if all_ else "" for all_ in kinds]
        if any(mended):
            into.warned.append((MENDED, mended))

    def _read(self, cell: str, place: int, into: Reading) -> tuple[Phone, ...]:
        reading = read_phones(bare(cell), self._region, self._fictional)
        if reading.fault and reading.fault is not PhoneFault.NONE:
            into.odd.add(place)
        return reading.phones


class Address:
    """A house's number changes from row to row, what follows it doesn't."""

    def __init__(self, rules: RowRules) -> None:
        self.places = [n for n, name in enumerate(rules.columns.fields) if name == "address"]
        self._openings = _Memory(self._opening)
        self._endings = _Memory(self._ending)

    @staticmethod
    def _opening(cell: str) -> tuple[str, bool]:
        part = address_part(bare(cell))
        return part, is_house(part)

    @staticmethod
    def _ending(cells: tuple[str, ...]) -> tuple[str, bool]:
        """The rest of an address, and whether it is written the same behind a house's number."""
        parts = list(filter(None, (address_part(bare(cell)) for cell in cells)))
        apart = not parts or not (is_house(parts[0]) or parts[0].lstrip().startswith(("-", "/")))
        return join_address(parts), apart

    def read(self, columns: Sequence[Column], into: Reading) -> None:
        mine = _none_too_long(columns, self.places, into)
        rest = zip(*mine[1:], strict=True) if len(mine) > 1 else repeat(())
        into.staged["address"] = list(map(self._written, mine[0], rest))

    def _written(self, first: str, rest: tuple[str, ...]) -> str:
        opening, is_number = self._openings[first]
        ending, apart = self._endings[rest]
        if not (opening and ending):
            return str(opening or ending)
        if not is_number:
            return f"{opening}, {ending}"
        return f"{opening} {ending}" if apart else join_address([*map(bare, (first, *rest))])


class Elector:
    """Electors of a district have its letters before a number; the number is all that changes."""

    def __init__(self, rules: RowRules) -> None:
        fields = ("elector_prefix", "elector_number", "elector_suffix", "polling_district")
        self._of = Part(rules, fields, "elector", ("elector_number", "elector_key", "polling_district"))
        present = rules.columns.fields
        self.places = [present.index(name) if name in present else -1 for name in fields]
        self._order = [fields.index(present[place]) for place in self._of.places]
        self._first = _Memory(self._work_out)

    def _work_out(self, given: tuple[str, ...]) -> Found:
        return self._of.work_out([given[n] for n in self._order])

    def read(self, columns: Sequence[Column], into: Reading) -> None:
        mine = [columns[place] if place >= 0 else repeat("") for place in self.places]
        found = list(map(self._number, *mine))
        numbers, keys, districts, fine = zip(*found, strict=True)
        into.staged.update(elector_number=numbers, elector_key=keys, polling_district=districts)
        if not all(fine):
            into.odd.update(n for n, is_fine in enumerate(fine) if not is_fine)

    def _number(self, prefix: str, number: str, suffix: str, district: str) -> tuple[str, str, str, bool]:
        start = number.rstrip(_DIGITS)
        digits = number[len(start) :]
        if suffix not in {"", "0"} or not digits or digits[0] == "0" or not _ends_a_part(start):
            (whole, key, of), _, fine = self._work_out((prefix, number, suffix, district))
            return whole, key, of, fine
        (first, key, of), _, fine = self._first[prefix, f"{start}1", suffix, district]
        fits = fine and len(number) <= LIMITS["elector_number"]
        return first[:-1] + digits, key[:-1] + digits, of, fits


def _ends_a_part(start: str) -> bool:
    """Whether digits behind this are a part of an elector number by themselves."""
    return not start or start[-1] in " -/."


class Custom:
    def __init__(self, rules: RowRules) -> None:
        fields = rules.columns.fields
        self.places = [n for n, name in enumerate(fields) if name.startswith(CUSTOM)]
        self._names = [encode_basestring(fields[n].removeprefix(CUSTOM)) for n in self.places]

    def read(self, columns: Sequence[Column], into: Reading) -> None:
        written = []
        for place, name in zip(self.places, self._names, strict=True):
            cells = _bare_column(columns[place], MAX_CELL, into)
            written.append([f"{name}: {encode_basestring(cell)}" if cell else "" for cell in cells])
        rows = (", ".join(filter(None, row)) for row in zip(*written, strict=True))
        into.staged["custom"] = [f"{{{row}}}" if row else "" for row in rows]


class Texts:
    """Emails, other people's ids and notes."""

    def __init__(self, rules: RowRules) -> None:
        fields = rules.columns.fields
        wanted = ("email", "external_id", "notes")
        self.places = [n for n, name in enumerate(fields) if name in wanted]
        self._columns = {name: [n for n in self.places if fields[n] == name] for name in wanted}

    def read(self, columns: Sequence[Column], into: Reading) -> None:
        for place in self._columns["email"]:
            cells = _bare_column(columns[place], LIMITS["email"], into)
            emails = [read_email(cell) if cell else "" for cell in cells]
            into.odd.update(n for n, email in enumerate(emails) if email is None)
            into.staged["email"] = [email or "" for email in emails]
        for place in self._columns["external_id"]:
            cells = _bare_column(columns[place], LIMITS["external_id"], into)
            into.staged["external_id"] = [" ".join(cell.split()) if cell else "" for cell in cells]
        if places := self._columns["notes"]:
            notes = [_bare_column(columns[place], MAX_CELL, into) for place in places]
            rows = zip(*notes, strict=True)
            into.staged["notes"] = (
                notes[0] if len(notes) == 1 else ["\n".join(filter(None, row)) for row in rows]
            )
