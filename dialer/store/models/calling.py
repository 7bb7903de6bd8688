"""Campaigns, their scripts and queues, and what volunteers heard."""

from __future__ import annotations

import datetime as dt
import uuid

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from dialer.domain.assignment import ASSIGNMENT_STATES
from dialer.domain.campaign import CAMPAIGN_KINDS, CAMPAIGN_STATES, DIALING_MODES
from dialer.domain.disposition import DISPOSITIONS
from dialer.domain.imprint import ADDED
from dialer.domain.shift import LINE_STATES, SHIFT_STATES
from dialer.store.models.base import (
    Base,
    Identified,
    IdList,
    Instant,
    Json,
    JsonList,
    Money,
    Tenant,
    TextList,
    one_of,
    reference,
)

_HAS_CODE = text("imprint_code IS NOT NULL")
_LEFT = text("state IN ('skipped', 'expired')")


class Campaign(Identified, Base):
    """A bounded effort with one goal, lists, script, hours and budget."""

    __tablename__ = "campaign"
    __table_args__ = (
        reference("election", "election_id"),
        reference("script", "script_id"),
        reference("team", "team_id"),
        one_of("kind", CAMPAIGN_KINDS),
        one_of("state", CAMPAIGN_STATES),
        one_of("dialing_mode", DIALING_MODES),
        one_of("imprint_added", ADDED),
        Index("uq_campaign_imprint_code", "imprint_code", unique=True, postgresql_where=_HAS_CODE),
        Index("ix_campaign_team", "organisation_id", "team_id", postgresql_where=text("team_id IS NOT NULL")),
    )

    organisation_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("organisation.id"), primary_key=True, sort_order=-2
    )
    election_id: Mapped[uuid.UUID]
    team_id: Mapped[uuid.UUID | None]
    script_id: Mapped[uuid.UUID | None]
    name: Mapped[str]
    kind: Mapped[str]
    state: Mapped[str] = mapped_column(server_default=text("'draft'"))
    pause_reason: Mapped[str | None]
    timezone: Mapped[str] = mapped_column(server_default=text("'Europe/London'"))
    quiet_start: Mapped[dt.time] = mapped_column(server_default=text("'21:00'"))
    quiet_end: Mapped[dt.time] = mapped_column(server_default=text("'09:00'"))
    dialing_mode: Mapped[str] = mapped_column(server_default=text("'preview'"))
    caller_ids: Mapped[TextList]
    senders: Mapped[TextList]
    max_attempts: Mapped[int] = mapped_column(server_default=text("3"))
    retry_after_s: Mapped[int] = mapped_column(server_default=text("14400"))
    assignment_timeout_s: Mapped[int] = mapped_column(server_default=text("900"))
    sender_names: Mapped[TextList]
    """What its texts may call whoever sends them; none: the organisation's name."""
    election_material: Mapped[bool | None]
    """Whether its texts must carry an imprint; None: whether the installation is at home where they must."""
    imprint: Mapped[str | None]
    imprint_url: Mapped[str | None]
    imprint_added: Mapped[str | None]
    """What is added to its texts to many where it isn't in them yet (`domain.imprint.ADDED`)."""
    approved_words_only: Mapped[bool] = mapped_column(server_default=text("false"))
    """Whether organisers send only texts whose words were approved in a template."""
    imprint_code: Mapped[str | None]
    """Under which a page of ours shows the imprint; made when there is first one to show."""
    recontact_after_s: Mapped[int | None]
    """For how long its blasts leave alone who heard from us; None: as long as the installation says."""
    require_consent_sms: Mapped[bool] = mapped_column(server_default=text("false"))
    require_consent_email: Mapped[bool] = mapped_column(server_default=text("false"))
    quiet_hours_email: Mapped[bool] = mapped_column(server_default=text("false"))
    """Whether its letters keep its quiet hours too: they wake nobody, so else they go at any hour."""
    cost_cap: Mapped[Money | None]
    cost_currency: Mapped[str] = mapped_column(server_default=text("'GBP'"))
    spent: Mapped[Money] = mapped_column(server_default=text("0"))
    abandoned_rate_max: Mapped[float] = mapped_column(server_default=text("0.01"))
    knock_up_support_max: Mapped[int] = mapped_column(server_default=text("2"))
    talks_goal: Mapped[int | None]
    """How many talks a day its volunteers aim for together."""
    leaderboard: Mapped[bool] = mapped_column(server_default=text("false"))
    """Whether its volunteers read who of them had how many talks today."""
    transfer_numbers: Mapped[JsonList]
    """The numbers that its volunteers may have rung, each with what it is called (`domain.transfer`)."""
    answering_machines: Mapped[Json]
    """`domain.answering_machine.stored`."""
    text_answers: Mapped[Json]
    """Which words of replies it takes as answers (`domain.answer_words`)."""
    call_policy: Mapped[Json]
    """Who is called next, as far as that isn't the usual (`domain.call_policy`)."""
    answer_hours: Mapped[Json]
    """Calls and answers by hour (`services.calling.best_hours`), where retries go by them."""
    order_after: Mapped[str | None]
    """While its queue is being put in order: the number up to which that is done; empty before the first."""
    fill_through: Mapped[uuid.UUID | None]
    """While its queue is being put together: the person up to whom that is done (`queue_filling`)."""
    fill_since: Mapped[Instant | None]
    """Since when whoever comes into it by that waits."""
    recording: Mapped[bool] = mapped_column(server_default=text("false"))
    """Whether its bridged calls are recorded."""
    recording_days: Mapped[int] = mapped_column(server_default=text("28"))
    recording_lawful_by: Mapped[uuid.UUID | None]
    recording_lawful_at: Mapped[Instant | None]
    """Who last said that recording is lawful here, and when."""
    created_at: Mapped[Instant] = mapped_column(server_default=func.now())
    activated_at: Mapped[Instant | None]
    ended_at: Mapped[Instant | None]


