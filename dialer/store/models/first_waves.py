"""The first waves of blasts: who gets a text before all others, and how far that is."""

from __future__ import annotations

import uuid

from sqlalchemy import Index, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from dialer.store.models.base import Base, Instant, Tenant, reference


class FirstWave(Tenant, Base):
    """A blast of which so many go first. Nothing else of it may go before `passed_at`. `held_at` is when all
    of the wave had gone; the rest follows `goes_on_after_s` later, or when a person says so.
    """

    __tablename__ = "first_wave"
    __table_args__ = (reference("blast", "blast_id", ondelete="CASCADE"),)

    blast_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    size: Mapped[int] = mapped_column(SmallInteger)
    goes_on_after_s: Mapped[int | None]
    held_at: Mapped[Instant | None]
    passed_at: Mapped[Instant | None]


class FirstWaveText(Tenant, Base):
    """A text that belongs to its blast's first wave."""

    __tablename__ = "first_wave_text"
    __table_args__ = (
        reference("message", "message_id", ondelete="CASCADE"),
        reference("first_wave", "blast_id", to=("blast_id",), ondelete="CASCADE"),
        Index("ix_first_wave_text_blast", "organisation_id", "blast_id"),
    )

    message_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    blast_id: Mapped[uuid.UUID]
