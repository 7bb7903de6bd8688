"""Marks of turnout, written and taken back in sets."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from operator import attrgetter
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    and_,
    any_,
    exists,
    func,
    literal,
    or_,
    select,
    text,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, UUID
from sqlalchemy.orm import Session

from dialer.domain.turnout import COUNTED, WAITING, WrittenNumber
from dialer.store.models.accounts import ApiToken
from dialer.store.models.gotv import TurnoutMark

Condition = ColumnElement[bool]
Rows = Sequence[Row[*tuple[Any, ...]]]

_WITH_SOMETHING_ELSE = ("door", "sms")

_WAITING_FOR = text(
    """
    elector_key IN (
        SELECT elector_key FROM contact
        WHERE organisation_id = :organisation AND id = ANY(CAST(:contacts AS uuid[]))
        UNION
        SELECT elector_tail FROM contact
        WHERE organisation_id = :organisation AND id = ANY(CAST(:contacts AS uuid[]))
    )
    """
)


@dataclass(frozen=True, slots=True)
class Author:
    """Whose mark it is, with which token they made it, and from which sheet they keyed it."""

    account_id: uuid.UUID | None
    token_id: uuid.UUID | None
    sheet_id: uuid.UUID | None = None

    @property
    def same(self) -> ColumnElement[bool]:
        """Marks beside which another that says the same is nothing new: those of the sheet, or their own."""
        if self.sheet_id is not None:
            return TurnoutMark.sheet_id == self.sheet_id
        return and_(
            TurnoutMark.account_id.is_not_distinct_from(self.account_id),
            TurnoutMark.token_id.is_not_distinct_from(self.token_id),
            TurnoutMark.sheet_id.is_(None),
        )


def marks_by_author(
    session: Session,
    organisation_id: uuid.UUID,
    election_id: uuid.UUID,
    author: Author,
    *,
    contacts: Collection[uuid.UUID],
    keys: Collection[str],
) -> Rows:
    """What this author has noted already of these people and of these numbers that nobody has."""
    found = select(
        TurnoutMark.contact_id,
        TurnoutMark.elector_key,
        TurnoutMark.polling_district,
        TurnoutMark.source,
        TurnoutMark.at,
        TurnoutMark.state,
    ).where(
        TurnoutMark.organisation_id == organisation_id,
        TurnoutMark.election_id == election_id,
        author.same,
        TurnoutMark.state != "undone",
        or_(
            TurnoutMark.contact_id == any_(literal(list(contacts), ARRAY(UUID))),
            TurnoutMark.contact_id.is_(None) & TurnoutMark.elector_key.in_(keys),
        ),
    )
    return session.execute(found).all()


@dataclass(frozen=True, slots=True)
class MarkRow:
    """A mark that is to be kept."""

    id: uuid.UUID
    contact_id: uuid.UUID | None
    elector_number: str
    elector_key: str
    polling_district: str | None
    state: str
    why: str | None
    source: str
    at: dt.datetime


_COLUMNS = tuple(field.name for field in fields(MarkRow))

_ADD = text(
    f"""
    INSERT INTO turnout_mark
        (organisation_id, election_id, account_id, token_id, sheet_id, {", ".join(_COLUMNS)})
    SELECT :organisation, :election, CAST(:account AS uuid), CAST(:token AS uuid), CAST(:sheet AS uuid), new.*
    FROM unnest(
        CAST(:id AS uuid[]), CAST(:contact_id AS uuid[]), CAST(:elector_number AS text[]),
        CAST(:elector_key AS text[]), CAST(:polling_district AS text[]), CAST(:state AS text[]),
        CAST(:why AS text[]), CAST(:source AS text[]), CAST(:at AS timestamptz[])
    ) AS new
    """  # noqa: S608 - put together from fixed names only
)


def add_marks(
    session: Session,
    organisation_id: uuid.UUID,
    election_id: uuid.UUID,
    author: Author,
    marks: Sequence[MarkRow],
) -> None:
    """Write an author's marks, thousands in one statement."""
    if not marks:
        return
    columns = zip(*map(attrgetter(*_COLUMNS), marks), strict=True)
    values = {name: list(column) for name, column in zip(_COLUMNS, columns, strict=True)}
    where = {"organisation": organisation_id, "election": election_id}
    session.execute(
        _ADD,
        {**where, "account": author.account_id, "token": author.token_id, "sheet": author.sheet_id, **values},
    )


def undo_marks(
    session: Session,
    organisation_id: uuid.UUID,
    condition: ColumnElement[bool],
    *,
    at: dt.datetime,
    reason: str,
) -> Rows:
    """Take back the standing marks that meet the condition; return election, person and number of each."""
    undone = (
        update(TurnoutMark)
        .where(TurnoutMark.organisation_id == organisation_id, TurnoutMark.state != "undone", condition)
        .values(state="undone", undone_at=at, undone_reason=reason)
        .returning(TurnoutMark.election_id, TurnoutMark.contact_id, TurnoutMark.id)
    )
    return session.execute(undone, execution_options={"synchronize_session": False}).all()


