"""Walks that polling districts are cut into for a knock-up."""

from __future__ import annotations

import uuid

from sqlalchemy import Index, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from dialer.store.models.base import Base, Identified, Instant, JsonList, reference


class KnockUpWalk(Identified, Base):
    """A part of a polling district that one crew walks: what comes from its first door on, up to that of the
    walk after it. So it holds its people whoever comes to be in it or leaves it.
    """

    __tablename__ = "knock_up_walk"
    __table_args__ = (
        reference("campaign", "campaign_id", ondelete="CASCADE"),
        UniqueConstraint("organisation_id", "code"),
        UniqueConstraint("organisation_id", "cut_id", "number"),
        Index(
            "uq_knock_up_walk_number",
            "organisation_id",
            "campaign_id",
            "polling_district",
            "number",
            unique=True,
            postgresql_where=text("retired_at IS NULL"),
        ),
    )

    campaign_id: Mapped[uuid.UUID]
    cut_id: Mapped[uuid.UUID]
    """What it shares with the other walks that its district was cut into at the same time."""
    polling_district: Mapped[str]
    """Empty for people without one."""
    number: Mapped[int]
    begins: Mapped[JsonList]
    """The place of its first door (`domain.walk.stored_place`); empty for the first walk of a district."""
    code: Mapped[str]
    """Opens it on a phone, for who is of the campaign."""
    created_by: Mapped[uuid.UUID | None]
    created_at: Mapped[Instant] = mapped_column(server_default=func.now())
    retired_at: Mapped[Instant | None]
    """Since when the district is cut in another way. What was printed before still opens."""
