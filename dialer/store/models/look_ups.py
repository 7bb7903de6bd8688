"""What carriers said of numbers' lines, and the batches in which they were asked."""

from __future__ import annotations

import uuid

from sqlalchemy import Index, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from dialer.domain.look_up import BATCH_STATES, NUMBER_STATES, Fault, Which
from dialer.domain.people import LINE_TYPES
from dialer.store.models.base import Base, Identified, Instant, Json, Money, Tenant, one_of


class LookUpBatch(Identified, Base):
    """Numbers of a list that a carrier is asked for, confirmed by whoever typed how many.

    `known` and `failed` are those that are settled, `asked` is how often the carrier was asked, answers that
    got lost among them; `price` what each costs.
    """

    __tablename__ = "look_up_batch"
    __table_args__ = (
        one_of("state", BATCH_STATES),
        one_of("which", Which),
        Index(
            "ix_look_up_batch_open",
            "organisation_id",
            "id",
            postgresql_where=text("state IN ('queued', 'running') OR leased_until IS NOT NULL"),
        ),
    )

    list_id: Mapped[uuid.UUID | None]
    audience_id: Mapped[uuid.UUID | None]
    """Of which list or audience; no foreign keys: either may go, and what was paid for stays."""
    campaign_id: Mapped[uuid.UUID | None]
    """Whose money it is; None: nobody's but the installation's."""
    name: Mapped[str]
    """What that was called then."""
    which: Mapped[str]
    state: Mapped[str]
    stopped_for: Mapped[str | None]
    numbers: Mapped[int]
    known: Mapped[int] = mapped_column(server_default=text("0"))
    failed: Mapped[int] = mapped_column(server_default=text("0"))
    asked: Mapped[int] = mapped_column(server_default=text("0"))
    lines: Mapped[Json]
    """How many of the known are of which kind, by the carrier's words."""
    price: Mapped[Money]
    currency: Mapped[str]
    lease: Mapped[uuid.UUID | None]
    leased_until: Mapped[Instant | None]
    again_at: Mapped[Instant | None]
    created_by: Mapped[uuid.UUID | None]
    created_at: Mapped[Instant]
    finished_at: Mapped[Instant | None]


class NumberLine(Tenant, Base):
    """What a carrier said of one number, the last time it was asked.

    It is `asking` in the database before the carrier hears of it; one that stays so lost its worker, and may
    have been charged.
    """

    __tablename__ = "number_line"
    __table_args__ = (
        one_of("state", NUMBER_STATES),
        one_of("fault", Fault),
        one_of("kind", LINE_TYPES),
        Index("ix_number_line_batch", "organisation_id", "batch_id", "state", "number"),
    )

    number: Mapped[str] = mapped_column(primary_key=True)
    batch_id: Mapped[uuid.UUID]
    state: Mapped[str]
    tries: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    line: Mapped[str | None]
    """The carrier's own word: `mobile`, `landline`, `nonFixedVoip` …"""
    kind: Mapped[str | None]
    """What that is to us, where it says anything that we act upon."""
    network: Mapped[str | None]
    fault: Mapped[str | None]
    error_code: Mapped[int | None]
    looked_up_at: Mapped[Instant | None]


class LookUpSpending(Tenant, Base):
    """How often the carrier was asked for a batch in one quarter of an hour; each time costs its `price`."""

    __tablename__ = "look_up_spending"

    batch_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    quarter: Mapped[Instant] = mapped_column(primary_key=True)
    asked: Mapped[int]