def of_people(election_id: uuid.UUID, contacts: Collection[uuid.UUID]) -> ColumnElement[bool]:
    """The marks of these people in one election."""
    theirs = TurnoutMark.contact_id == any_(literal(list(contacts), ARRAY(UUID)))
    return (TurnoutMark.election_id == election_id) & theirs


def of_nobody(election_id: uuid.UUID, numbers: Collection[WrittenNumber]) -> ColumnElement[bool]:
    """The marks that wait for an elector of one of these numbers."""
    district = func.lower(func.coalesce(TurnoutMark.polling_district, ""))
    written = {(number.tail or number.key, number.district) for number in numbers}
    return (
        (TurnoutMark.election_id == election_id)
        & (TurnoutMark.state == "unknown")
        & tuple_(TurnoutMark.elector_key, district).in_(written)
    )


def of_token(token_id: uuid.UUID) -> ColumnElement[bool]:
    """All marks made with one token."""
    return TurnoutMark.token_id == token_id


def of_ids(ids: Collection[uuid.UUID]) -> ColumnElement[bool]:
    """These marks."""
    return TurnoutMark.id == any_(literal(list(ids), ARRAY(UUID)))


def of_account(account_id: uuid.UUID, mark: type[TurnoutMark] = TurnoutMark) -> ColumnElement[bool]:
    """All marks that one account made as such: not those that came with something else of theirs, a call, a
    door, a text, an import or a sheet, which is taken back itself. `mark` is the table's alias, if any.
    """
    return and_(
        mark.account_id == account_id,
        mark.result_id.is_(None),
        mark.import_id.is_(None),
        mark.sheet_id.is_(None),
        mark.source.not_in(_WITH_SOMETHING_ELSE),
    )


def of_sheet(sheet_id: uuid.UUID) -> ColumnElement[bool]:
    """All marks that were keyed from one sheet."""
    return TurnoutMark.sheet_id == sheet_id


def count_of_sheets(
    session: Session, organisation_id: uuid.UUID, sheet_ids: Collection[uuid.UUID]
) -> Mapping[uuid.UUID | None, Row[uuid.UUID | None, int, int]]:
    """How many marks of each of these sheets are `counted`, and how many are `waiting`."""
    counted = (
        select(
            TurnoutMark.sheet_id,
            func.count().filter(TurnoutMark.state == COUNTED).label("counted"),
            func.count().filter(TurnoutMark.state.in_(WAITING)).label("waiting"),
        )
        .where(TurnoutMark.organisation_id == organisation_id, TurnoutMark.sheet_id.in_(sheet_ids))
        .group_by(TurnoutMark.sheet_id)
    )
    return {row.sheet_id: row for row in session.execute(counted)}


def waiting_of(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """The marks that wait, of those that meet all conditions."""
    return and_(TurnoutMark.state.in_(WAITING), *conditions)


def any_waiting(session: Session, organisation_id: uuid.UUID) -> bool:
    """Whether any mark waits for its elector."""
    waiting = exists().where(TurnoutMark.organisation_id == organisation_id, TurnoutMark.state == "unknown")
    return bool(session.scalar(select(waiting)))


def waiting_marks(
    session: Session, organisation_id: uuid.UUID, contacts: Collection[uuid.UUID] | None
) -> Rows:
    """Marks of numbers that nobody had, with the limits of the token behind each; those that these
    contacts' numbers may fit, or all.
    """
    found = (
        select(
            TurnoutMark.id,
            TurnoutMark.election_id,
            TurnoutMark.elector_number,
            TurnoutMark.polling_district,
            TurnoutMark.why,
            ApiToken.election_id.label("token_election_id"),
            ApiToken.polling_districts.label("token_districts"),
        )
        .outerjoin(
            ApiToken,
            (ApiToken.organisation_id == organisation_id) & (ApiToken.id == TurnoutMark.token_id),
        )
        .where(TurnoutMark.organisation_id == organisation_id, TurnoutMark.state == "unknown")
    )
    if contacts is None:
        return session.execute(found).all()
    return session.execute(
        found.where(_WAITING_FOR), {"organisation": organisation_id, "contacts": list(contacts)}
    ).all()


def settle_marks(session: Session, settled: Sequence[dict[str, object]]) -> None:
    """Give waiting marks their person, state and why (`organisation_id`, `id`, `contact_id`, `state`, `why`
    each).
    """
    if settled:
        session.execute(update(TurnoutMark), settled)
