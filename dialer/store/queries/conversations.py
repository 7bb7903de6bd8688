"""Conversations: one a number, locked while something happens to it, and read a page at a time."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Select,
    SQLColumnExpression,
    and_,
    func,
    literal_column,
    or_,
    select,
    text,
    tuple_,
)
from sqlalchemy.dialects.postgresql import insert

from dialer.domain.email_address import channel_of
from dialer.domain.inbound_rules import OPT_OUT
from dialer.domain.texting import EMAIL
from dialer.store.models import new_id
from dialer.store.models.conversations import HAS_TAGS, Conversation
from dialer.store.models.messaging import Message
from dialer.store.models.people import Contact, ContactPhone, Suppression
from dialer.store.queries.texting_rules import TEXTED_AT
from dialer.store.session import UnitOfWork

_REACHED: Final = ("sending", "unknown", "sent", "delivered", "undelivered", "failed")
"""States of a text that may have been read by whoever it was for."""
_SECRET: Final = ("code", "sign_in")


@dataclass(frozen=True, slots=True)
class Shown:
    """A conversation of a page, and the moment by which it has its place there."""

    conversation: Conversation
    at: dt.datetime


def locked_conversation(unit: UnitOfWork, number: str, now: dt.datetime) -> Conversation:
    """The conversation with a number, made now where there is none; nobody else changes it meanwhile."""
    made = insert(Conversation).values(
        organisation_id=unit.organisation_id, id=new_id(), number=number, created_at=now
    )
    unit.session.execute(made.on_conflict_do_nothing())
    query = select(Conversation).where(
        Conversation.organisation_id == unit.organisation_id, Conversation.number == number
    )
    return unit.session.scalars(query.with_for_update()).one()


def last_text_to(unit: UnitOfWork, number: str) -> Message | None:
    """What we last sent to a number, codes and sign-in links aside."""
    query = select(Message).where(
        Message.organisation_id == unit.organisation_id,
        Message.number == number,
        Message.direction == "outbound",
        Message.state.in_(_REACHED),
        Message.purpose.not_in(_SECRET),
    )
    return unit.session.scalars(query.order_by(Message.id.desc()).limit(1)).one_or_none()


def is_of_a_campaign(unit: UnitOfWork, number: str) -> bool:
    """Whether any text from a number belongs to a campaign, or one to it that may have been read or is on its
    way. What was skipped or cancelled reached nobody; codes and sign-in links are of none.
    """
    query = select(Message.id).where(
        Message.organisation_id == unit.organisation_id,
        Message.number == number,
        Message.campaign_id.is_not(None),
        or_(
            Message.direction == "inbound",
            and_(Message.state.in_(("queued", *_REACHED)), Message.purpose.not_in(_SECRET)),
        ),
    )
    return unit.session.scalar(query.limit(1)) is not None


def last_letters_to(unit: UnitOfWork, address: str, most: int) -> Sequence[tuple[str | None, str]]:
    """Subjects and bodies of what we last wrote to an address, the newest first."""
    query = select(Message.subject, Message.body).where(
        Message.organisation_id == unit.organisation_id,
        Message.number == address,
        Message.direction == "outbound",
        Message.state.in_(_REACHED),
        Message.purpose.not_in(_SECRET),
    )
    rows = unit.session.execute(query.order_by(Message.id.desc()).limit(most))
    return [(row.subject, row.body) for row in rows]


_BLAST_BEFORE: Final = text(
    f"""
    SELECT x.blast_id FROM message x
    WHERE x.organisation_id = :organisation AND x.number = :number AND x.purpose = 'blast'
      AND {TEXTED_AT} <= :at
    ORDER BY {TEXTED_AT} DESC LIMIT 1
    """  # noqa: S608 - words of ours
)
_WHOLE_SECONDS: Final = dt.timedelta(seconds=1)
"""The carrier's lists tell moments in whole seconds."""


def blast_before(unit: UnitOfWork, number: str, at: dt.datetime) -> uuid.UUID | None:
    """The blast that had texted a number last, at a moment of the carrier's; None where none had."""
    given = {"organisation": unit.organisation_id, "number": number, "at": at + _WHOLE_SECONDS}
    blast_id: uuid.UUID | None = unit.session.scalar(_BLAST_BEFORE, given)
    return blast_id


def owner_of(unit: UnitOfWork, place: str, written_to: uuid.UUID | None) -> uuid.UUID | None:
    """Who a number or address is: its one holder, or of several the one whom we wrote to; None where nobody
    can tell.
    """
    if channel_of(place) == EMAIL:
        query = select(Contact.id).where(
            Contact.organisation_id == unit.organisation_id, Contact.email_key == place
        )
    else:
        query = select(ContactPhone.contact_id).where(
            ContactPhone.organisation_id == unit.organisation_id,
            ContactPhone.number == place,
            ContactPhone.removed_at.is_(None),
        )
    holders = unit.session.scalars(query.limit(100)).all()
    if len(holders) == 1:
        return holders[0]
    return written_to if written_to in holders else None


