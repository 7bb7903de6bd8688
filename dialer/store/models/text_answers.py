"""What people's texts told: answers taken from them, in doubt, or dropped again."""

from __future__ import annotations

import uuid

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from dialer.domain.pledge import VOTING_METHODS
from dialer.domain.text_answers import Doubt
from dialer.domain.texting import ANSWER_STATES
from dialer.store.models.base import Base, Identified, Instant, TextList, one_of, reference


class TextAnswer(Identified, Base):
    """One answer in one text to us: `taken` into the tables, or in doubt with the reason, or `dropped`.

    `pledge_id` and `mark_id` are the evidence that it became, `added_tags` those of its `tags` that the
    person didn't have before. `at` is when it was written; `account_id` is who recorded it by hand.
    """

    __tablename__ = "text_answer"
    __table_args__ = (
        reference("message", "message_id", ondelete="CASCADE"),
        reference("conversation", "conversation_id", ondelete="CASCADE"),
        reference("contact", "contact_id", ondelete="CASCADE"),
        reference("campaign", "campaign_id"),
        reference("election", "election_id"),
        one_of("state", ANSWER_STATES),
        one_of("doubt", Doubt),
        one_of("voting_method", VOTING_METHODS),
        CheckConstraint("support BETWEEN 1 AND 5", name="support"),
        CheckConstraint("state <> 'taken' OR contact_id IS NOT NULL", name="taken_of_somebody"),
        Index("ix_text_answer_conversation", "organisation_id", "conversation_id", "id"),
        Index("ix_text_answer_message", "organisation_id", "message_id"),
        Index(
            "ix_text_answer_contact",
            "organisation_id",
            "contact_id",
            postgresql_where=text("contact_id IS NOT NULL"),
        ),
    )

    message_id: Mapped[uuid.UUID]
    conversation_id: Mapped[uuid.UUID]
    contact_id: Mapped[uuid.UUID | None]
    campaign_id: Mapped[uuid.UUID | None]
    election_id: Mapped[uuid.UUID]
    blast_id: Mapped[uuid.UUID | None]
    """The blast that it answers, as its text says; no foreign key, for the reason given there."""
    label: Mapped[str]
    support: Mapped[int | None]
    voting_method: Mapped[str | None]
    voted: Mapped[bool] = mapped_column(server_default=text("false"))
    needs_lift: Mapped[bool] = mapped_column(server_default=text("false"))
    tags: Mapped[TextList]
    added_tags: Mapped[TextList]
    state: Mapped[str]
    doubt: Mapped[str | None]
    account_id: Mapped[uuid.UUID | None]
    pledge_id: Mapped[uuid.UUID | None]
    mark_id: Mapped[uuid.UUID | None]
    at: Mapped[Instant]
    recorded_at: Mapped[Instant]
    dropped_at: Mapped[Instant | None]
    dropped_by: Mapped[uuid.UUID | None]
