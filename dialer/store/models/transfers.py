"""People who are put through to somebody else."""

from __future__ import annotations

import uuid

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped

from dialer.domain.transfer import TRANSFER_REASONS, TRANSFER_STATES
from dialer.store.models.base import Base, Identified, Instant, one_of, reference


class Transfer(Identified, Base):
    """A volunteer puts the person on their line through to a third party. `call_id` is the contact's call,
    `leg_id` that of the third party; `completed_at` is when the two went on without the volunteer, `ended_at`
    when that was over, or it came to nothing.
    """

    __tablename__ = "transfer"
    __table_args__ = (
        reference("campaign", "campaign_id", ondelete="CASCADE"),
        reference("assignment", "assignment_id", ondelete="CASCADE"),
        reference("shift", "shift_id", ondelete="CASCADE"),
        reference("call", "call_id"),
        one_of("state", TRANSFER_STATES),
        one_of("reason", TRANSFER_REASONS),
        Index(
            "uq_transfer_open",
            "organisation_id",
            "call_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("uq_transfer_leg", "organisation_id", "leg_id", unique=True),
        Index("ix_transfer_shift", "organisation_id", "shift_id"),
        Index("ix_transfer_assignment", "organisation_id", "assignment_id"),
        Index("ix_transfer_campaign", "organisation_id", "campaign_id", "id"),
    )

    campaign_id: Mapped[uuid.UUID]
    assignment_id: Mapped[uuid.UUID]
    shift_id: Mapped[uuid.UUID]
    account_id: Mapped[uuid.UUID]
    """The volunteer."""
    call_id: Mapped[uuid.UUID]
    leg_id: Mapped[uuid.UUID]
    to_account_id: Mapped[uuid.UUID | None]
    """The colleague who is rung, where it is one."""
    node: Mapped[str | None]
    """The step of the script that it followed."""
    label: Mapped[str]
    """What the third party is called."""
    warm: Mapped[bool]
    state: Mapped[str]
    reason: Mapped[str | None]
    started_at: Mapped[Instant]
    answered_at: Mapped[Instant | None]
    completed_at: Mapped[Instant | None]
    ended_at: Mapped[Instant | None]
