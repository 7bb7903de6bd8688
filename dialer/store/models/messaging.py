"""Texts and letters out and in, the blasts they belong to, and what the carrier told about them."""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy import ForeignKey, Index, SmallInteger, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from dialer.domain.blast import BLAST_STATES
from dialer.domain.first_texts import BATCH, BLAST_MODES
from dialer.domain.mail_report import BOUNCE_KINDS
from dialer.domain.message import DIRECTIONS, ENCODINGS, LETTER_ENCODING, MESSAGE_STATES, PURPOSES
from dialer.domain.picture_message import AS_PICTURE, PICTURE_WAYS
from dialer.domain.sender import Rest
from dialer.domain.texting import CHANNELS, EMAIL, EVENT_KINDS, INBOUND_CLASSES, SENDER_KINDS
from dialer.store.models.base import (
    Base,
    Identified,
    Instant,
    Json,
    Money,
    Tenant,
    TextList,
    one_of,
    reference,
)


class Sender(Identified, Base):
    """A number, Messaging Service, sender id or email address that messages go out from.

    `rate_per_s` is segments a second where somebody has set them. `pool` are the numbers of a Messaging
    Service, as the carrier tells. `resting_for` says why it rests until `resting_until`. Where `pause_reason`
    stands it is stopped until a person lets it go on (`resumed_at`); only what was sent since then may stop
    it again. Since `handed_over_at` the other senders of its blasts send what waits at it. One that was
    found to be filtered (`rests` times in a row) goes on by itself at `tries_again_at`, slowly, and is on
    trial since `trial_since`. The carrier's list of texts to it has been read up to `inbound_read_through`.

    `service` is what is set for a Messaging Service (`domain.messaging_service`), as read at
    `service_read_at`: null then where the carrier knows none of that name. On `opt_outs_answered_at`, to the
    day, it told last that it had answered a STOP, START or HELP itself.
    """

    __tablename__ = "sender"
    __table_args__ = (
        one_of("kind", (*SENDER_KINDS, EMAIL)),
        one_of("resting_for", Rest),
        UniqueConstraint("organisation_id", "address"),
        Index("ix_sender_address", "address"),
    )

    organisation_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("organisation.id"), primary_key=True, sort_order=-2
    )
    address: Mapped[str]
    kind: Mapped[str]
    rate_per_s: Mapped[float | None]
    pool: Mapped[TextList]
    pictures: Mapped[bool | None]
    """Whether pictures go with its texts, where that was said (`domain.picture_message`)."""
    resting_until: Mapped[Instant | None]
    resting_for: Mapped[str | None]
    pause_reason: Mapped[str | None]
    resumed_at: Mapped[Instant | None]
    handed_over_at: Mapped[Instant | None]
    tries_again_at: Mapped[Instant | None]
    trial_since: Mapped[Instant | None]
    rests: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    inbound_read_through: Mapped[Instant | None]
    service: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    service_read_at: Mapped[Instant | None]
    opt_outs_answered_at: Mapped[Instant | None]
    created_at: Mapped[Instant] = mapped_column(server_default=func.now())


