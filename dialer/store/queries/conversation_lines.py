"""The lines in which conversations wait: for an answer, for a coordinator, for somebody to say whether they
are a no; and those that are blocked.

Each is walked in an index (those in review are few, and sorted), the one that has waited longest first:
nothing is counted, and what isn't in the line isn't read. Before a coordinator come first those that
frightened one of us.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Sequence
from typing import Any, Final

from sqlalchemy import (
    Boolean,
    ColumnElement,
    SQLColumnExpression,
    func,
    literal_column,
    or_,
    select,
    text,
    tuple_,
)
from sqlalchemy.dialects.postgresql import insert

from dialer.domain.conversing import FRIGHTENED, Line
from dialer.store.models.conversations import NOT_FRIGHTENING, WAITS, Avoidance, Conversation
from dialer.store.session import UnitOfWork

_AT: Final[dict[Line, SQLColumnExpression[Any]]] = {
    Line.ANSWER: Conversation.unanswered_since,
    Line.COORDINATOR: Conversation.handed_over_at,
    Line.REVIEW: func.coalesce(
        Conversation.unanswered_since, Conversation.last_inbound_at, Conversation.created_at
    ),
    Line.BLOCKED: Conversation.blocked_at,
}
_IN: Final = {
    Line.ANSWER: text(WAITS),
    Line.COORDINATOR: text("handed_over_at IS NOT NULL"),
    Line.REVIEW: text("state = 'review' AND blocked_at IS NULL"),
    Line.BLOCKED: text("blocked_at IS NOT NULL"),
}
"""In the words of the indexes, so that they are found whatever else is asked."""
_BEFORE: Final[dict[Line, Sequence[ColumnElement[Any]]]] = {
    Line.COORDINATOR: (literal_column(NOT_FRIGHTENING, Boolean),)
}
"""What counts before the time."""


Place = tuple[bool, dt.datetime, uuid.UUID]
"""Whether it comes after those that frighten, since when it stands in its line, and which it is."""


def place_in(line: Line, row: Conversation) -> Place:
    """By what a conversation has its place in a line."""
    later = line is Line.COORDINATOR and row.handed_over_for != FRIGHTENED
    return (later, _since(line, row), row.id)


def _since(line: Line, row: Conversation) -> dt.datetime:
    stood = {
        Line.ANSWER: row.unanswered_since,
        Line.COORDINATOR: row.handed_over_at,
        Line.BLOCKED: row.blocked_at,
        Line.REVIEW: row.unanswered_since or row.last_inbound_at,
    }
    return stood[line] or row.created_at


def page_of_line(
    unit: UnitOfWork,
    line: Line,
    where: Sequence[ColumnElement[bool]],
    after: Place | None,
    limit: int,
) -> Sequence[Conversation]:
    """The next in a line, the one that has stood there longest first; what frightens before all others."""
    order: list[SQLColumnExpression[Any]] = [*_BEFORE.get(line, ()), _AT[line], Conversation.id]
    query = select(Conversation).where(
        Conversation.organisation_id == unit.organisation_id, _IN[line], *where
    )
    if after is not None:
        query = query.where(tuple_(*order) > tuple_(*after[-len(order) :]))
    return unit.session.scalars(query.order_by(*order).limit(limit)).all()


def count_up_to(unit: UnitOfWork, line: Line, where: Sequence[ColumnElement[bool]], most: int) -> int:
    """How many stand in a line, as far as `most`."""
    some = (
        select(Conversation.id)
        .where(Conversation.organisation_id == unit.organisation_id, _IN[line], *where)
        .limit(most)
    )
    return unit.session.scalar(select(func.count()).select_from(some.subquery())) or 0


def free_for(
    account_id: uuid.UUID, campaign_ids: Collection[uuid.UUID] | None, now: dt.datetime
) -> list[ColumnElement[bool]]:
    """Which of those that wait somebody may take: nobody has them, or no longer, they are of one of these
    campaigns (None: whatever they are of), and it is nobody whom they are spared.
    """
    spared = (
        select(Avoidance.number)
        .where(
            Avoidance.organisation_id == Conversation.organisation_id,
            Avoidance.account_id == account_id,
            or_(Avoidance.number == Conversation.number, Avoidance.contact_id == Conversation.contact_id),
            or_(Avoidance.until.is_(None), Avoidance.until > now),
        )
        .exists()
    )
    free = or_(Conversation.assigned_to.is_(None), Conversation.held_until <= now)
    theirs = [] if campaign_ids is None else [Conversation.campaign_id.in_(campaign_ids)]
    return [free, ~spared, *theirs]


def locked_next(unit: UnitOfWork, where: Sequence[ColumnElement[bool]]) -> Conversation | None:
    """Of those that wait for an answer the first that nobody else is just taking, locked."""
    query = (
        select(Conversation)
        .where(Conversation.organisation_id == unit.organisation_id, _IN[Line.ANSWER], *where)
        .order_by(Conversation.unanswered_since, Conversation.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    return unit.session.scalar(query)


def locked_of(unit: UnitOfWork, conversation_id: uuid.UUID, account_id: uuid.UUID) -> Conversation | None:
    """A conversation that waits for this person's answer, locked; None where it no longer does."""
    query = select(Conversation).where(
        Conversation.organisation_id == unit.organisation_id,
        Conversation.id == conversation_id,
        Conversation.assigned_to == account_id,
        _IN[Line.ANSWER],
    )
    return unit.session.scalar(query.with_for_update().execution_options(populate_existing=True))


def spare(
    unit: UnitOfWork, account_id: uuid.UUID, row: Conversation, now: dt.datetime, until: dt.datetime | None
) -> None:
    """Don't give one of us this person to answer, until then or (None) ever. What was for good stays so."""
    made = insert(Avoidance).values(
        organisation_id=unit.organisation_id,
        account_id=account_id,
        number=row.number,
        contact_id=row.contact_id,
        until=until,
        created_at=now,
    )
    unit.session.execute(
        made.on_conflict_do_update(
            index_elements=["organisation_id", "account_id", "number"],
            set_={"until": until, "contact_id": made.excluded.contact_id},
            where=Avoidance.until.is_not(None),
        )
    )


def is_spared(unit: UnitOfWork, account_id: uuid.UUID, row: Conversation) -> bool:
    """Whether one of us is to meet this person never again; a number that nobody has is known by itself."""
    them = Avoidance.number == row.number
    if row.contact_id is not None:
        them = or_(them, Avoidance.contact_id == row.contact_id)
    query = select(Avoidance.number).where(
        Avoidance.organisation_id == unit.organisation_id,
        Avoidance.account_id == account_id,
        Avoidance.until.is_(None),
        them,
    )
    return unit.session.scalar(query.limit(1)) is not None
