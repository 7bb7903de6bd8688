"""Marks that need a human: those of which nobody knows whose they are, or that were held, and why."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from sqlalchemy import Row

from dialer.domain.access import Permission, require
from dialer.domain.elector_number import elector_tail
from dialer.domain.errors import NotFound
from dialer.domain.turnout import GONE, HELD, UNKNOWN
from dialer.services.context import Context
from dialer.services.gotv.elections import current_election
from dialer.services.paging import Page, Slice, after_id, cut
from dialer.services.people.contact_views import contact_views
from dialer.services.people.views import ContactView
from dialer.store.models.people import Contact
from dialer.store.queries import mark_review
from dialer.store.queries.mark_review import MarkFilter
from dialer.store.session import UnitOfWork

MarkSearch = MarkFilter
"""Which marks, under a name that doors may use."""

_POSSIBLE: Final = 10


@dataclass(frozen=True, slots=True)
class MarkView:
    """A mark as it came, how it stands, and whom it is about, as far as that is known."""

    id: uuid.UUID
    election_id: uuid.UUID
    elector_number: str | None
    polling_district: str | None
    state: str
    why: str | None
    source: str
    at: dt.datetime
    recorded_at: dt.datetime
    contact_id: uuid.UUID | None
    first_name: str | None
    last_name: str | None
    register_number: str | None
    register_district: str | None
    account_id: uuid.UUID | None
    by_name: str | None
    token_id: uuid.UUID | None
    undone_at: dt.datetime | None
    reason: str | None


@dataclass(slots=True)
class WaitingMarks:
    """How many of somebody's marks wait, by state and why, and where they were noted."""

    account_id: uuid.UUID | None
    by_name: str | None
    states: Counter[str] = field(default_factory=Counter)
    whys: Counter[str] = field(default_factory=Counter)
    districts: Counter[str] = field(default_factory=Counter)

    @property
    def held(self) -> int:
        """Those that would count if somebody says so."""
        return self.states[HELD]

    @property
    def at_once(self) -> int:
        """Those of them that count at one press; people who died or moved are looked at one by one."""
        return self.held - sum(self.whys[why] for why in GONE)

    @property
    def unknown(self) -> int:
        """Those of numbers that nobody has, or several."""
        return self.states[UNKNOWN]


@dataclass(frozen=True, slots=True)
class Returning:
    """What taking back all marks of somebody would do: marks that go, people who are to be reached again."""

    marks: int
    people: int


def list_marks(
    ctx: Context, search: MarkSearch, page: Page, *, latest_first: bool = False
) -> Slice[MarkView]:
    """Marks in the order they came, or the other way round; without an election those of the current one."""
    require(ctx.actor, Permission.TURNOUT_REVIEW)
    with ctx.unit() as unit:
        rows = mark_review.find_marks(
            unit.session,
            unit.organisation_id,
            in_election(unit, search),
            after_id(page),
            page.limit + 1,
            latest_first=latest_first,
        )
        return cut(rows, page, lambda row: (str(row.TurnoutMark.id),)).map(_view)


def get_mark(ctx: Context, mark_id: uuid.UUID) -> MarkView:
    """One mark; `NotFound` where there is none."""
    require(ctx.actor, Permission.TURNOUT_REVIEW)
    with ctx.unit() as unit:
        return mark_of(unit, mark_id)


def mark_of(unit: UnitOfWork, mark_id: uuid.UUID) -> MarkView:
    """One mark, as it stands in this unit of work; `NotFound` where there is none."""
    row = mark_review.find_mark(unit.session, unit.organisation_id, mark_id)
    if row is None:
        raise NotFound
    return _view(row)


def waiting_marks(ctx: Context) -> Sequence[WaitingMarks]:
    """Who in the current election has marks that wait, most of them first; tellers without any come last."""
    require(ctx.actor, Permission.TURNOUT_REVIEW)
    with ctx.unit() as unit:
        where = (unit.session, unit.organisation_id, current_election(unit).id)
        rows = mark_review.waiting_by_author(*where)
        tellers = mark_review.tellers_with_marks(*where)
    found: dict[uuid.UUID | None, WaitingMarks] = {}
    for row in rows:
        of_author = found.setdefault(row.account_id, WaitingMarks(row.account_id, row.name))
        of_author.states[row.state] += row.marks
        of_author.whys[row.why] += row.marks
        of_author.districts[row.polling_district or ""] += row.marks
    for row in tellers:
        found.setdefault(row.id, WaitingMarks(row.id, row.name))
    return sorted(found.values(), key=lambda one: -one.states.total())


def waiting_of(ctx: Context, account_id: uuid.UUID) -> WaitingMarks:
    """What of one account waits; `NotFound` for nobody's marks."""
    found = next((one for one in waiting_marks(ctx) if one.account_id == account_id), None)
    if found is None:
        raise NotFound
    return found


def possible_people(ctx: Context, mark_id: uuid.UUID) -> Sequence[ContactView]:
    """Who may be meant by a mark: whoever has its number, in whatever district."""
    require(ctx.actor, Permission.TURNOUT_REVIEW)
    with ctx.unit() as unit:
        tail = elector_tail(mark_of(unit, mark_id).elector_number or "")
        if not tail:
            return []
        ids = mark_review.possible_people(unit.session, unit.organisation_id, tail, _POSSIBLE)
        people = [unit.session.get_one(Contact, (unit.organisation_id, one)) for one in ids]
        return contact_views(unit, people)


def returning(ctx: Context, account_id: uuid.UUID) -> Returning:
    """What it would do to take back all that somebody marked as such, in every election."""
    require(ctx.actor, Permission.TURNOUT_UNDO)
    with ctx.unit() as unit:
        row = mark_review.count_returning(unit.session, unit.organisation_id, account_id)
        return Returning(row.marks, row.people)


def in_election(unit: UnitOfWork, search: MarkSearch) -> MarkFilter:
    """The search within the election it names, or a sheet's, else within the current one."""
    if search.election_id is not None or search.sheet_id is not None:
        return search
    return replace(search, election_id=current_election(unit).id)


def _view(row: Row[Any]) -> MarkView:
    mark = row.TurnoutMark
    return MarkView(
        id=mark.id,
        election_id=mark.election_id,
        elector_number=mark.elector_number,
        polling_district=mark.polling_district,
        state=mark.state,
        why=mark.why,
        source=mark.source,
        at=mark.at,
        recorded_at=mark.recorded_at,
        contact_id=mark.contact_id,
        first_name=row.first_name,
        last_name=row.last_name,
        register_number=row.register_number,
        register_district=row.register_district,
        account_id=mark.account_id,
        by_name=row.by_name,
        token_id=mark.token_id,
        undone_at=mark.undone_at,
        reason=mark.undone_reason,
    )