class Blast(Identified, Base):
    """One message to many contacts. Contacts up to `planned_through` have their message row.

    From the launch on, `audience_filter` is the rule of the saved audience as it was, with the audiences it
    named put in, and `gate_audience` is `audience` with what the last check can ask of that rule.
    """

    __tablename__ = "blast"
    __table_args__ = (
        reference("campaign", "campaign_id", ondelete="CASCADE"),
        reference("text_template", "template_id"),
        reference("picture", "picture_id"),
        one_of("state", BLAST_STATES),
        one_of("mode", BLAST_MODES),
        one_of("channel", CHANNELS),
        one_of("picture_by", PICTURE_WAYS),
        Index("ix_blast_campaign", "organisation_id", "campaign_id", "id"),
        Index(
            "ix_blast_template",
            "organisation_id",
            "template_id",
            postgresql_where=text("template_id IS NOT NULL"),
        ),
        Index(
            "ix_blast_open",
            "state",
            "organisation_id",
            "id",
            postgresql_where=text("state IN ('scheduled', 'running', 'paused')"),
        ),
    )

    campaign_id: Mapped[uuid.UUID]
    name: Mapped[str]
    body: Mapped[str]
    bodies: Mapped[Json]
    """What it says in other languages, by their codes (`domain.bodies`)."""
    template_id: Mapped[uuid.UUID | None]
    picture_id: Mapped[uuid.UUID | None]
    picture_code: Mapped[str | None]
    """That picture's own code, which never changes: texts are put together from the blast alone."""
    picture_by: Mapped[str] = mapped_column(server_default=text(f"'{AS_PICTURE}'"))
    """Whether it goes with the text where it can, or the text leads to it everywhere."""
    state: Mapped[str] = mapped_column(server_default=text("'draft'"))
    pause_reason: Mapped[str | None]
    resumed_at: Mapped[Instant | None]
    audience: Mapped[Json]
    audience_id: Mapped[uuid.UUID | None]
    audience_filter: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    gate_audience: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    senders: Mapped[TextList]
    asks_for: Mapped[TextList]
    """Which of the campaign's own answers a reply to it may be, by their names."""
    send_at: Mapped[Instant | None]
    deadline_at: Mapped[Instant | None]
    total: Mapped[int] = mapped_column(server_default=text("0"))
    planned_through: Mapped[uuid.UUID | None]
    planned_at: Mapped[Instant | None]
    priced_through: Mapped[Instant | None]
    """Up to when the carrier's own figures of what was sent have been read; see `pricing`."""
    unpriced_since: Mapped[Instant | None]
    """When the first was sent of those for which that reading found no figure yet."""
    price_looks: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    price_again_at: Mapped[Instant | None]
    plan_leased_until: Mapped[Instant | None]
    created_by: Mapped[uuid.UUID | None]
    created_at: Mapped[Instant]
    launched_at: Mapped[Instant | None]
    finished_at: Mapped[Instant | None]
    mode: Mapped[str] = mapped_column(server_default=text("'automatic'"))
    batch_size: Mapped[int] = mapped_column(SmallInteger, server_default=text(str(BATCH)))
    """Of one sent by hand: how many texts a volunteer is given at once."""
    volunteer_limit: Mapped[int | None]
    """And how many of it one volunteer may send."""
    channel: Mapped[str] = mapped_column(server_default=text("'sms'"))
    subject: Mapped[str] = mapped_column(server_default=text("''"))
    subjects: Mapped[Json]
    """Of letters: what they are about, and in other languages, as `bodies`."""


class BlastList(Tenant, Base):
    """A list whose contacts a blast goes to."""

    __tablename__ = "blast_list"
    __table_args__ = (
        reference("blast", "blast_id", ondelete="CASCADE"),
        reference("contact_list", "list_id"),
        Index("ix_blast_list_list", "organisation_id", "list_id", "blast_id"),
    )

    blast_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    list_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)


