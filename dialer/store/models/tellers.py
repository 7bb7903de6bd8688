"""Links by which tellers join, and receipts for the marks that their phones send."""

from __future__ import annotations

import uuid

from sqlalchemy import Index, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from dialer.domain.telling import Outcome
from dialer.store.models.base import Base, Identified, Instant, Tenant, TextList, one_of, reference


class TellerLink(Identified, Base):
    """A link by which tellers of one election come to their page: each gets a token of their own, which
    marks in these polling districts alone (none: in all).
    """

    __tablename__ = "teller_link"
    __table_args__ = (
        reference("election", "election_id"),
        UniqueConstraint("code"),
        Index("ix_teller_link_election", "organisation_id", "election_id", "id"),
    )

    election_id: Mapped[uuid.UUID]
    code: Mapped[str]
    polling_districts: Mapped[TextList]
    joins: Mapped[int] = mapped_column(server_default=text("0"))
    created_by: Mapped[uuid.UUID | None]
    created_at: Mapped[Instant]
    revoked_at: Mapped[Instant | None]


class MarkReceipt(Tenant, Base):
    """That a mark was taken, by the id that its phone gave it, and what was answered: sent again after a
    lost answer it changes nothing. `mark_id` is the evidence that it left, if it was any.
    """

    __tablename__ = "mark_receipt"
    __table_args__ = (
        reference("turnout_mark", "mark_id", ondelete="CASCADE"),
        one_of("outcome", Outcome),
        Index(
            "ix_mark_receipt_mark",
            "organisation_id",
            "mark_id",
            postgresql_where=text("mark_id IS NOT NULL"),
        ),
    )

    client_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    account_id: Mapped[uuid.UUID | None]
    mark_id: Mapped[uuid.UUID | None]
    outcome: Mapped[str]
    voted_at: Mapped[Instant | None]
    recorded_at: Mapped[Instant] = mapped_column(server_default=func.now())