class CampaignList(Tenant, Base):
    """A list whose contacts a campaign is about."""

    __tablename__ = "campaign_list"
    __table_args__ = (
        reference("campaign", "campaign_id", ondelete="CASCADE"),
        reference("contact_list", "list_id"),
        Index("ix_campaign_list_list", "organisation_id", "list_id", "campaign_id"),
    )

    campaign_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    list_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)


class Script(Identified, Base):
    """The guided conversation; what is said stands in its versions."""

    __tablename__ = "script"

    organisation_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("organisation.id"), primary_key=True, sort_order=-2
    )
    name: Mapped[str]
    version: Mapped[int]
    created_at: Mapped[Instant] = mapped_column(server_default=func.now())


class ScriptVersion(Identified, Base):
    """One wording of a script, never changed once written: open assignments keep theirs."""

    __tablename__ = "script_version"
    __table_args__ = (
        reference("script", "script_id", ondelete="CASCADE"),
        UniqueConstraint("organisation_id", "script_id", "version"),
    )

    script_id: Mapped[uuid.UUID]
    version: Mapped[int]
    language: Mapped[str]
    start: Mapped[str]
    nodes: Mapped[JsonList]
    created_by: Mapped[uuid.UUID | None]
    created_at: Mapped[Instant] = mapped_column(server_default=func.now())


