"""Sounds that are played on the phone."""

from __future__ import annotations

import uuid

from sqlalchemy import Index, LargeBinary, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from dialer.store.models.base import Base, Identified, Instant, reference


class Sound(Identified, Base):
    """A sound as it was uploaded or recorded; it never changes. `code` stands in the address under which the
    carrier fetches it: nobody can guess it. A retired one is offered no more, and stays for what uses it.
    """

    __tablename__ = "sound"
    __table_args__ = (
        reference("account", "made_by"),
        Index("uq_sound_code", "code", unique=True),
        Index(
            "uq_sound_sha256",
            "organisation_id",
            "sha256",
            unique=True,
            postgresql_where=text("retired_at IS NULL"),
        ),
    )

    name: Mapped[str]
    content_type: Mapped[str]
    data: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    size: Mapped[int]
    seconds: Mapped[float]
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    code: Mapped[str]
    made_by: Mapped[uuid.UUID | None]
    created_at: Mapped[Instant]
    retired_at: Mapped[Instant | None]


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
