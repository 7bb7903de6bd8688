"""Sheets that tellers wrote by hand, keyed in afterwards."""

from __future__ import annotations

import uuid

from sqlalchemy import CheckConstraint, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from dialer.store.models.base import Base, Identified, Instant, reference


class TellerSheet(Identified, Base):
    """A sheet: where and from when until when its teller stood. What was keyed from it are turnout marks; a
    photograph of it is nobody's to see but of those who look after marks.
    """

    __tablename__ = "teller_sheet"
    __table_args__ = (
        reference("election", "election_id"),
        reference("account", "made_by"),
        CheckConstraint("from_at < to_at", name="span"),
        Index("ix_teller_sheet_election", "organisation_id", "election_id", "id"),
    )

    election_id: Mapped[uuid.UUID]
    polling_district: Mapped[str]
    station: Mapped[str | None]
    from_at: Mapped[Instant]
    to_at: Mapped[Instant]
    photo: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    photo_type: Mapped[str | None]
    made_by: Mapped[uuid.UUID | None]
    created_at: Mapped[Instant]
    undone_at: Mapped[Instant | None]
