"""Events, and who comes to them."""

from __future__ import annotations

import uuid

from sqlalchemy import CheckConstraint, Index, SmallInteger, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from dialer.domain.event import EVENT_KINDS, EVENT_STATES, RSVP_STATES
from dialer.domain.reminders import NOTICES
from dialer.store.models.base import Base, Identified, Instant, Tenant, one_of, reference


class Event(Identified, Base):
    """Something that people sign up for; a phone-bank session is one of kind `phone_bank`.

    `taken` places are those of who is going, `waiting` those of who waits for one: both are written only
    with the row locked. Those made together, a week apart, share a `series_id`. `timezone` is where its
    clocks are.
    """

    __tablename__ = "event"
    __table_args__ = (
        reference("campaign", "campaign_id"),
        one_of("kind", EVENT_KINDS),
        one_of("state", EVENT_STATES),
        CheckConstraint("ends_at > starts_at", name="ends_at"),
        CheckConstraint("taken >= 0 AND waiting >= 0 AND taken <= coalesce(capacity, taken)", name="taken"),
        Index("ix_event_starts_at", "organisation_id", "starts_at", "id"),
        Index("ix_event_campaign", "organisation_id", "campaign_id", "starts_at", "id"),
    )

    campaign_id: Mapped[uuid.UUID | None]
    series_id: Mapped[uuid.UUID | None]
    kind: Mapped[str]
    title: Mapped[str]
    place: Mapped[str]
    postcode: Mapped[str | None]
    seat_code: Mapped[str | None]
    starts_at: Mapped[Instant]
    ends_at: Mapped[Instant]
    timezone: Mapped[str]
    capacity: Mapped[int | None]
    taken: Mapped[int] = mapped_column(server_default=text("0"))
    waiting: Mapped[int] = mapped_column(server_default=text("0"))
    state: Mapped[str] = mapped_column(server_default=text("'planned'"))
    cancelled_at: Mapped[Instant | None]
    cancelled_because: Mapped[str | None]
    """What those who signed up are told of why, where whoever called it off said so."""
    created_by: Mapped[uuid.UUID | None]
    created_at: Mapped[Instant]


class Rsvp(Identified, Base):
    """Somebody who signed up for an event: one of us (`account_id`), or a person with a name and a phone or
    an address. One row a person and event; who withdrew and comes back has the same again.

    `state_since` is when they got their place, or came into the line. `code` is that of their private link.
    """

    __tablename__ = "rsvp"
    __table_args__ = (
        reference("event", "event_id", ondelete="CASCADE"),
        reference("account", "account_id", ondelete="CASCADE"),
        one_of("state", RSVP_STATES),
        UniqueConstraint("code"),
        UniqueConstraint("organisation_id", "event_id", "account_id"),
        UniqueConstraint("organisation_id", "event_id", "phone"),
        UniqueConstraint("organisation_id", "event_id", "email"),
        Index("ix_rsvp_event", "organisation_id", "event_id", "state", "state_since", "id"),
        Index("ix_rsvp_account", "organisation_id", "account_id"),
    )

    event_id: Mapped[uuid.UUID]
    account_id: Mapped[uuid.UUID | None]
    name: Mapped[str]
    phone: Mapped[str | None]
    email: Mapped[str | None]
    code: Mapped[str]
    places: Mapped[int] = mapped_column(SmallInteger, server_default=text("1"))
    state: Mapped[str]
    state_since: Mapped[Instant]
    phone_confirmed_at: Mapped[Instant | None]
    """Of a phone that isn't one of ours: when they showed, by the link in a text, that it is theirs."""
    created_at: Mapped[Instant]


class EventNotice(Tenant, Base):
    """One thing that somebody was told of an event; without a `message_id` there was no way to tell them."""

    __tablename__ = "event_notice"
    __table_args__ = (
        reference("rsvp", "rsvp_id", ondelete="CASCADE"),
        one_of("kind", NOTICES),
        Index("ix_event_notice_message_id", "organisation_id", "message_id"),
    )

    rsvp_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    message_id: Mapped[uuid.UUID | None]
    made_at: Mapped[Instant]
