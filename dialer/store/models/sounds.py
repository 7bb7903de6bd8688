"""Sounds that are played on the phone."""

from __future__ import annotations

import uuid

from sqlalchemy import Index, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from dialer.store.models.base import Base, Identified, Instant, reference
from dialer.store.models.files import File, kept_once


class Sound(File, Base):
    """A sound as it was uploaded or recorded; the carrier fetches it by its address."""

    __tablename__ = "sound"
    __table_args__ = kept_once("sound")

    seconds: Mapped[float]


class VoicemailDrop(Identified, Base):
    """A recorded message that is left on an answering machine: once a number and campaign, ever, unless it
    was given up before it was played. `account_id` is the volunteer who had it left, null where the dialler
    did. `played_for` names the request of the carrier's that it was played for: the same one again gets the
    same answer, another one none.
    """

    __tablename__ = "voicemail_drop"
    __table_args__ = (
        reference("campaign", "campaign_id"),
        reference("call", "call_id"),
        reference("sound", "sound_id"),
        reference("account", "account_id"),
        Index(
            "uq_voicemail_drop_number",
            "organisation_id",
            "campaign_id",
            "number",
            unique=True,
            postgresql_where=text("given_up_at IS NULL"),
        ),
        Index("uq_voicemail_drop_call", "organisation_id", "call_id", unique=True),
        Index("ix_voicemail_drop_number", "organisation_id", "number", "at"),
    )

    campaign_id: Mapped[uuid.UUID]
    call_id: Mapped[uuid.UUID]
    number: Mapped[str]
    sound_id: Mapped[uuid.UUID]
    account_id: Mapped[uuid.UUID | None]
    at: Mapped[Instant]
    played_at: Mapped[Instant | None]
    played_for: Mapped[int | None] = mapped_column(SmallInteger)
    given_up_at: Mapped[Instant | None]
