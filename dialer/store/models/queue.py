"""The line of numbers that a campaign calls, and how far it is with each of its people."""

from __future__ import annotations

import uuid

from sqlalchemy import (
    BigInteger,
    Identity,
    Index,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from dialer.domain.disposition import DISPOSITIONS
from dialer.domain.queue_order import QUEUE_STATES
from dialer.domain.retry import TURNS
from dialer.store.models.base import (
    Base,
    Identified,
    Instant,
    Tenant,
    one_of,
    reference,
)


class QueueEntry(Identified, Base):
    """A number to be called in a campaign; the household behind it is called once and shown whole.

    `waiting` is called from `due_at` on, in the order of `priority` (of `queue_order.LINES`), `due_at` and
    `position`, by whoever speaks `language` (`domain.languages`); `held` is in somebody's hands, `done` is
    over, `out` may not be called (`out_reason`).
    """

    __tablename__ = "queue_entry"
    __table_args__ = (
        reference("campaign", "campaign_id", ondelete="CASCADE"),
        one_of("state", QUEUE_STATES),
        UniqueConstraint("organisation_id", "campaign_id", "number"),
        Index(
            "ix_queue_entry_waiting",
            "organisation_id",
            "campaign_id",
            "priority",
            "language",
            "due_at",
            "position",
            postgresql_where=text("state = 'waiting'"),
        ),
    )

    campaign_id: Mapped[uuid.UUID]
    number: Mapped[str]
    state: Mapped[str] = mapped_column(server_default=text("'waiting'"))
    priority: Mapped[int] = mapped_column(server_default=text("100"))
    language: Mapped[str] = mapped_column(Text(collation="C"), server_default=text("''"))
    due_at: Mapped[Instant]
    position: Mapped[int] = mapped_column(BigInteger, Identity())
    for_account_id: Mapped[uuid.UUID | None]
    out_reason: Mapped[str | None]


class NumbersLeft(Tenant, Base):
    """How many numbers of a long queue were due before `until`, and how many rest longer, counted at `at`."""

    __tablename__ = "numbers_left"
    __table_args__ = (reference("campaign", "campaign_id", ondelete="CASCADE"),)

    campaign_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    horizon: Mapped[str] = mapped_column(primary_key=True)
    until: Mapped[Instant]
    due: Mapped[int]
    resting: Mapped[int]
    at: Mapped[Instant]


class ContactProgress(Tenant, Base):
    """How far a campaign has come with one person, over all their numbers: derived from their results."""

    __tablename__ = "contact_progress"
    __table_args__ = (
        reference("campaign", "campaign_id", ondelete="CASCADE"),
        reference("contact", "contact_id", ondelete="CASCADE"),
        one_of("disposition", DISPOSITIONS),
        one_of("turn", TURNS),
        Index("ix_contact_progress_contact", "organisation_id", "contact_id"),
    )

    campaign_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    contact_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    turn: Mapped[str]
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    last_attempt_at: Mapped[Instant | None]
    disposition: Mapped[str | None]
    due_at: Mapped[Instant | None]
    next_number: Mapped[str | None]
    recycled_at: Mapped[Instant | None]
    """From when on attempts count: a coordinator had them called anew."""
    over: Mapped[bool] = mapped_column(server_default=text("false"))
