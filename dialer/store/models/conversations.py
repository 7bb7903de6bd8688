"""What was said between us and one number, who answers it, and what helps them to."""

from __future__ import annotations

import uuid

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from dialer.domain.conversing import HANDOVER_REASONS
from dialer.domain.texting import CONVERSATION_STATES
from dialer.store.models.base import Base, Identified, Instant, Json, Tenant, TextList, one_of, reference

WAITS = "unanswered_since IS NOT NULL AND state = 'open' AND blocked_at IS NULL AND handed_over_at IS NULL"
"""Somebody wrote and anybody who answers may answer: what the index of those that wait is of."""
NOT_FRIGHTENING = "(handed_over_for IS DISTINCT FROM 'frightened')"
"""False of what frightened one of us, so that it stands first among what waits for a coordinator."""
HAS_TAGS = "tags <> '{}'::text[]"
"""Few conversations have tags, and only those are in the index of them."""


class Conversation(Identified, Base):
    """All texts to and from one number. `sender` is the one that the person knows.

    `unanswered_since` is when the first text came that nobody has answered. `assigned_to` answers: until
    `held_until` where they took it themselves, after which anybody may take it; without that where a
    coordinator gave it to them. Who handed it over, why and when stands until a coordinator has dealt with
    it. While `blocked_at` stands, nobody is shown it, and `blocked_texts` counts what came meanwhile.
    """

    __tablename__ = "conversation"
    __table_args__ = (
        reference("contact", "contact_id"),
        reference("campaign", "campaign_id"),
        one_of("state", CONVERSATION_STATES),
        one_of("handed_over_for", HANDOVER_REASONS),
        UniqueConstraint("organisation_id", "number"),
        Index("ix_conversation_state", "organisation_id", "state", "last_inbound_at", "id"),
        Index(
            "ix_conversation_latest",
            "organisation_id",
            "last_inbound_at",
            "id",
            postgresql_where=text("blocked_at IS NULL"),
        ),
        Index("ix_conversation_contact", "organisation_id", "contact_id"),
        Index(
            "ix_conversation_assigned",
            "organisation_id",
            "assigned_to",
            "last_inbound_at",
            "id",
            postgresql_where=text("assigned_to IS NOT NULL"),
        ),
        Index(
            "ix_conversation_waiting",
            "organisation_id",
            "unanswered_since",
            "id",
            postgresql_where=text(WAITS),
        ),
        Index(
            "ix_conversation_handed_over",
            "organisation_id",
            text(NOT_FRIGHTENING),
            "handed_over_at",
            "id",
            postgresql_where=text("handed_over_at IS NOT NULL"),
        ),
        Index(
            "ix_conversation_tags",
            "tags",
            postgresql_using="gin",
            postgresql_where=text(HAS_TAGS),
        ),
        Index(
            "ix_conversation_blocked",
            "organisation_id",
            "blocked_at",
            "id",
            postgresql_where=text("blocked_at IS NOT NULL"),
        ),
    )

    number: Mapped[str]
    contact_id: Mapped[uuid.UUID | None]
    contact_chosen_at: Mapped[Instant | None]
    """When one of us said who it is; None: whoever the number and our texts tell."""
    campaign_id: Mapped[uuid.UUID | None]
    sender: Mapped[str | None]
    state: Mapped[str] = mapped_column(server_default=text("'open'"))
    assigned_to: Mapped[uuid.UUID | None]
    held_until: Mapped[Instant | None]
    help_sent_at: Mapped[Instant | None]
    last_inbound_at: Mapped[Instant | None]
    unanswered_since: Mapped[Instant | None]
    handed_over_at: Mapped[Instant | None]
    handed_over_by: Mapped[uuid.UUID | None]
    handed_over_for: Mapped[str | None]
    blocked_at: Mapped[Instant | None]
    blocked_by: Mapped[uuid.UUID | None]
    blocked_texts: Mapped[int] = mapped_column(server_default=text("0"))
    tags: Mapped[TextList]
    created_at: Mapped[Instant]


class ConversationNote(Identified, Base):
    """What somebody here wrote down about a conversation, for whoever answers next. Never sent."""

    __tablename__ = "conversation_note"
    __table_args__ = (
        reference("conversation", "conversation_id", ondelete="CASCADE"),
        Index("ix_conversation_note_conversation", "organisation_id", "conversation_id", "id"),
    )

    conversation_id: Mapped[uuid.UUID]
    body: Mapped[str]
    created_by: Mapped[uuid.UUID | None]
    created_at: Mapped[Instant]


class Avoidance(Tenant, Base):
    """Somebody whom one of us isn't given to answer: for good where they were frightened, and until a moment
    where they gave them back. By the number, and by the person where that was known.
    """

    __tablename__ = "avoidance"
    __table_args__ = (reference("account", "account_id", ondelete="CASCADE"),)

    account_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(primary_key=True)
    contact_id: Mapped[uuid.UUID | None]
    until: Mapped[Instant | None]
    created_at: Mapped[Instant]


class CannedReply(Identified, Base):
    """Words that answer what many ask, with placeholders: of one campaign, or of all. `body` is for whoever
    reads none of the languages of `bodies`.
    """

    __tablename__ = "canned_reply"
    __table_args__ = (
        reference("campaign", "campaign_id", ondelete="CASCADE"),
        Index("ix_canned_reply_campaign", "organisation_id", "campaign_id", "id"),
    )

    campaign_id: Mapped[uuid.UUID | None]
    name: Mapped[str]
    body: Mapped[str]
    bodies: Mapped[Json]
    created_by: Mapped[uuid.UUID | None]
    created_at: Mapped[Instant]
    updated_at: Mapped[Instant]
