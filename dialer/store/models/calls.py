"""Calls that the carrier carries, each with its legs and how far it has come."""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy import BigInteger, Index, SmallInteger, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from dialer.domain.call import CALL_MODES, CALL_STATES, DIAL_STATES
from dialer.domain.message import DIRECTIONS
from dialer.store.models.base import Base, Identified, Instant, Money, Tenant, TextList, one_of, reference


class CallerIdRest(Tenant, Base):
    """The latest rest of a number of ours that was answered less than the others, with what showed it."""

    __tablename__ = "caller_id_rest"

    number: Mapped[str] = mapped_column(primary_key=True)
    since: Mapped[Instant]
    until: Mapped[Instant]
    lifted_at: Mapped[Instant | None]
    """When a coordinator took it back: for a while it isn't sent to rest again."""
    calls: Mapped[int]
    answered: Mapped[int]
    others_calls: Mapped[int]
    others_answered: Mapped[int]


class Call(Identified, Base):
    """One call. `number` is the contact's (or, inbound, the caller's), `caller_id` ours.

    A ring-me call has two legs: `carrier_sid` is the volunteer's, which we place, `contact_sid` the
    contact's, which the carrier makes when the volunteer has answered. A `line` and a `dialled` call have one
    leg, `carrier_sid`; `shift_id` is whose line it is, or with whom the contact was joined. `fence` is that
    of the dialler who placed it. `dial_state` is `dialling`, committed,
    before the carrier hears of it; `deadline_at` is when the carrier is asked about a call without an end.
    """

    __tablename__ = "call"
    __table_args__ = (
        reference("campaign", "campaign_id"),
        reference("contact", "contact_id"),
        reference("assignment", "assignment_id"),
        reference("shift", "shift_id"),
        one_of("direction", DIRECTIONS),
        one_of("mode", CALL_MODES),
        one_of("state", CALL_STATES),
        one_of("dial_state", DIAL_STATES),
        Index(
            "uq_call_carrier_sid",
            "organisation_id",
            "carrier_sid",
            unique=True,
            postgresql_where=text("carrier_sid IS NOT NULL"),
        ),
        Index(
            "ix_call_contact_sid",
            "organisation_id",
            "contact_sid",
            postgresql_where=text("contact_sid IS NOT NULL"),
        ),
        Index(
            "ix_call_number",
            "organisation_id",
            "number",
            "id",
            postgresql_where=text("direction = 'outbound'"),
        ),
        Index(
            "ix_call_inbound",
            "organisation_id",
            "campaign_id",
            "created_at",
            postgresql_where=text("direction = 'inbound'"),
        ),
        Index("ix_call_assignment", "organisation_id", "assignment_id"),
        Index("ix_call_campaign", "organisation_id", "campaign_id", "id"),
        Index("ix_call_contact", "organisation_id", "contact_id", "id"),
        Index(
            "ix_call_shift",
            "organisation_id",
            "shift_id",
            postgresql_where=text("shift_id IS NOT NULL AND state IN ('queued', 'ringing', 'in_progress')"),
        ),
        Index(
            "ix_call_room",
            "organisation_id",
            "account_id",
            postgresql_where=text("mode = 'dialled' AND state IN ('queued', 'ringing', 'in_progress')"),
        ),
        Index(
            "ix_call_greeted",
            "organisation_id",
            "campaign_id",
            "answered_at",
            postgresql_where=text("state = 'in_progress' AND greeted_at IS NOT NULL AND joined_at IS NULL"),
        ),
        Index(
            "ix_call_held",
            "organisation_id",
            "held_at",
            postgresql_where=text("held_at IS NOT NULL AND state = 'in_progress'"),
        ),
        Index(
            "ix_call_abandoned",
            "organisation_id",
            "number",
            "ended_at",
            postgresql_where=text("state = 'abandoned'"),
        ),
        Index(
            "ix_call_rung",
            "organisation_id",
            "number",
            "contact_rung_at",
            postgresql_where=text("contact_rung_at IS NOT NULL"),
        ),
        Index(
            "ix_call_taken_over",
            "organisation_id",
            "taken_over_by",
            "id",
            postgresql_where=text("taken_over_by IS NOT NULL"),
        ),
        Index(
            "ix_call_open",
            "deadline_at",
            postgresql_where=text("state IN ('queued', 'ringing', 'in_progress')"),
        ),
    )

    direction: Mapped[str]
    mode: Mapped[str]
    campaign_id: Mapped[uuid.UUID | None]
    contact_id: Mapped[uuid.UUID | None]
    assignment_id: Mapped[uuid.UUID | None]
    account_id: Mapped[uuid.UUID | None]
    shift_id: Mapped[uuid.UUID | None]
    fence: Mapped[int | None] = mapped_column(BigInteger)
    number: Mapped[str | None]
    caller_id: Mapped[str]
    volunteer_number: Mapped[str | None]
    state: Mapped[str] = mapped_column(server_default=text("'queued'"))
    dial_state: Mapped[str] = mapped_column(server_default=text("'waiting'"))
    answered_by: Mapped[str | None]
    carrier_sid: Mapped[str | None]
    contact_sid: Mapped[str | None]
    volunteer_sequence: Mapped[int] = mapped_column(SmallInteger, server_default=text("-1"))
    contact_sequence: Mapped[int] = mapped_column(SmallInteger, server_default=text("-1"))
    error_code: Mapped[int | None]
    error_detail: Mapped[str | None]
    end_reason: Mapped[str | None]
    """Why it came to nothing, where the carrier's state alone doesn't say (`domain.ringing.END_REASONS`)."""
    duration_s: Mapped[int | None]
    cost: Mapped[Money | None]
    cost_currency: Mapped[str | None]
    charged_legs: Mapped[TextList]
    """The legs whose cost is in `cost`: each is charged once, however often its end is told."""
    why: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    """Of a dial: why this number, then, by which rule, what the gate knew (`domain.dialling.ledger_of`)."""
    attempts: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    attempted_at: Mapped[Instant | None]
    not_before: Mapped[Instant | None]
    """While it waits to be placed: not before this, since the carrier asked for time."""
    clean_looks: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    reconciled: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    deadline_at: Mapped[Instant]
    created_at: Mapped[Instant]
    ringing_at: Mapped[Instant | None]
    contact_rung_at: Mapped[Instant | None]
    """When the carrier was told to ring the contact: from then on the contact's leg decides."""
    answered_at: Mapped[Instant | None]
    greeted_at: Mapped[Instant | None]
    called_in_at: Mapped[Instant | None]
    """When the greeting was cut short, since a volunteer became free: once."""
    """When a contact who answered the dialler was greeted, since nobody was free at once."""
    joined_at: Mapped[Instant | None]
    """When they were joined with a volunteer."""
    alone_at: Mapped[Instant | None]
    """When they were last found alone on that volunteer's line, having met nobody on it yet."""
    informed_at: Mapped[Instant | None]
    """When they were told that nobody was free: who called, and how to be left alone."""
    message_at: Mapped[Instant | None]
    """When it was decided that a recorded message is left: from then on it goes on without a volunteer."""
    roomed_at: Mapped[Instant | None]
    """Since when the two whom we put through to each other (`ring_me`) go on in a room of the volunteer's, or
    are led there, so that somebody else can come in; its shift is `shift_id` from then on.
    """
    led: Mapped[dict[str, str] | None] = mapped_column(JSONB)
    """When the carrier was last told to lead one of its legs elsewhere, by where to (`room_settling`)."""
    parted_at: Mapped[Instant | None]
    """When the contact's leg had left the volunteer's room, though it went on: its end is nothing to them."""
    muted_at: Mapped[Instant | None]
    """Since when the volunteer they talk with isn't heard by them; of a volunteer's own line: since when it
    is on its way into their room muted, as their talk was muted or on hold."""
    held_at: Mapped[Instant | None]
    """Since when they are on hold."""
    machine: Mapped[bool | None]
    """Whether a machine answered, as whoever listened found; null while nobody knows."""
    taken_over_by: Mapped[uuid.UUID | None]
    """The coordinator who took the talk over from the volunteer, the last one of several."""
    ended_at: Mapped[Instant | None]


class PinTry(Identified, Base):
    """A PIN that was nobody's, typed by whoever rang in: kept for as long as it counts against them."""

    __tablename__ = "pin_try"
    __table_args__ = (
        reference("call", "call_id", ondelete="CASCADE"),
        Index("ix_pin_try_at", "organisation_id", "at"),
    )

    call_id: Mapped[uuid.UUID]
    at: Mapped[Instant]
