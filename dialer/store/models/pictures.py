"""Pictures in texts."""

from __future__ import annotations

from sqlalchemy.orm import Mapped

from dialer.domain.retention import PICTURE_WHYS
from dialer.store.models.base import Base, Instant, one_of
from dialer.store.models.files import File, kept_once


class Picture(File, Base):
    """A picture as everybody may see it who was sent its address. Of one that is gone only the row is left,
    which says what it was.
    """

    __tablename__ = "picture"
    __table_args__ = (*kept_once("picture"), one_of("gone_why", PICTURE_WHYS))

    width: Mapped[int]
    height: Mapped[int]
    gone_at: Mapped[Instant | None]
    gone_why: Mapped[str | None]
