"""What came with texts to us."""

from __future__ import annotations

import uuid

from sqlalchemy import Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from dialer.domain.attachment import ATTACHMENT_STATES, WHYS
from dialer.store.models.base import Base, Identified, Instant, one_of, reference


class Attachment(Identified, Base):
    """One thing that came with a text. `sid` is its name at the carrier, empty until that was told;
    `told_type` is what the sender's phone said it is, `content_type` what it is by its bytes. `data` is
    encrypted under a key of its own, which is sealed in `wrapped_key`. `due_at` is when the next step is
    tried, `settled_at` when nothing is left to do: neither to fetch it, nor to have the carrier forget it.
    `opened_by` opened it last (a token, else an account), at `opened_at`. Once its time is over only the row
    is left, which says what it was.
    """

    __tablename__ = "attachment"
    __table_args__ = (
        reference("message", "message_id", ondelete="CASCADE"),
        one_of("state", ATTACHMENT_STATES),
        one_of("why", WHYS),
        Index("uq_attachment_message_nth", "organisation_id", "message_id", "nth", unique=True),
        Index("ix_attachment_due", "organisation_id", "due_at", postgresql_where=text("settled_at IS NULL")),
        Index("ix_attachment_kept", "organisation_id", "created_at", postgresql_where=text("state = 'kept'")),
        Index("ix_attachment_lost", "organisation_id", postgresql_where=text("state = 'lost'")),
    )

    message_id: Mapped[uuid.UUID]
    nth: Mapped[int]
    sid: Mapped[str]
    told_type: Mapped[str]
    state: Mapped[str]
    why: Mapped[str | None]
    content_type: Mapped[str | None]
    size: Mapped[int | None]
    data: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    wrapped_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    due_at: Mapped[Instant]
    settled_at: Mapped[Instant | None]
    opened_by: Mapped[uuid.UUID | None]
    opened_at: Mapped[Instant | None]
    deleted_at: Mapped[Instant | None]
    created_at: Mapped[Instant]
