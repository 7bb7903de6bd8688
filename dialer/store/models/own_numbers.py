"""Our numbers as the carrier's list has them, and what it is asked to do about them."""

from __future__ import annotations

import uuid

from sqlalchemy import Index, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from dialer.domain.own_numbers import TASK_STATES, TASKS
from dialer.store.models.base import Base, Identified, Instant, Json, Money, Tenant, TextList, one_of


class OwnNumber(Tenant, Base):
    """A number of ours at the carrier, as its list had it at `seen_at`; `gone_at` where it is on it no more.
    `texts_to` and `calls_to` are where the carrier asks, `told_too` what hears besides (`CarrierNumber`).

    One that the carrier doesn't have is here where somebody has said that calls to it are answered elsewhere.
    """

    __tablename__ = "own_number"

    number: Mapped[str] = mapped_column(primary_key=True)
    sid: Mapped[str | None]
    name: Mapped[str] = mapped_column(server_default=text("''"))
    sms: Mapped[bool] = mapped_column(server_default=text("false"))
    mms: Mapped[bool] = mapped_column(server_default=text("false"))
    voice: Mapped[bool] = mapped_column(server_default=text("false"))
    texts_to: Mapped[str] = mapped_column(server_default=text("''"))
    calls_to: Mapped[str] = mapped_column(server_default=text("''"))
    told_too: Mapped[TextList]
    seen_at: Mapped[Instant | None]
    gone_at: Mapped[Instant | None]
    answered_elsewhere_at: Mapped[Instant | None]
    answered_elsewhere_by: Mapped[uuid.UUID | None]
    rent: Mapped[Money | None]
    """What it costs a month, by the carrier's price list; None: not known."""
    rent_currency: Mapped[str | None]
    rent_due_at: Mapped[Instant | None]
    """When its next month is charged; None: it isn't ours, or not surely. Of one that is gone, when it would
    be if it came back.
    """


class NumberRent(Tenant, Base):
    """A month of a number that was charged at this moment. It stays when the number goes, also where it waits
    for its price (`amount` and `currency` null): then it counts from when that is known.
    """

    __tablename__ = "number_rent"
    __table_args__ = (
        Index("ix_number_rent_waiting", "organisation_id", "number", postgresql_where=text("amount IS NULL")),
    )

    number: Mapped[str] = mapped_column(primary_key=True)
    charged_at: Mapped[Instant] = mapped_column(primary_key=True)
    amount: Mapped[Money | None]
    currency: Mapped[str | None]


class NumberTask(Identified, Base):
    """Something that the carrier is asked about numbers, by a worker. It is `running` in the database before
    the carrier hears of it, until `due_at`; then another looks what became of it. Of one deed with one number
    one is open at a time.

    `asked` is what is wanted, `found` what the carrier said. `fault` is why it failed, `error_code` the
    carrier's.
    """

    __tablename__ = "number_task"
    __table_args__ = (
        one_of("kind", TASKS),
        one_of("state", TASK_STATES),
        Index(
            "ix_number_task_due",
            "organisation_id",
            "due_at",
            postgresql_where=text("state IN ('queued', 'running')"),
        ),
        Index(
            "uq_number_task_open",
            "organisation_id",
            "number",
            "kind",
            unique=True,
            postgresql_where=text("number IS NOT NULL AND state IN ('queued', 'running')"),
        ),
        Index("ix_number_task_kind", "organisation_id", "kind", "id"),
    )

    kind: Mapped[str]
    number: Mapped[str | None]
    asked: Mapped[Json]
    found: Mapped[Json]
    state: Mapped[str]
    fault: Mapped[str | None]
    error_code: Mapped[int | None]
    tries: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    due_at: Mapped[Instant]
    created_by: Mapped[uuid.UUID | None]
    created_at: Mapped[Instant]
    finished_at: Mapped[Instant | None]
