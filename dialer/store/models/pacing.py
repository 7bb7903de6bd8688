"""What the dialler goes by: who leads a campaign's dialling, and what it hasn't been told yet."""

from __future__ import annotations

import uuid

from sqlalchemy import BigInteger, Identity, Index
from sqlalchemy.orm import Mapped, mapped_column

from dialer.domain.pacing_event import KINDS, OUTCOMES
from dialer.store.models.base import Base, Instant, Json, Tenant, one_of, reference


class PacingEvent(Tenant, Base):
    """Something that the pacing policy of a campaign is to hear of, written with the change it tells of.

    Whoever leads takes events away in the transaction that keeps the policy's state.
    """

    __tablename__ = "pacing_event"
    __table_args__ = (
        reference("campaign", "campaign_id", ondelete="CASCADE"),
        one_of("kind", KINDS),
        one_of("result", OUTCOMES),
        Index("ix_pacing_event_campaign", "organisation_id", "campaign_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True, sort_order=-1)
    campaign_id: Mapped[uuid.UUID]
    kind: Mapped[str]
    at: Mapped[Instant]
    call_id: Mapped[uuid.UUID | None]
    shift_id: Mapped[uuid.UUID | None]
    result: Mapped[str | None]


class PacerLease(Tenant, Base):
    """Who leads a campaign's dialling until `expires_at`: each new leader has a higher `fence`.

    `state` is the policy's own, `figures` what was last shown of it, both as of `at`.
    """

    __tablename__ = "pacer_lease"
    __table_args__ = (reference("campaign", "campaign_id", ondelete="CASCADE"),)

    campaign_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    holder: Mapped[str]
    fence: Mapped[int] = mapped_column(BigInteger)
    expires_at: Mapped[Instant]
    state: Mapped[Json]
    figures: Mapped[Json]
    at: Mapped[Instant]
