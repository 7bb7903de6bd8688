"""Walks of a canvass, and what came of knocking at doors."""

from __future__ import annotations

import uuid

from sqlalchemy import CheckConstraint, Index, LargeBinary, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from dialer.domain.doorstep import DOOR_OUTCOMES
from dialer.domain.pledge import VOTING_METHODS
from dialer.store.models.base import Base, Identified, Instant, Json, Tenant, one_of, reference


class CanvassWalk(Identified, Base):
    """Doors that one crew canvasses in one go. Who is on it stays, so that sheets go on meaning the same."""

    __tablename__ = "canvass_walk"
    __table_args__ = (
        reference("campaign", "campaign_id"),
        UniqueConstraint("organisation_id", "campaign_id", "number"),
    )

    campaign_id: Mapped[uuid.UUID]
    number: Mapped[int]
    """From 1 on, within its campaign."""
    polling_district: Mapped[str | None]
    doors: Mapped[int]
    people: Mapped[int]
    created_by: Mapped[uuid.UUID | None]
    created_at: Mapped[Instant]
    closed_at: Mapped[Instant | None]
    """Since when nobody walks it any more: who wasn't met may be on another."""


class CanvassLine(Tenant, Base):
    """A person on a walk, at the line of its sheet."""

    __tablename__ = "canvass_line"
    __table_args__ = (
        reference("canvass_walk", "walk_id", ondelete="CASCADE"),
        reference("contact", "contact_id", ondelete="CASCADE"),
        UniqueConstraint("organisation_id", "contact_id", "walk_id"),
    )

    walk_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[uuid.UUID]


class DoorResult(Identified, Base):
    """What knocking brought for one person. Taken back, it stays, with `undone_at`.

    Whoever sends it may choose the `id`, so that it can be sent again without doubling anything;
    `body_hash` tells whether it is the same one. `at` is when they knocked, `recorded_at` when we heard.
    """

    __tablename__ = "door_result"
    __table_args__ = (
        reference("campaign", "campaign_id"),
        reference("contact", "contact_id", ondelete="CASCADE"),
        reference("canvass_walk", "walk_id"),
        one_of("outcome", DOOR_OUTCOMES),
        one_of("voting_method", VOTING_METHODS),
        CheckConstraint("support BETWEEN 1 AND 5", name="support"),
        Index("ix_door_result_campaign", "organisation_id", "campaign_id", "at", "id"),
        Index("ix_door_result_contact", "organisation_id", "contact_id", "campaign_id"),
        Index(
            "ix_door_result_walk",
            "organisation_id",
            "walk_id",
            "contact_id",
            postgresql_where=text("walk_id IS NOT NULL"),
        ),
    )

    campaign_id: Mapped[uuid.UUID]
    contact_id: Mapped[uuid.UUID]
    walk_id: Mapped[uuid.UUID | None]
    """The walk it was noted on."""
    account_id: Mapped[uuid.UUID | None]
    outcome: Mapped[str]
    support: Mapped[int | None]
    voting_method: Mapped[str | None]
    needs_lift: Mapped[bool | None]
    id_ready: Mapped[bool | None]
    answers: Mapped[Json]
    note: Mapped[str | None]
    language: Mapped[str | None]
    effects: Mapped[Json]
    """The evidence that it became and what it changed on the person, so that exactly that can be taken back.
    """
    body_hash: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[Instant]
    recorded_at: Mapped[Instant] = mapped_column(server_default=func.now())
    undone_at: Mapped[Instant | None]
    undone_by: Mapped[uuid.UUID | None]
    undone_reason: Mapped[str | None]
