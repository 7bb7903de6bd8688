"""Saved rules that pick contacts, and the lists that were made of the people they picked."""

from __future__ import annotations

import uuid

from sqlalchemy import ForeignKey, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from dialer.domain.people import SNAPSHOT_STATES
from dialer.store.models.base import Base, Identified, Instant, Json, one_of, reference


class Audience(Identified, Base):
    """A saved rule that picks contacts. `filter` is as it was written (`dialer.domain.filters`)."""

    __tablename__ = "audience"

    organisation_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("organisation.id"), primary_key=True, sort_order=-2
    )
    name: Mapped[str]
    filter: Mapped[Json]
    created_by: Mapped[uuid.UUID | None]
    created_at: Mapped[Instant] = mapped_column(server_default=func.now())
    updated_at: Mapped[Instant] = mapped_column(server_default=func.now())


class AudienceSnapshot(Identified, Base):
    """A list being made of the people whom an audience picked at one moment, `created_at`.

    `filter` is the rule as it was then, with the audiences it named put in. People up to `through` have been
    looked at. The audience itself may be gone by now.
    """

    __tablename__ = "audience_snapshot"
    __table_args__ = (
        reference("contact_list", "list_id", ondelete="CASCADE"),
        one_of("state", SNAPSHOT_STATES),
        Index("ix_audience_snapshot_list", "organisation_id", "list_id"),
        Index(
            "ix_audience_snapshot_running",
            "organisation_id",
            "id",
            postgresql_where=text("state = 'running'"),
        ),
    )

    audience_id: Mapped[uuid.UUID]
    list_id: Mapped[uuid.UUID]
    election_id: Mapped[uuid.UUID]
    filter: Mapped[Json]
    state: Mapped[str]
    through: Mapped[uuid.UUID | None]
    contact_count: Mapped[int] = mapped_column(server_default=text("0"))
    created_by: Mapped[uuid.UUID | None]
    created_at: Mapped[Instant]
    finished_at: Mapped[Instant | None]
