"""Which phones are whose, of those who work for the campaign, and how that was shown."""

from __future__ import annotations

import uuid

from sqlalchemy import Index, LargeBinary, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from dialer.store.models.base import Base, Identified, Instant, Tenant, reference


class PhoneCode(Identified, Base):
    """A code sent to a phone, so that whoever reads it out shows that the phone is theirs."""

    __tablename__ = "phone_code"
    __table_args__ = (
        reference("account", "account_id", ondelete="CASCADE"),
        Index("ix_phone_code_number", "organisation_id", "number", "sent_at"),
    )

    account_id: Mapped[uuid.UUID]
    number: Mapped[str]
    code_hash: Mapped[bytes] = mapped_column(LargeBinary)
    tries: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    sent_at: Mapped[Instant]
    expires_at: Mapped[Instant]
    used_at: Mapped[Instant | None]


class AccountPhone(Tenant, Base):
    """A phone that somebody has shown to be theirs, or that a coordinator gave for them."""

    __tablename__ = "account_phone"
    __table_args__ = (reference("account", "account_id", ondelete="CASCADE"),)

    account_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(primary_key=True)
    confirmed_at: Mapped[Instant]