class Message(Identified, Base):
    """One text, out or in. `number` is the other party's, `sender` ours.

    An outbound one is claimed by a lease while it stays `queued` (`leased_until`, `lease`), becomes `sending`
    with `attempts` counted and `attempted_at` set before the carrier hears of it, and `unknown` where nobody
    knows what the carrier made of it (`attempt_ended_at`, where its process said so): it is looked for at
    `next_look_at`, and `clean_looks` counts the looks that were read without error and did not show it.
    `put_back` counts the attempts that the carrier provably did not take; the others may have reached
    somebody. `reconcile_at` is when the carrier is asked about one that it accepted. The last check
    `reckoned` with what it costs; `cost` stands once the carrier has it, and is put
    right where the carrier tells its own figure.
    """

    __tablename__ = "message"
    __table_args__ = (
        reference("blast", "blast_id"),
        reference("campaign", "campaign_id"),
        reference("contact", "contact_id"),
        one_of("direction", DIRECTIONS),
        one_of("channel", CHANNELS),
        one_of("state", MESSAGE_STATES),
        one_of("purpose", PURPOSES),
        one_of("encoding", (*ENCODINGS, LETTER_ENCODING)),
        one_of("inbound_class", INBOUND_CLASSES),
        one_of("bounce", BOUNCE_KINDS),
        Index(
            "uq_message_blast_contact",
            "organisation_id",
            "blast_id",
            "contact_id",
            unique=True,
            postgresql_where=text("blast_id IS NOT NULL AND purpose = 'blast'"),
        ),
        Index(
            "uq_message_blast_number",
            "organisation_id",
            "blast_id",
            "number",
            unique=True,
            postgresql_where=text("blast_id IS NOT NULL AND purpose = 'blast' AND state <> 'skipped'"),
        ),
        Index(
            "uq_message_carrier_sid",
            "organisation_id",
            "carrier_sid",
            unique=True,
            postgresql_where=text("carrier_sid IS NOT NULL"),
        ),
        Index(
            "ix_message_queued_blast",
            "organisation_id",
            "blast_id",
            "sender",
            "not_before",
            "id",
            postgresql_where=text("state = 'queued' AND purpose = 'blast'"),
        ),
        Index(
            "ix_message_queued",
            "organisation_id",
            "sender",
            "priority",
            "not_before",
            "id",
            postgresql_where=text("state = 'queued' AND purpose <> 'blast'"),
        ),
        Index(
            "ix_message_pressed",
            "organisation_id",
            "sender",
            "pressed_at",
            "id",
            postgresql_where=text("state = 'queued' AND pressed_at IS NOT NULL"),
        ),
        Index(
            "ix_message_batch",
            "organisation_id",
            "batch_id",
            "id",
            postgresql_where=text("batch_id IS NOT NULL"),
        ),
        Index("ix_message_sending", "attempted_at", postgresql_where=text("state = 'sending'")),
        Index("ix_message_unknown", "next_look_at", postgresql_where=text("state = 'unknown'")),
        Index(
            "ix_message_reconcile",
            "reconcile_at",
            postgresql_where=text("state = 'sent' AND reconcile_at IS NOT NULL"),
        ),
        Index("ix_message_blast", "organisation_id", "blast_id", "id", "state"),
        Index(
            "ix_message_state",
            "organisation_id",
            "state",
            "id",
            postgresql_where=text("state NOT IN ('sending', 'delivered')"),
        ),
        Index(
            "ix_message_outcome",
            "organisation_id",
            "blast_id",
            "attempted_at",
            "id",
            postgresql_where=text(
                "purpose = 'blast' AND state IN ('sent', 'delivered', 'undelivered', 'failed')"
            ),
        ),
        Index("ix_message_number", "organisation_id", "number", "id"),
        Index("ix_message_contact", "organisation_id", "contact_id", "id"),
        Index(
            "ix_message_inbound",
            "organisation_id",
            "campaign_id",
            "inbound_class",
            "created_at",
            postgresql_where=text("direction = 'inbound'"),
        ),
        {"postgresql_with": {"fillfactor": 50}},
    )

    direction: Mapped[str]
    purpose: Mapped[str | None]
    blast_id: Mapped[uuid.UUID | None]
    campaign_id: Mapped[uuid.UUID | None]
    contact_id: Mapped[uuid.UUID | None]
    number: Mapped[str | None]
    sender: Mapped[str | None]
    body: Mapped[str]
    encoding: Mapped[str]
    segments: Mapped[int] = mapped_column(SmallInteger)
    priority: Mapped[int] = mapped_column(SmallInteger, server_default=text("100"))
    state: Mapped[str]
    skip_reason: Mapped[str | None]
    error_code: Mapped[int | None]
    error_detail: Mapped[str | None]
    carrier_sid: Mapped[str | None]
    reckoned: Mapped[Money | None]
    cost: Mapped[Money | None]
    cost_currency: Mapped[str | None]
    not_before: Mapped[Instant] = mapped_column(server_default=text("'epoch'"))
    not_after: Mapped[Instant | None]
    lease: Mapped[uuid.UUID | None]
    leased_until: Mapped[Instant | None]
    attempts: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    put_back: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    attempted_at: Mapped[Instant | None]
    attempt_ended_at: Mapped[Instant | None]
    clean_looks: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    next_look_at: Mapped[Instant | None]
    reconcile_at: Mapped[Instant | None]
    reconciled: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    inbound_class: Mapped[str | None]
    inbound_rule: Mapped[str | None]
    attachments: Mapped[list[Any] | None] = mapped_column(JSONB(none_as_null=True))
    """Of a text to us: what came with it, each with its `sid` at the carrier and its `content_type`."""
    answers_blast_id: Mapped[uuid.UUID | None]
    """Of a text to us: the blast that had texted its number last. No foreign key: a blast that has texted
    somebody is never deleted.
    """
    created_by: Mapped[uuid.UUID | None]
    created_at: Mapped[Instant]
    sent_at: Mapped[Instant | None]
    delivered_at: Mapped[Instant | None]
    put_off_at: Mapped[Instant | None]
    bounce: Mapped[str | None]
    """Of an email that did not arrive: why, as `domain.mail_report.Fate` has it."""
    batch_id: Mapped[uuid.UUID | None]
    """Of a blast sent by hand: the `TextBatch` that it was last taken in. No foreign key, as for other things
    that only some of many rows have.
    """
    pressed_at: Mapped[Instant | None]
    """When somebody pressed for it: before, no process may send it."""
    channel: Mapped[str] = mapped_column(server_default=text("'sms'"))
    """Of a letter (`email`) `number` and `sender` are addresses, and `carrier_sid` is its Message-ID."""
    subject: Mapped[str | None]
    picture_code: Mapped[str | None]
    """Of the picture that goes with it; where its words lead to one, none goes with it."""


