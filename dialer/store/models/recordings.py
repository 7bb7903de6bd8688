"""Recordings of calls: where each stands, and the key without which its file can't be read."""

from __future__ import annotations

import uuid

from sqlalchemy import BigInteger, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from dialer.domain.recording import RECORDING_STATES, TROUBLES, WHYS
from dialer.store.models.base import Base, Identified, Instant, one_of, reference


class Recording(Identified, Base):
    """What was recorded of one call; the row stays when the sound is gone.

    `asked_at` is committed before the carrier is asked to begin: with it and no `carrier_sid` nobody knows
    whether it did. `wrapped_key` is the file's own key, sealed: without it the file is noise. `settled_at`
    says that nothing is left to do: neither a recording at the carrier nor a file without a key here.
    `due_at` is when the next step is tried.
    """

    __tablename__ = "recording"
    __table_args__ = (
        reference("call", "call_id"),
        reference("campaign", "campaign_id"),
        one_of("state", RECORDING_STATES),
        one_of("why", WHYS),
        one_of("trouble", TROUBLES),
        Index("uq_recording_call", "organisation_id", "call_id", unique=True),
        Index("ix_recording_campaign", "organisation_id", "campaign_id", "id"),
        Index(
            "ix_recording_due",
            "organisation_id",
            "due_at",
            postgresql_where=text("settled_at IS NULL"),
        ),
        Index(
            "ix_recording_kept",
            "organisation_id",
            "campaign_id",
            "ended_at",
            postgresql_where=text("state = 'kept'"),
        ),
    )

    call_id: Mapped[uuid.UUID]
    campaign_id: Mapped[uuid.UUID]
    state: Mapped[str]
    announced_at: Mapped[Instant]
    asked_at: Mapped[Instant | None]
    carrier_sid: Mapped[str | None]
    started_at: Mapped[Instant | None]
    stops_at: Mapped[Instant | None]
    """When it was asked to end before its call does; what was recorded until then is kept."""
    ended_at: Mapped[Instant | None]
    seconds: Mapped[int | None]
    size: Mapped[int | None] = mapped_column(BigInteger)
    """Bytes of sound; its file is a little longer."""
    wrapped_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    kept_at: Mapped[Instant | None]
    deleted_at: Mapped[Instant | None]
    deleted_by: Mapped[uuid.UUID | None]
    why: Mapped[str | None]
    trouble: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    due_at: Mapped[Instant]
    settled_at: Mapped[Instant | None]
    cleared_at: Mapped[Instant | None]
    """When the carrier had nothing of it any more."""
    listened_at: Mapped[Instant | None]
    listened_by: Mapped[uuid.UUID | None]
    created_at: Mapped[Instant]
