"""Who sends texts of a blast by hand, and how many of them they hold."""

from __future__ import annotations

import uuid

from sqlalchemy import Index, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from dialer.store.models.base import Base, Identified, IdList, Instant, reference


class TextBatch(Identified, Base):
    """Texts of a blast that one volunteer took to send by hand, all from one sender: the account of who sent
    how many, and of how many a sender has sent.

    Until `until` those that nobody has pressed for are theirs; it moves on with each press, and is the moment
    of its end once the batch is given back. `size` were taken, `pressed` of them were sent, `left_ids` are
    those that they left to others.
    """

    __tablename__ = "text_batch"
    __table_args__ = (
        reference("blast", "blast_id", ondelete="CASCADE"),
        reference("account", "account_id"),
        Index("ix_text_batch_blast", "organisation_id", "blast_id", "account_id", "until"),
        Index("ix_text_batch_sender", "organisation_id", "sender", "until"),
    )

    blast_id: Mapped[uuid.UUID]
    account_id: Mapped[uuid.UUID]
    sender: Mapped[str]
    size: Mapped[int] = mapped_column(SmallInteger)
    pressed: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    left_ids: Mapped[IdList]
    taken_at: Mapped[Instant]
    until: Mapped[Instant]
    tried_at: Mapped[Instant | None]
    """When they last pressed, whether it counted or came too soon."""