class Shift(Identified, Base):
    """A volunteer's spell of calling (a session in the API).

    In a dialled mode the volunteer's own leg holds a conference (`line_state`); `ready_since` is since when
    they wait for a call, and null in every other state: who has waited longest is put through first. With
    `pin` they join by ringing in. `state_since` is when they came into their present state.
    """

    __tablename__ = "shift"
    __table_args__ = (
        reference("campaign", "campaign_id", ondelete="CASCADE"),
        reference("account", "account_id"),
        one_of("state", SHIFT_STATES),
        one_of("via", ("own_phone", "browser", "phone")),
        one_of("line_state", LINE_STATES),
        Index("ix_shift_account", "organisation_id", "account_id", "started_at"),
        Index(
            "uq_shift_open",
            "organisation_id",
            "account_id",
            "campaign_id",
            unique=True,
            postgresql_where=text("state <> 'ended'"),
        ),
        Index(
            "ix_shift_campaign", "organisation_id", "campaign_id", postgresql_where=text("state <> 'ended'")
        ),
        Index(
            "ix_shift_waiting",
            "organisation_id",
            "campaign_id",
            "ready_since",
            postgresql_where=text("state = 'ready' AND line_state = 'open'"),
        ),
        Index(
            "ix_shift_room",
            "organisation_id",
            "room_changed_at",
            postgresql_where=text("room_changed_at IS NOT NULL"),
        ),
        Index(
            "ix_shift_moving",
            "organisation_id",
            postgresql_where=text("moving_to IS NOT NULL AND state <> 'ended'"),
        ),
        Index(
            "ix_shift_ending",
            "organisation_id",
            postgresql_where=text("end_reason IS NOT NULL AND state <> 'ended'"),
        ),
        Index(
            "ix_shift_resting",
            "organisation_id",
            "rests_until",
            postgresql_where=text("rests_until IS NOT NULL AND state = 'paused'"),
        ),
        Index(
            "uq_shift_pin",
            "organisation_id",
            "pin",
            unique=True,
            postgresql_where=text("pin IS NOT NULL AND state <> 'ended'"),
        ),
    )

    campaign_id: Mapped[uuid.UUID]
    account_id: Mapped[uuid.UUID]
    state: Mapped[str] = mapped_column(server_default=text("'ready'"))
    via: Mapped[str] = mapped_column(server_default=text("'own_phone'"))
    phone: Mapped[str | None]
    calls: Mapped[int] = mapped_column(server_default=text("0"))
    talks: Mapped[int] = mapped_column(server_default=text("0"))
    started_at: Mapped[Instant]
    last_seen_at: Mapped[Instant]
    limited_since: Mapped[Instant | None]
    limits_from: Mapped[Instant | None]
    ended_at: Mapped[Instant | None]
    state_since: Mapped[Instant] = mapped_column(server_default=func.now())
    ready_since: Mapped[Instant | None]
    line_state: Mapped[str] = mapped_column(server_default=text("'none'"))
    line_call_id: Mapped[uuid.UUID | None]
    """The call, of mode `line`, that is their own leg."""
    room_changed_at: Mapped[Instant | None]
    """Since when their room isn't known to be as it should be, at the carrier (`room_settling`)."""
    pin: Mapped[str | None]
    moving_to: Mapped[uuid.UUID | None]
    """The campaign where they go on once they are done with whom they have in hand."""
    stayed_from: Mapped[uuid.UUID | None]
    """The campaign where they were to go on and couldn't: told until they have somebody in hand again."""
    rests_until: Mapped[Instant | None]
    """When a pause of their own ends by itself."""
    end_reason: Mapped[str | None]
    """Why it ends that nobody ended (`domain.shift.CAMPAIGN_OVER`): once they have nobody in hand."""
    moved_to: Mapped[uuid.UUID | None]
    """The shift in which they went on."""
    pause_reason: Mapped[str | None]
    """Why we paused them (`domain.line.PAUSE_REASONS`); none where they wished it themselves."""


class Assignment(Identified, Base):
    """One contact, with household, in one volunteer's hands, leased until `expires_at`.

    While it is `dialling` it is the dialler's: nobody has it in hand, until somebody who answers is joined.
    """

    __tablename__ = "assignment"
    __table_args__ = (
        reference("shift", "shift_id"),
        reference("campaign", "campaign_id", ondelete="CASCADE"),
        reference("contact", "contact_id", ondelete="CASCADE"),
        reference("script_version", "script_version_id"),
        one_of("state", ASSIGNMENT_STATES),
        CheckConstraint("state <> 'open' OR (shift_id IS NOT NULL AND account_id IS NOT NULL)", "in_hand"),
        Index(
            "uq_assignment_open",
            "organisation_id",
            "shift_id",
            unique=True,
            postgresql_where=text("state = 'open'"),
        ),
        Index("ix_assignment_lease", "expires_at", postgresql_where=text("state = 'open'")),
        Index("ix_assignment_dialling", "expires_at", postgresql_where=text("state = 'dialling'")),
        Index("ix_assignment_account", "organisation_id", "account_id", "created_at"),
        Index("ix_assignment_left", "organisation_id", "account_id", "created_at", postgresql_where=_LEFT),
        Index("ix_assignment_contact", "organisation_id", "contact_id", "created_at"),
    )

    shift_id: Mapped[uuid.UUID | None]
    campaign_id: Mapped[uuid.UUID]
    account_id: Mapped[uuid.UUID | None]
    queue_entry_id: Mapped[uuid.UUID]
    contact_id: Mapped[uuid.UUID]
    number: Mapped[str]
    household_ids: Mapped[IdList]
    script_version_id: Mapped[uuid.UUID | None]
    state: Mapped[str] = mapped_column(server_default=text("'open'"))
    attempt: Mapped[int]
    late: Mapped[bool] = mapped_column(server_default=text("false"))
    draft: Mapped[Json]
    skip_reason: Mapped[str | None]
    created_at: Mapped[Instant]
    expires_at: Mapped[Instant]
    closed_at: Mapped[Instant | None]


