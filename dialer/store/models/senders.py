"""What became of the texts of each sender, kept beside them."""

from __future__ import annotations

import uuid

from sqlalchemy import BigInteger, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from dialer.store.models.base import Base, Instant, Tenant


class SenderHour(Tenant, Base):
    """How many texts of a sender were tried in one hour and are where now, and how many came to it (design
    §2, law 9).

    `what` is a state of a text out (`sent`, `delivered`, `undelivered`, `failed`), or `inbound_CLASS` of one
    that came in. `code` is the carrier's where it is lost, else 0. `campaign_id` is all zeros where it
    belongs to none, and of what came in: a key has no gaps.
    """

    __tablename__ = "sender_hour"

    sender: Mapped[str] = mapped_column(primary_key=True)
    hour: Mapped[Instant] = mapped_column(primary_key=True)
    campaign_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    what: Mapped[str] = mapped_column(primary_key=True)
    code: Mapped[int] = mapped_column(primary_key=True)
    stripe: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    texts: Mapped[int] = mapped_column(BigInteger)
