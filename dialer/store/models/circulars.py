"""Words to many of us at once, and what became of them for each."""

from __future__ import annotations

import uuid

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped

from dialer.domain.circular import AUDIENCES
from dialer.store.models.base import Base, Identified, Instant, one_of, reference


class Circular(Identified, Base):
    """A text or letter to all of a team, a campaign or a session (`audience_id`, which may be gone by now;
    `audience_name` is what it was called). `total` people were to get it.
    """

    __tablename__ = "circular"
    __table_args__ = (one_of("audience", AUDIENCES),)

    audience: Mapped[str]
    audience_id: Mapped[uuid.UUID]
    audience_name: Mapped[str]
    body: Mapped[str]
    subject: Mapped[str | None]
    total: Mapped[int]
    called_off_at: Mapped[Instant | None]
    created_by: Mapped[uuid.UUID | None]
    created_at: Mapped[Instant]


class CircularText(Identified, Base):
    """One person of a circular: an account, or somebody who signed up by the public form. It waits while it
    has neither `message_id` (the row's own id) nor a reason why they are `left_out`.
    """

    __tablename__ = "circular_text"
    __table_args__ = (
        reference("circular", "circular_id", ondelete="CASCADE"),
        reference("account", "account_id", ondelete="CASCADE"),
        reference("rsvp", "rsvp_id", ondelete="CASCADE"),
        UniqueConstraint("organisation_id", "circular_id", "account_id"),
        UniqueConstraint("organisation_id", "circular_id", "rsvp_id"),
        Index(
            "ix_circular_text_waits",
            "organisation_id",
            "id",
            postgresql_where=text("message_id IS NULL AND left_out IS NULL"),
        ),
    )

    circular_id: Mapped[uuid.UUID]
    account_id: Mapped[uuid.UUID | None]
    rsvp_id: Mapped[uuid.UUID | None]
    message_id: Mapped[uuid.UUID | None]
    left_out: Mapped[str | None]