class CarrierEvent(Identified, Base):
    """One thing that the carrier told us, kept as it came; `name` is what the carrier names it by.

    It is applied once (`applied_at`), in batches; one about something not known yet waits until `due_at`.
    """

    __tablename__ = "carrier_event"
    __table_args__ = (
        one_of("kind", EVENT_KINDS),
        UniqueConstraint("organisation_id", "name"),
        Index("ix_carrier_event_waiting", "due_at", postgresql_where=text("applied_at IS NULL")),
        Index("ix_carrier_event_sid", "organisation_id", "sid"),
        Index(
            "ix_carrier_event_about",
            "organisation_id",
            "about_id",
            postgresql_where=text("applied_at IS NULL"),
        ),
        Index("ix_carrier_event_applied", "applied_at", postgresql_where=text("applied_at IS NOT NULL")),
    )

    name: Mapped[str]
    kind: Mapped[str]
    sid: Mapped[str]
    about_id: Mapped[uuid.UUID | None]
    """The message or call that the callback's own address named."""
    status: Mapped[str]
    error_code: Mapped[int | None]
    sequence: Mapped[int | None]
    payload: Mapped[Json]
    received_at: Mapped[Instant]
    due_at: Mapped[Instant]
    tries: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    applied_at: Mapped[Instant | None]


class OptOutLink(Tenant, Base):
    """The short address under which a number says no by itself; `code` can't be guessed."""

    __tablename__ = "opt_out_link"
    __table_args__ = (Index("uq_opt_out_link_code", "code", unique=True),)

    number: Mapped[str] = mapped_column(primary_key=True)
    code: Mapped[str]
    created_at: Mapped[Instant]
