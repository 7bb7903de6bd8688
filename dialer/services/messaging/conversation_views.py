"""Conversations as doors show them."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from dialer.services.messaging.messages import message_view
from dialer.services.messaging.views import MessageView
from dialer.store.models.accounts import Account
from dialer.store.models.calling import Campaign
from dialer.store.models.conversations import Conversation
from dialer.store.models.messaging import Message
from dialer.store.models.people import Contact
from dialer.store.queries.conversations import last_inbound, noes_since
from dialer.store.queries.number_people import people_behind
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


@dataclass(frozen=True, slots=True)
class _Named:
    """A campaign, as far as its conversations tell of it."""

    name: str
    state: str


@dataclass(frozen=True, slots=True)
class _Around:
    """What is shown beside the rows of conversations."""

    latest: Mapping[str, Message]
    noes: Mapping[str, dt.datetime]
    writers: Mapping[uuid.UUID, Writer]
    ours: Mapping[uuid.UUID, Assignee]
    campaigns: Mapping[uuid.UUID, _Named]
    people: Mapping[str, int]


def conversation_views(unit: UnitOfWork, rows: Sequence[Conversation]) -> list[ConversationView]:
    """Conversations as they are shown."""
    numbers = [row.number for row in rows]
    around = _Around(
        last_inbound(unit, numbers),
        noes_since(unit, numbers),
        _writers(unit, [row.contact_id for row in rows if row.contact_id is not None]),
        names_of(unit, (each for row in rows for each in (row.assigned_to, row.handed_over_by))),
        _campaigns(unit, {row.campaign_id for row in rows if row.campaign_id is not None}),
        people_behind(unit, [row.number for row in rows if row.contact_id is None]),
    )
    return [_view(row, around) for row in rows]


def names_of(unit: UnitOfWork, account_ids: Iterable[uuid.UUID | None]) -> dict[uuid.UUID, Assignee]:
    """Those of us with these ids, by name."""
    ids = {account_id for account_id in account_ids if account_id is not None}
    if not ids:
        return {}
    query = select(Account.id, Account.name).where(
        Account.organisation_id == unit.organisation_id, Account.id.in_(ids)
    )
    return {row.id: Assignee(row.id, row.name) for row in unit.session.execute(query)}


def _view(row: Conversation, around: _Around) -> ConversationView:
    campaign = around.campaigns.get(row.campaign_id) if row.campaign_id is not None else None
    return ConversationView(
        id=row.id,
        number=row.number,
        contact=around.writers.get(row.contact_id) if row.contact_id is not None else None,
        campaign_id=row.campaign_id,
        sender=row.sender,
        state=row.state,
        assignee=around.ours.get(row.assigned_to) if row.assigned_to is not None else None,
        last=message_view(around.latest[row.number]) if row.number in around.latest else None,
        last_inbound_at=row.last_inbound_at,
        created_at=row.created_at,
        opted_out_at=around.noes.get(row.number),
        unanswered_since=row.unanswered_since,
        held_until=row.held_until,
        handed_over=_handed_over(row, around),
        blocked_at=row.blocked_at,
        blocked_texts=row.blocked_texts,
        tags=tuple(row.tags),
        campaign_name=campaign.name if campaign is not None else None,
        campaign_over=campaign is not None and campaign.state == "ended",
        people=1 if row.contact_id is not None else around.people.get(row.number, 0),
    )


def _handed_over(row: Conversation, around: _Around) -> HandedOver | None:
    if row.handed_over_at is None or row.handed_over_for is None:
        return None
    by = around.ours.get(row.handed_over_by) if row.handed_over_by is not None else None
    return HandedOver(row.handed_over_at, by, row.handed_over_for)


def _campaigns(unit: UnitOfWork, campaign_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, _Named]:
    if not campaign_ids:
        return {}
    query = select(Campaign.id, Campaign.name, Campaign.state).where(
        Campaign.organisation_id == unit.organisation_id, Campaign.id.in_(campaign_ids)
    )
    return {row.id: _Named(row.name, row.state) for row in unit.session.execute(query)}


def _writers(unit: UnitOfWork, contact_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Writer]:
    if not contact_ids:
        return {}
    query = select(Contact.id, Contact.first_name, Contact.last_name).where(
        Contact.organisation_id == unit.organisation_id, Contact.id.in_(contact_ids)
    )
    return {row.id: Writer(row.id, row.first_name, row.last_name) for row in unit.session.execute(query)}
