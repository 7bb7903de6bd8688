"""Exports: tables on their way into a file that somebody takes away."""

from __future__ import annotations

import uuid

from sqlalchemy import BigInteger, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from dialer.domain.export import EXPORT_FORMATS, EXPORT_KINDS, EXPORT_STATES
from dialer.store.models.base import Base, Identified, Instant, JsonList, one_of


class Export(Identified, Base):
    """One table as one file. `rows` are those written so far; `lease` is the run that writes them.

    `stored_as` names the file while there is one; `warnings` say what a format could not hold.
    """

    __tablename__ = "export"
    __table_args__ = (
        one_of("kind", EXPORT_KINDS),
        one_of("format", EXPORT_FORMATS),
        one_of("state", EXPORT_STATES),
        Index(
            "ix_export_open",
            "organisation_id",
            "state",
            postgresql_where=text("state IN ('queued', 'running', 'completed')"),
        ),
    )

    organisation_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("organisation.id"), primary_key=True, sort_order=-2
    )
    kind: Mapped[str]
    format: Mapped[str]
    campaign_id: Mapped[uuid.UUID | None]
    list_id: Mapped[uuid.UUID | None]
    state: Mapped[str] = mapped_column(server_default=text("'queued'"))
    rows: Mapped[int] = mapped_column(server_default=text("0"))
    size: Mapped[int | None] = mapped_column(BigInteger)
    stored_as: Mapped[str | None]
    warnings: Mapped[JsonList]
    error: Mapped[str | None]
    lease: Mapped[uuid.UUID | None]
    leased_until: Mapped[Instant | None]
    created_by: Mapped[uuid.UUID | None]
    created_at: Mapped[Instant]
    finished_at: Mapped[Instant | None]
    expires_at: Mapped[Instant | None]