def standing_noes(unit: UnitOfWork, place: str) -> Sequence[Suppression]:
    """The noes to texts that stand for a number, or to letters for an address."""
    column = Suppression.email if channel_of(place) == EMAIL else Suppression.number
    query = select(Suppression).where(column == place, *_is_no(unit, channel_of(place)))
    return unit.session.scalars(query).all()


def _is_no(unit: UnitOfWork, channel: str) -> tuple[ColumnElement[bool], ...]:
    return (
        Suppression.organisation_id == unit.organisation_id,
        Suppression.channel == channel,
        Suppression.reason == "opt_out",
        Suppression.lifted_at.is_(None),
    )


def count_stops(unit: UnitOfWork, campaign_id: uuid.UUID) -> dict[str, int]:
    """Texts and letters that came in for a campaign and asked us to stop, by channel."""
    query = (
        select(Message.channel, func.count().label("stops"))
        .where(
            Message.organisation_id == unit.organisation_id,
            Message.campaign_id == campaign_id,
            Message.direction == "inbound",
            Message.inbound_class == OPT_OUT,
        )
        .group_by(Message.channel)
    )
    return {row.channel: row.stops for row in unit.session.execute(query)}


def count_in_review(unit: UnitOfWork, campaign_id: uuid.UUID) -> int:
    """A campaign's conversations that wait for a person's decision."""
    query = select(func.count()).where(
        Conversation.organisation_id == unit.organisation_id,
        Conversation.state == "review",
        Conversation.campaign_id == campaign_id,
    )
    return unit.session.scalar(query) or 0


def count_held_by_review(unit: UnitOfWork, blast_id: uuid.UUID) -> int:
    """A blast's texts that wait for a person's decision about what came from their number."""
    given = {"organisation": unit.organisation_id, "blast": blast_id}
    return unit.session.scalar(_HELD, given) or 0


_HELD: Final = text(
    """
    SELECT count(*)
    FROM conversation t
    CROSS JOIN LATERAL (
        SELECT FROM message m
        WHERE m.organisation_id = :organisation AND m.blast_id = :blast AND m.number = t.number
          AND m.purpose = 'blast' AND m.state = 'queued'
        LIMIT 1
    ) AS held
    WHERE t.organisation_id = :organisation AND t.state = 'review'
    """
)
"""From the few that are in review to the one text that a number gets of a blast, never the other way: a blast
may have hundreds of thousands that wait.
"""


def with_tag(tag: str) -> list[ColumnElement[bool]]:
    """Those that have a tag, in the words of the index of tags."""
    return [literal_column(HAS_TAGS, Boolean), Conversation.tags.contains([tag])]


def page_of_conversations(
    unit: UnitOfWork,
    where: Sequence[ColumnElement[bool]],
    as_of: dt.datetime,
    after: tuple[dt.datetime, uuid.UUID] | None,
    limit: int,
) -> list[Shown]:
    """Conversations by the last text that had come at `as_of`, newest first.

    Somebody who writes while a list is walked keeps the place they had when the walk began, so that each is
    met exactly once: theirs is looked up among the texts, everybody else's stands in the index.
    """
    still = _page(where, Conversation.last_inbound_at, Conversation.last_inbound_at <= as_of, after, limit)
    came = (
        select(func.max(Message.created_at))
        .where(
            Message.organisation_id == Conversation.organisation_id,
            Message.number == Conversation.number,
            Message.direction == "inbound",
            Message.created_at <= as_of,
        )
        .scalar_subquery()
    )
    moved = _page(where, came, Conversation.last_inbound_at > as_of, after, limit)
    of_us = Conversation.organisation_id == unit.organisation_id
    found = [
        Shown(row, at) for query in (still, moved) for row, at in unit.session.execute(query.where(of_us))
    ]
    return sorted(found, key=lambda shown: (shown.at, shown.conversation.id), reverse=True)[:limit]


def _page(
    where: Sequence[ColumnElement[bool]],
    at: SQLColumnExpression[Any],
    which: ColumnElement[bool],
    after: tuple[dt.datetime, uuid.UUID] | None,
    limit: int,
) -> Select[Conversation, Any]:
    query = select(Conversation, at).where(*where, which, at.is_not(None))
    if after is not None:
        query = query.where(tuple_(at, Conversation.id) < tuple_(*after))
    return query.order_by(at.desc(), Conversation.id.desc()).limit(limit)


def last_inbound(unit: UnitOfWork, place: str) -> Message | None:
    """The latest text from a number, or letter from an address."""
    query = select(Message).where(
        Message.organisation_id == unit.organisation_id,
        Message.number == place,
        Message.direction == "inbound",
    )
    return unit.session.scalar(query.order_by(Message.id.desc()).limit(1))
