"""Pictures in texts."""

from __future__ import annotations

from sqlalchemy.orm import Mapped

from dialer.store.models.base import Base
from dialer.store.models.files import File, kept_once


class Picture(File, Base):
    """A picture as everybody may see it who was sent its address."""

    __tablename__ = "picture"
    __table_args__ = kept_once("picture")

    width: Mapped[int]
    height: Mapped[int]
