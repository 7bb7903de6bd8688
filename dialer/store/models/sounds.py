"""Sounds that are played on the phone."""

from __future__ import annotations

import uuid

from sqlalchemy import Index, LargeBinary, text
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
