"""Volunteers who ask for help, and coordinators who come into their rooms."""

from __future__ import annotations

import uuid

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from dialer.domain.help_request import OUTCOMES, REASONS
from dialer.domain.supervision import MODES, VOLUNTEER_IS
from dialer.store.models.base import Base, Identified, Instant, one_of, reference


class HelpRequest(Identified, Base):
    """Somebody asked for help on a shift: one at a time. It outlives the shift, until it is closed."""

    __tablename__ = "help_request"
    __table_args__ = (
        reference("campaign", "campaign_id", ondelete="CASCADE"),
        reference("shift", "shift_id", ondelete="CASCADE"),
        one_of("reason", REASONS),
        one_of("outcome", OUTCOMES),
        Index(
            "uq_help_request_open",
            "organisation_id",
            "shift_id",
            unique=True,
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index(
            "ix_help_request_open",
            "organisation_id",
            "campaign_id",
            "asked_at",
            postgresql_where=text("closed_at IS NULL"),
        ),
    )

    campaign_id: Mapped[uuid.UUID]
    shift_id: Mapped[uuid.UUID]
    account_id: Mapped[uuid.UUID]
    """The volunteer who asks."""
    reason: Mapped[str | None]
    asked_at: Mapped[Instant]
    taken_at: Mapped[Instant | None]
    taken_by: Mapped[uuid.UUID | None]
    """The coordinator who has seen it and is coming."""
    closed_at: Mapped[Instant | None]
    closed_by: Mapped[uuid.UUID | None]
    outcome: Mapped[str | None]


class Supervision(Identified, Base):
    """A coordinator in a volunteer's room, or on their way into it, until `ended_at`.

    From `tell_after` on the two who talk on without the volunteer are asked (again, once `applied` says so)
    to go on in a room of their own, until they have come.
    """

    __tablename__ = "supervision"
    __table_args__ = (
        reference("campaign", "campaign_id", ondelete="CASCADE"),
        reference("shift", "shift_id", ondelete="CASCADE"),
        reference("call", "call_id"),
        one_of("mode", MODES),
        one_of("volunteer", VOLUNTEER_IS),
        one_of("via", ("phone", "browser")),
        Index(
            "uq_supervision_shift",
            "organisation_id",
            "shift_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index(
            "uq_supervision_account",
            "organisation_id",
            "account_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    campaign_id: Mapped[uuid.UUID]
    shift_id: Mapped[uuid.UUID]
    account_id: Mapped[uuid.UUID]
    """The coordinator."""
    call_id: Mapped[uuid.UUID | None]
    """Their leg; none until their browser opens it."""
    talk_id: Mapped[uuid.UUID | None]
    """The contact's call that goes on with them, the volunteer being away."""
    via: Mapped[str]
    mode: Mapped[str]
    volunteer: Mapped[str] = mapped_column(server_default=text("'hears'"))
    applied: Mapped[str | None]
    tell_after: Mapped[Instant | None]
    asked_at: Mapped[Instant]
    joined_at: Mapped[Instant | None]
    taken_over_at: Mapped[Instant | None]
    ended_at: Mapped[Instant | None]
    end_reason: Mapped[str | None]
