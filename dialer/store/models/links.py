"""Short links in texts: the pages they lead to, and each person's own code."""

from __future__ import annotations

import uuid

from sqlalchemy import CheckConstraint, Index, LargeBinary, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from dialer.store.models.base import Base, Identified, Instant


class Link(Identified, Base):
    """A page that texts lead to: those of a blast, or, without one, those written to single people.

    Its id follows from what it belongs to and its `target`, so it is made once. It is never deleted, since
    people keep texts, and outlives what it was made for: it has no foreign keys. Codes are drawn by `key`.
    Where `support` stands, whoever opens it is taken to have that, as long as nothing else is known.
    """

    __tablename__ = "link"
    __table_args__ = (
        CheckConstraint("support BETWEEN 1 AND 5", name="support"),
        Index(
            "ix_link_blast",
            "organisation_id",
            "blast_id",
            postgresql_where=text("blast_id IS NOT NULL"),
        ),
        Index("ix_link_unsaid", "organisation_id", "id", postgresql_where=text("unsaid_count IS NOT NULL")),
    )

    campaign_id: Mapped[uuid.UUID | None]
    blast_id: Mapped[uuid.UUID | None]
    target: Mapped[str]
    key: Mapped[bytes] = mapped_column(LargeBinary)
    support: Mapped[int | None] = mapped_column(SmallInteger)
    unsaid_count: Mapped[int | None]
    """Of how many who opened it that isn't written down yet, about; None: of all it is."""
    leased_until: Mapped[Instant | None]
    """Until when a worker is at that."""
    created_at: Mapped[Instant]


class LinkCode(Base):
    """One person's own address of a link; without `contact_id` that of a number that we know nobody by.

    Written for every text that has a link, so it has one index and no foreign keys: links are never deleted,
    and whoever got a text of a blast isn't either. `clicks` are people's, the others machines'
    (`domain/link_visit.py`), each up to a bound.
    """

    __tablename__ = "link_code"
    __table_args__ = (
        Index(
            "ix_link_code_clicked_by",
            "organisation_id",
            "contact_id",
            postgresql_where=text("clicked_at IS NOT NULL"),
        ),
        Index(
            "ix_link_code_clicked",
            "organisation_id",
            "link_id",
            postgresql_where=text("clicked_at IS NOT NULL"),
        ),
    )

    code: Mapped[str] = mapped_column(primary_key=True)
    organisation_id: Mapped[uuid.UUID]
    link_id: Mapped[uuid.UUID]
    contact_id: Mapped[uuid.UUID | None]
    created_at: Mapped[Instant]
    clicked_at: Mapped[Instant | None]
    """When a person first opened it."""
    last_clicked_at: Mapped[Instant | None]
    clicks: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    previews: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    prefetches: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    robots: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    scans: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
