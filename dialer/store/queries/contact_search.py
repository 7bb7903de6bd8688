"""Look for people by whatever is typed, those it fits best first.

A search has ranks, and within a rank people come in the order of their ids, so that its pages are walked by
key: whom a number, an elector number, an email address or a postcode names; whose name it is but for case,
accents, order and spaces; whose number, address or postcode begins so, or whose number ends so; whose name is
nearly, then somewhat, like it. Nobody comes twice.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, Text, and_, bindparam, literal_column, or_, select, true, union
from sqlalchemy.dialects.postgresql import ARRAY

from dialer.domain.people_search import SHORTEST_END, SHORTEST_START, Sought
from dialer.store.models.people import NAME_WORDS, NUMBER_END, Contact, ContactPhone
from dialer.store.queries.name_words import Spellings, spellings
from dialer.store.session import UnitOfWork

Condition = ColumnElement[bool]
Place = tuple[int, uuid.UUID]
"""Where a page ended: a rank, and a person in it."""

RANKS: Final = 5
_ENDS: Final[ColumnElement[Any]] = literal_column(NUMBER_END, ARRAY(Text))
_WORDS: Final[ColumnElement[Any]] = literal_column(NAME_WORDS, ARRAY(Text))


def search_contacts(
    unit: UnitOfWork, wanted: Sought, apart: Sequence[Condition], after: Place | None, limit: int
) -> list[tuple[int, Contact]]:
    """People with their rank, at most `limit`, who meet the conditions `apart` as well."""
    found: list[Place] = []
    earlier: list[Condition] = []
    ranks = _Ranks(unit, wanted)
    for rank in range(RANKS):
        conditions = ranks.conditions(rank)
        if conditions and (after is None or rank >= after[0]):
            since = after[1] if after and after[0] == rank else None
            ids = _ids(unit, conditions, [*apart, *_none_of(earlier)], since, limit - len(found))
            found += [(rank, contact_id) for contact_id in ids]
        if len(found) == limit:
            break
        earlier += conditions
    return _with_people(unit, found)


def _ids(
    unit: UnitOfWork,
    conditions: Sequence[Condition],
    others: Sequence[Condition],
    after: uuid.UUID | None,
    limit: int,
) -> Sequence[uuid.UUID]:
    """The first people for whom one of the conditions and all the others hold.

    Each condition is answered from its own index and the answers put in order afterwards. A planner
    that may do otherwise walks through everybody in order, hoping to meet them soon.
    """
    answers = [
        select(Contact.id).where(Contact.organisation_id == unit.organisation_id, condition, *others)
        for condition in conditions
    ]
    hits = union(*answers).cte("hits").prefix_with("MATERIALIZED")
    statement: Select[uuid.UUID] = select(hits.c.id).order_by(hits.c.id).limit(limit)
    if after is not None:
        statement = statement.where(hits.c.id > after)
    return unit.session.scalars(statement).all()


def _none_of(conditions: Iterable[Condition]) -> list[Condition]:
    """That none holds, be it since something is not known."""
    return [condition.is_not(true()) for condition in conditions]


def _with_people(unit: UnitOfWork, found: Sequence[Place]) -> list[tuple[int, Contact]]:
    rows = unit.session.scalars(
        select(Contact).where(
            Contact.organisation_id == unit.organisation_id,
            Contact.id.in_([contact_id for _, contact_id in found]),
        )
    )
    people = {row.id: row for row in rows}
    return [(rank, people[contact_id]) for rank, contact_id in found if contact_id in people]


class _Ranks:
    """By which conditions a person belongs to a rank; the spellings are asked for when they are needed."""

    def __init__(self, unit: UnitOfWork, wanted: Sought) -> None:
        self._unit = unit
        self._wanted = wanted
        self._numbers = _Numbers(unit.organisation_id)
        self._words: list[_Word] | None = None

    def conditions(self, rank: int) -> list[Condition]:
        """Any of these; none where nobody can be of this rank."""
        if rank == 0:
            return self._named_by()
        if rank == 2:
            return self._beginning_so()
        return self._by_name(rank)

    def _named_by(self) -> list[Condition]:
        wanted = self._wanted
        found = [self._numbers.are(number) for number in wanted.numbers]
        if wanted.elector:
            found += [Contact.elector_key == wanted.elector, Contact.elector_tail == wanted.elector]
        if "@" in wanted.email_start:
            found.append(Contact.email_key == wanted.email_start)
        if " " in wanted.postcode_start:
            found.append(Contact.postcode == wanted.postcode_start)
        return found

    def _beginning_so(self) -> list[Condition]:
        wanted = self._wanted
        found = [self._numbers.begin(start) for start in wanted.number_starts]
        if wanted.number_end:
            found.append(self._numbers.end(wanted.number_end))
        if wanted.email_start:
            found.append(Contact.email_key.startswith(wanted.email_start, autoescape=True))
        if wanted.postcode_start:
            found.append(Contact.postcode.startswith(wanted.postcode_start, autoescape=True))
        return found

    def _by_name(self, rank: int) -> list[Condition]:
        if not self._wanted.words:
            return []
        if self._words is None:
            self._words = _spelt(self._unit, self._wanted.words)
        if rank == 1:
            return [Contact.name_key.in_(self._wanted.names), *_same(self._words)]
        return _near(self._words) if rank < RANKS - 1 else _alike(self._words)


# --- numbers ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Numbers:
    organisation_id: uuid.UUID

    def are(self, number: str) -> Condition:
        return self._some(ContactPhone.number == number)

    def begin(self, start: str) -> Condition:
        """Digits are in the same order in every collation, so that the plain index serves."""
        beyond = f"+{int(start[1:]) + 1}"
        return self._some(and_(ContactPhone.number >= start, ContactPhone.number < beyond))

    def end(self, digits: str) -> Condition:
        """The last four find the number in an index; those before them are compared."""
        last = _ENDS.op("@>", is_comparison=True)(bindparam(None, [digits[-SHORTEST_END:]], ARRAY(Text)))
        return self._some(and_(last, ContactPhone.number.endswith(digits)))

    def _some(self, condition: Condition) -> Condition:
        whose = select(ContactPhone.contact_id).where(
            ContactPhone.organisation_id == self.organisation_id, ContactPhone.removed_at.is_(None), condition
        )
        return Contact.id.in_(whose)


# --- names --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Word:
    """A word that was typed, and how people write it. A short one is an initial, beside longer ones."""

    text: str
    spelt: Spellings

    @property
    def is_short(self) -> bool:
        return len(self.text) < SHORTEST_START

    def begins(self) -> Condition:
        """Whose first name or surname begins so."""
        names = (Contact.first_key, Contact.last_key)
        return or_(*(name.startswith(self.text, autoescape=True) for name in names))


def _spelt(unit: UnitOfWork, words: Sequence[str]) -> list[_Word]:
    found = spellings(unit.session, unit.organisation_id, words, SHORTEST_START)
    return [_Word(word, spelt) for word, spelt in zip(words, found, strict=True)]


def _same(words: Sequence[_Word]) -> list[Condition]:
    return (
        [and_(*(_has_any(word.spelt.same) for word in words))]
        if all(word.spelt.same for word in words)
        else []
    )


def _near(words: Sequence[_Word]) -> list[Condition]:
    initials = [word.begins() for word in words if word.is_short]
    known = [word.spelt.same for word in words if not word.is_short]
    new = [word.spelt.near for word in words if not word.is_short]
    found = _one_new(new, known, initials)
    if initials and known and all(known):
        found.append(and_(*map(_has_any, known), *initials))
    return found


def _alike(words: Sequence[_Word]) -> list[Condition]:
    initials = [word.begins() for word in words if word.is_short]
    known = [[*word.spelt.same, *word.spelt.near] for word in words if not word.is_short]
    new = [word.spelt.alike for word in words if not word.is_short]
    return _one_new(new, known, initials)


def _one_new(
    new: Sequence[list[str]], known: Sequence[list[str]], others: Sequence[Condition]
) -> list[Condition]:
    """Whose name fits by at least one spelling that no earlier rank has looked for: a condition a word."""
    found = []
    for nth, spelt in enumerate(new):
        beside = [known[other] + new[other] for other in range(len(new)) if other != nth]
        if spelt and all(beside):
            found.append(and_(_has_any(spelt), *map(_has_any, beside), *others))
    return found


def _has_any(words: Sequence[str]) -> Condition:
    return _WORDS.op("&&", is_comparison=True)(bindparam(None, list(words), ARRAY(Text)))