class Hold(Identified, Base):
    """The lock on a number, or on one person of its household, across campaigns and modes."""

    __tablename__ = "hold"
    __table_args__ = (
        reference("assignment", "assignment_id", ondelete="CASCADE"),
        Index(
            "uq_hold_number",
            "organisation_id",
            "number",
            unique=True,
            postgresql_where=text("number IS NOT NULL"),
        ),
        Index(
            "uq_hold_contact",
            "organisation_id",
            "contact_id",
            unique=True,
            postgresql_where=text("contact_id IS NOT NULL"),
        ),
        Index("ix_hold_assignment", "organisation_id", "assignment_id"),
    )

    assignment_id: Mapped[uuid.UUID]
    number: Mapped[str | None]
    contact_id: Mapped[uuid.UUID | None]


class Result(Identified, Base):
    """What one attempt brought for one person. A correction supersedes it; nothing is overwritten."""

    __tablename__ = "result"
    __table_args__ = (
        reference("assignment", "assignment_id", ondelete="CASCADE"),
        reference("contact", "contact_id", ondelete="CASCADE"),
        one_of("disposition", DISPOSITIONS),
        Index("ix_result_assignment", "organisation_id", "assignment_id"),
        Index("ix_result_contact", "organisation_id", "contact_id", "campaign_id", "at"),
        Index("ix_result_account", "organisation_id", "account_id", "at"),
        Index("ix_result_campaign", "organisation_id", "campaign_id", "at"),
        Index("ix_result_number", "organisation_id", "number", "at"),
    )

    assignment_id: Mapped[uuid.UUID]
    campaign_id: Mapped[uuid.UUID]
    contact_id: Mapped[uuid.UUID]
    account_id: Mapped[uuid.UUID | None]
    """Who recorded it; none where the dialler did."""
    number: Mapped[str]
    disposition: Mapped[str]
    implied: Mapped[bool] = mapped_column(server_default=text("false"))
    """Nobody there was reached: an attempt for this person too, though the result was given for another."""
    support: Mapped[int | None]
    voting_method: Mapped[str | None]
    callback_at: Mapped[Instant | None]
    notes: Mapped[str | None]
    effects: Mapped[Json]
    """What it changed on the person, so that a correction can put exactly that back."""
    body_hash: Mapped[bytes] = mapped_column(LargeBinary)
    late: Mapped[bool] = mapped_column(server_default=text("false"))
    at: Mapped[Instant]
    superseded_at: Mapped[Instant | None]
    superseded_by: Mapped[uuid.UUID | None]
    voided_at: Mapped[Instant | None]


class Answer(Tenant, Base):
    """What was answered at one step of the script."""

    __tablename__ = "answer"
    __table_args__ = (
        reference("result", "result_id", ondelete="CASCADE"),
        Index("ix_answer_contact", "organisation_id", "contact_id"),
    )

    result_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    node_id: Mapped[str] = mapped_column(primary_key=True)
    answer_id: Mapped[str]
    contact_id: Mapped[uuid.UUID]
    script_version_id: Mapped[uuid.UUID]
