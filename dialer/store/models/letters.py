"""Letters that came to us, each once, as they came."""

from __future__ import annotations

import uuid

from sqlalchemy import Index, LargeBinary, SmallInteger, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from dialer.domain.incoming_letter import Doubt
from dialer.domain.letter_fate import LETTER_OUTCOMES, LETTER_WAYS
from dialer.store.models.base import Base, Identified, Instant, Tenant, TextList, one_of


class IncomingLetter(Identified, Base):
    """A letter by its `fingerprint`, the same by whichever way it comes. It is kept (`raw`) before anything
    is done about it, and applied once: until `applied_at` it is tried again at `due_at`. `about_id` is the
    letter of ours that it names, `message_id` what it became where somebody answers us. `sender` is whom it
    says it is from, `reply_to` where it wants answers to go; neither is proven, and `doubt` says so.
    """

    __tablename__ = "incoming_letter"
    __table_args__ = (
        one_of("way", LETTER_WAYS),
        one_of("outcome", LETTER_OUTCOMES),
        one_of("doubt", Doubt),
        UniqueConstraint("organisation_id", "fingerprint"),
        Index("ix_incoming_letter_due", "due_at", postgresql_where=text("applied_at IS NULL")),
        Index(
            "ix_incoming_letter_message",
            "organisation_id",
            "message_id",
            postgresql_where=text("message_id IS NOT NULL"),
        ),
        Index("ix_incoming_letter_outcome", "organisation_id", "outcome", "id"),
        Index("ix_incoming_letter_kept", "received_at", postgresql_where=text("raw IS NOT NULL")),
    )

    fingerprint: Mapped[str]
    way: Mapped[str]
    raw: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    size: Mapped[int]
    recipients: Mapped[TextList]
    sender: Mapped[str | None]
    sender_name: Mapped[str | None]
    reply_to: Mapped[str | None]
    doubt: Mapped[str | None]
    outcome: Mapped[str | None]
    about_id: Mapped[uuid.UUID | None]
    message_id: Mapped[uuid.UUID | None]
    tries: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    due_at: Mapped[Instant]
    received_at: Mapped[Instant]
    applied_at: Mapped[Instant | None]


class RelayToken(Tenant, Base):
    """A token with which a relay signed a report, and that report, both as SHA-256: it signs no other."""

    __tablename__ = "relay_token"
    __table_args__ = (Index("ix_relay_token_seen", "seen_at"),)

    token: Mapped[str] = mapped_column(primary_key=True)
    body: Mapped[str]
    seen_at: Mapped[Instant]
