"""Marks of turnout as coordinators look at them: those that wait, and what it would do to take some back."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, select, true, tuple_, update
from sqlalchemy.orm import Session, aliased

from dialer.domain.turnout import COUNTED, GONE, HELD, NOBODY, TOO_FAST, UNDONE, UNKNOWN, WAITING
from dialer.store.models.accounts import Account
from dialer.store.models.gotv import TurnoutMark
from dialer.store.models.people import Contact
from dialer.store.queries.turnout_marks import of_account

Rows = Sequence[Row[*tuple[Any, ...]]]
Condition = ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class MarkFilter:
    """Which marks; everything given must hold. Empty `states`: any."""

    election_id: uuid.UUID | None = None
    states: tuple[str, ...] = ()
    why: str | None = None
    account_id: uuid.UUID | None = None
    token_id: uuid.UUID | None = None
    polling_district: str | None = None
    sheet_id: uuid.UUID | None = None

    def conditions(self, organisation_id: uuid.UUID) -> list[Condition]:
        """What the statement asks for."""
        asked = [TurnoutMark.organisation_id == organisation_id]
        asked += [
            column == value
            for column, value in (
                (TurnoutMark.election_id, self.election_id),
                (TurnoutMark.why, self.why),
                (TurnoutMark.account_id, self.account_id),
                (TurnoutMark.token_id, self.token_id),
                (TurnoutMark.sheet_id, self.sheet_id),
            )
            if value is not None
        ]
        if self.states:
            asked.append(TurnoutMark.state.in_(self.states))
        if self.polling_district is not None:
            asked.append(func.lower(TurnoutMark.polling_district) == self.polling_district.casefold())
        return asked


def find_marks(
    session: Session,
    organisation_id: uuid.UUID,
    wanted: MarkFilter,
    after: uuid.UUID | None,
    limit: int,
    *,
    latest_first: bool = False,
) -> Rows:
    """Marks in the order they came, or the other way round, each with whom it is about, as far as that is
    known, and who made it.
    """
    found = _shown().where(*wanted.conditions(organisation_id))
    if after is not None:
        found = found.where(TurnoutMark.id < after if latest_first else TurnoutMark.id > after)
    order = TurnoutMark.id.desc() if latest_first else TurnoutMark.id
    return session.execute(found.order_by(order).limit(limit)).all()


def find_mark(session: Session, organisation_id: uuid.UUID, mark_id: uuid.UUID) -> Row[Any] | None:
    """One mark, likewise."""
    of_it = (TurnoutMark.organisation_id == organisation_id, TurnoutMark.id == mark_id)
    return session.execute(_shown().where(*of_it)).one_or_none()


def _shown() -> Any:
    return (
        select(
            TurnoutMark,
            Contact.first_name,
            Contact.last_name,
            Contact.elector_number.label("register_number"),
            Contact.polling_district.label("register_district"),
            Account.name.label("by_name"),
        )
        .outerjoin(
            Contact,
            and_(
                Contact.organisation_id == TurnoutMark.organisation_id, Contact.id == TurnoutMark.contact_id
            ),
        )
        .outerjoin(
            Account,
            and_(
                Account.organisation_id == TurnoutMark.organisation_id, Account.id == TurnoutMark.account_id
            ),
        )
    )


def waiting_by_author(session: Session, organisation_id: uuid.UUID, election_id: uuid.UUID) -> Rows:
    """How many marks wait, by who made them, the district they were noted in, their state and why."""
    groups = (
        TurnoutMark.account_id,
        Account.name,
        TurnoutMark.polling_district,
        TurnoutMark.state,
        TurnoutMark.why,
    )
    counted = (
        select(*groups, func.count().label("marks"))
        .outerjoin(
            Account,
            and_(
                Account.organisation_id == TurnoutMark.organisation_id, Account.id == TurnoutMark.account_id
            ),
        )
        .where(*MarkFilter(election_id, states=WAITING).conditions(organisation_id))
        .group_by(*groups)
        .order_by(Account.name, TurnoutMark.polling_district)
    )
    return session.execute(counted).all()


def tellers_with_marks(session: Session, organisation_id: uuid.UUID, election_id: uuid.UUID) -> Rows:
    """Every teller who has marked somebody, id and name."""
    theirs = (
        select(TurnoutMark.id)
        .where(
            TurnoutMark.organisation_id == organisation_id,
            TurnoutMark.account_id == Account.id,
            TurnoutMark.election_id == election_id,
            TurnoutMark.state != UNDONE,
        )
        .exists()
    )
    found = select(Account.id, Account.name).where(
        Account.organisation_id == organisation_id, Account.role == "teller", theirs
    )
    return session.execute(found.order_by(Account.name, Account.id)).all()


def settle_one(
    session: Session, organisation_id: uuid.UUID, mark_id: uuid.UUID, **values: object
) -> Row[uuid.UUID, uuid.UUID | None] | None:
    """Give a mark that waits these values; None where it waits no more."""
    changed = (
        update(TurnoutMark)
        .where(
            TurnoutMark.organisation_id == organisation_id,
            TurnoutMark.id == mark_id,
            TurnoutMark.state.in_(WAITING),
        )
        .values(values)
        .returning(TurnoutMark.election_id, TurnoutMark.contact_id)
    )
    return session.execute(changed, execution_options={"synchronize_session": False}).one_or_none()


def count_held(session: Session, organisation_id: uuid.UUID, wanted: MarkFilter) -> Rows:
    """Let held marks count: the election and person of each. Those of numbers that nobody has, which came
    too fast, count from now on as soon as somebody has theirs. Those of people who died or moved stay held
    unless they are asked for: each is to be looked at.
    """
    for_later = (
        update(TurnoutMark)
        .where(*wanted.conditions(organisation_id), TurnoutMark.state == UNKNOWN, TurnoutMark.why == TOO_FAST)
        .values(why=NOBODY)
    )
    session.execute(for_later, execution_options={"synchronize_session": False})
    counted = (
        update(TurnoutMark)
        .where(*wanted.conditions(organisation_id), TurnoutMark.state == HELD)
        .values(state=COUNTED, why=None)
        .returning(TurnoutMark.election_id, TurnoutMark.contact_id)
    )
    if wanted.why is None:
        counted = counted.where(TurnoutMark.why.not_in(GONE))
    return session.execute(counted, execution_options={"synchronize_session": False}).all()


def count_returning(session: Session, organisation_id: uuid.UUID, account_id: uuid.UUID) -> Row[int, int]:
    """How many `marks` that an account made stand, and how many `people` have no other mark that counts: they
    would come back.
    """
    other = aliased(TurnoutMark)
    seen_elsewhere = (
        select(other.id)
        .where(
            other.organisation_id == organisation_id,
            other.election_id == TurnoutMark.election_id,
            other.contact_id == TurnoutMark.contact_id,
            other.state == COUNTED,
            other.id != TurnoutMark.id,
            of_account(account_id, other).is_not(true()),
        )
        .exists()
    )
    alone = and_(TurnoutMark.state == COUNTED, ~seen_elsewhere)
    person = func.distinct(tuple_(TurnoutMark.election_id, TurnoutMark.contact_id))
    counted = select(
        func.count().label("marks"),
        func.count(person).filter(alone).label("people"),
    ).where(
        TurnoutMark.organisation_id == organisation_id, of_account(account_id), TurnoutMark.state != UNDONE
    )
    return session.execute(counted).one()


def possible_people(session: Session, organisation_id: uuid.UUID, tail: str, limit: int) -> list[uuid.UUID]:
    """Who has this number in any district."""
    found = (
        select(Contact.id)
        .where(
            Contact.organisation_id == organisation_id,
            Contact.elector_key.is_not(None),
            Contact.elector_tail == tail,
        )
        .order_by(Contact.polling_district, Contact.id)
        .limit(limit)
    )
    return list(session.scalars(found))
