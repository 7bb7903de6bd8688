"""Conversations as doors show them."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from dialer.services.messaging.messages import message_view
from dialer.services.messaging.views import MessageView
from dialer.store.models.accounts import Account
from dialer.store.models.conversations import Conversation
from dialer.store.queries.conversation_rows import Beside, beside
from dialer.store.session import UnitOfWork


@dataclass(frozen=True, slots=True)
class Writer:
    """The person behind a number, where that is known."""

    id: uuid.UUID
    first_name: str | None = field(repr=False)
    last_name: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Assignee:
    """One of us: who answers, or who handed it over."""

    id: uuid.UUID
    name: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class HandedOver:
    """That a coordinator is asked to go on: by whom, why, and since when."""

    at: dt.datetime
    by: Assignee | None
    reason: str


@dataclass(frozen=True, slots=True)
class ConversationView:
    """All texts to and from one number. `last` is the latest that came in, `opted_out_at` since when a no
    to texts stands for the number, `unanswered_since` when the first came that nobody has answered.

    `held_until` is given where the assignee took it themselves: from then on anybody may. While the number
    is blocked (`blocked_at`), `blocked_texts` came from it.
    """

    id: uuid.UUID
    number: str = field(repr=False)
    contact: Writer | None
    campaign_id: uuid.UUID | None
    sender: str | None
    state: str
    assignee: Assignee | None
    last: MessageView | None
    last_inbound_at: dt.datetime | None
    created_at: dt.datetime
    opted_out_at: dt.datetime | None
    unanswered_since: dt.datetime | None = None
    held_until: dt.datetime | None = None
    handed_over: HandedOver | None = None
    blocked_at: dt.datetime | None = None
    blocked_texts: int = 0
    tags: tuple[str, ...] = ()
    campaign_name: str | None = None
    campaign_over: bool = False
    """Its campaign has ended: whoever has it in hand may finish, and answers go without a campaign."""
    people: int = 1
    """How many have the number: who writes isn't known where that isn't one."""


def conversation_views(unit: UnitOfWork, rows: Sequence[Conversation]) -> list[ConversationView]:
    """Conversations as they are shown."""
    return [_view(row, around) for row, around in zip(rows, beside(unit, rows), strict=True)]


def names_of(unit: UnitOfWork, account_ids: Iterable[uuid.UUID | None]) -> dict[uuid.UUID, Assignee]:
    """Those of us with these ids, by name."""
    ids = {account_id for account_id in account_ids if account_id is not None}
    if not ids:
        return {}
    query = select(Account.id, Account.name).where(
        Account.organisation_id == unit.organisation_id, Account.id.in_(ids)
    )
    return {row.id: Assignee(row.id, row.name) for row in unit.session.execute(query)}


def _view(row: Conversation, around: Beside) -> ConversationView:
    return ConversationView(
        id=row.id,
        number=row.number,
        contact=_writer(row.contact_id, around),
        campaign_id=row.campaign_id,
        sender=row.sender,
        state=row.state,
        assignee=_one_of_us(row.assigned_to, around.assignee),
        last=message_view(around.last) if around.last is not None else None,
        last_inbound_at=row.last_inbound_at,
        created_at=row.created_at,
        opted_out_at=around.no_since,
        unanswered_since=row.unanswered_since,
        held_until=row.held_until,
        handed_over=_handed_over(row, around),
        blocked_at=row.blocked_at,
        blocked_texts=row.blocked_texts,
        tags=tuple(row.tags),
        campaign_name=around.campaign_name,
        campaign_over=around.campaign_state == "ended",
        people=around.people,
    )


def _writer(contact_id: uuid.UUID | None, around: Beside) -> Writer | None:
    if contact_id is None or not around.is_known:
        return None
    return Writer(contact_id, around.first_name, around.last_name)


def _one_of_us(account_id: uuid.UUID | None, name: str | None) -> Assignee | None:
    return Assignee(account_id, name) if account_id is not None and name is not None else None


def _handed_over(row: Conversation, around: Beside) -> HandedOver | None:
    if row.handed_over_at is None or row.handed_over_for is None:
        return None
    by = _one_of_us(row.handed_over_by, around.handed_over_by)
    return HandedOver(row.handed_over_at, by, row.handed_over_for)
