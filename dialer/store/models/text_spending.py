"""What texts have cost, kept beside them (design §2, law 9)."""

from __future__ import annotations

import datetime as dt
import uuid

from sqlalchemy import BigInteger, Index, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from dialer.store.models.base import Base, Instant, Money, Tenant


class TextSpending(Tenant, Base):
    """What texts have cost that were sent in one quarter of an hour.

    `campaign_id` is all zeros where texts belong to none: a key has no gaps.
    """

    __tablename__ = "text_spending"
    __table_args__ = (
        Index("ix_text_spending_sender", "organisation_id", "sender", "quarter"),
        Index("ix_text_spending_campaign", "organisation_id", "campaign_id", "quarter"),
    )

    campaign_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    sender: Mapped[str] = mapped_column(primary_key=True)
    currency: Mapped[str] = mapped_column(primary_key=True)
    quarter: Mapped[Instant] = mapped_column(primary_key=True)
    stripe: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    texts: Mapped[int] = mapped_column(BigInteger)
    segments: Mapped[int] = mapped_column(BigInteger)
    reckoned: Mapped[Money]
    cost: Mapped[Money]


class TextSpendingDay(Tenant, Base):
    """The same by whole days of UTC, added up as the quarters are written: a return of spending reads days,
    and quarters only at its two ends. Of the quarters with anything in them the first and the last are kept.
    """

    __tablename__ = "text_spending_day"

    campaign_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    sender: Mapped[str] = mapped_column(primary_key=True)
    currency: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[dt.date] = mapped_column(primary_key=True)
    stripe: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    first_quarter: Mapped[Instant]
    last_quarter: Mapped[Instant]
    texts: Mapped[int] = mapped_column(BigInteger)
    segments: Mapped[int] = mapped_column(BigInteger)
    reckoned: Mapped[Money]
    cost: Mapped[Money]
