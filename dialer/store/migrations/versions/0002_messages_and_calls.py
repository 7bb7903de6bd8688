"""Texts, blasts, conversations, calls and what the carrier tells about them."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "carrier_event",
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("sid", sa.Text(), nullable=False),
        sa.Column("about_id", sa.UUID(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("error_code", sa.Integer(), nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=True),
        sa.Column(
            "payload",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column("received_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("due_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("tries", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("applied_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind IN ('message_status', 'call_status', 'machine_detection')",
            name=op.f("ck_carrier_event_kind"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_carrier_event")),
        sa.UniqueConstraint("organisation_id", "name", name=op.f("uq_carrier_event_organisation_id_name")),
    )
    op.create_index(
        "ix_carrier_event_about",
        "carrier_event",
        ["organisation_id", "about_id"],
        unique=False,
        postgresql_where=sa.text("applied_at IS NULL"),
    )
    op.create_index(
        "ix_carrier_event_applied",
        "carrier_event",
        ["applied_at"],
        unique=False,
        postgresql_where=sa.text("applied_at IS NOT NULL"),
    )
    op.create_index("ix_carrier_event_sid", "carrier_event", ["organisation_id", "sid"], unique=False)
    op.create_index(
        "ix_carrier_event_waiting",
        "carrier_event",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("applied_at IS NULL"),
    )
    op.create_table(
        "opt_out_link",
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "number", name=op.f("pk_opt_out_link")),
    )
    op.create_index("uq_opt_out_link_code", "opt_out_link", ["code"], unique=True)
    op.create_table(
        "sender",
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("rate_per_s", sa.Double(), nullable=True),
        sa.Column("resting_until", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("pause_reason", sa.Text(), nullable=True),
        sa.Column("inbound_read_through", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column(
            "created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.CheckConstraint(
            "kind IN ('long_code', '10dlc', 'toll_free', 'short_code', 'alphanumeric', 'messaging_service')",
            name=op.f("ck_sender_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_sender_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_sender")),
        sa.UniqueConstraint("organisation_id", "address", name=op.f("uq_sender_organisation_id_address")),
    )
    op.create_index("ix_sender_address", "sender", ["address"], unique=False)
    op.create_table(
        "account_phone",
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("account_id", sa.UUID(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("confirmed_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "account_id"],
            ["account.organisation_id", "account.id"],
            name=op.f("fk_account_phone_organisation_id_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "account_id", "number", name=op.f("pk_account_phone")),
    )
    op.create_table(
        "phone_code",
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("account_id", sa.UUID(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("tries", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("sent_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("expires_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("used_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id", "account_id"],
            ["account.organisation_id", "account.id"],
            name=op.f("fk_phone_code_organisation_id_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_phone_code")),
    )
    op.create_index(
        "ix_phone_code_number", "phone_code", ["organisation_id", "number", "sent_at"], unique=False
    )
    op.create_table(
        "blast",
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("campaign_id", sa.UUID(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default=sa.text("'draft'"), nullable=False),
        sa.Column("pause_reason", sa.Text(), nullable=True),
        sa.Column(
            "audience",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column(
            "senders", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'::text[]"), nullable=False
        ),
        sa.Column("send_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("total", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("planned_through", sa.UUID(), nullable=True),
        sa.Column("planned_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("plan_leased_until", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("created_by", sa.UUID(), nullable=True),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("launched_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("finished_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('draft', 'scheduled', 'running', 'paused', 'completed', 'cancelled')",
            name=op.f("ck_blast_state"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "campaign_id"],
            ["campaign.organisation_id", "campaign.id"],
            name=op.f("fk_blast_organisation_id_campaign_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_blast")),
    )
    op.create_index("ix_blast_campaign", "blast", ["organisation_id", "campaign_id", "id"], unique=False)
    op.create_index(
        "ix_blast_open",
        "blast",
        ["state", "organisation_id", "id"],
        unique=False,
        postgresql_where=sa.text("state IN ('scheduled', 'running', 'paused')"),
    )
    op.create_table(
        "conversation",
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("contact_id", sa.UUID(), nullable=True),
        sa.Column("campaign_id", sa.UUID(), nullable=True),
        sa.Column("sender", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), server_default=sa.text("'open'"), nullable=False),
        sa.Column("assigned_to", sa.UUID(), nullable=True),
        sa.Column("help_sent_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("last_inbound_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('open', 'closed', 'review')", name=op.f("ck_conversation_state")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "campaign_id"],
            ["campaign.organisation_id", "campaign.id"],
            name=op.f("fk_conversation_organisation_id_campaign_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "contact_id"],
            ["contact.organisation_id", "contact.id"],
            name=op.f("fk_conversation_organisation_id_contact_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_conversation")),
        sa.UniqueConstraint("organisation_id", "number", name=op.f("uq_conversation_organisation_id_number")),
    )
    op.create_index(
        "ix_conversation_contact", "conversation", ["organisation_id", "contact_id"], unique=False
    )
    op.create_index(
        "ix_conversation_state",
        "conversation",
        ["organisation_id", "state", "last_inbound_at", "id"],
        unique=False,
    )
    op.create_table(
        "blast_list",
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("blast_id", sa.UUID(), nullable=False),
        sa.Column("list_id", sa.UUID(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "blast_id"],
            ["blast.organisation_id", "blast.id"],
            name=op.f("fk_blast_list_organisation_id_blast_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "list_id"],
            ["contact_list.organisation_id", "contact_list.id"],
            name=op.f("fk_blast_list_organisation_id_list_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "blast_id", "list_id", name=op.f("pk_blast_list")),
    )
    op.create_index(
        "ix_blast_list_list", "blast_list", ["organisation_id", "list_id", "blast_id"], unique=False
    )
    op.create_table(
        "message",
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=True),
        sa.Column("blast_id", sa.UUID(), nullable=True),
        sa.Column("campaign_id", sa.UUID(), nullable=True),
        sa.Column("contact_id", sa.UUID(), nullable=True),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("sender", sa.Text(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("encoding", sa.Text(), nullable=False),
        sa.Column("segments", sa.SmallInteger(), nullable=False),
        sa.Column("priority", sa.SmallInteger(), server_default=sa.text("100"), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("skip_reason", sa.Text(), nullable=True),
        sa.Column("error_code", sa.Integer(), nullable=True),
        sa.Column("error_detail", sa.Text(), nullable=True),
        sa.Column("carrier_sid", sa.Text(), nullable=True),
        sa.Column("cost", sa.Numeric(precision=14, scale=4), nullable=True),
        sa.Column("cost_currency", sa.Text(), nullable=True),
        sa.Column(
            "not_before",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("'epoch'"),
            nullable=False,
        ),
        sa.Column("lease", sa.UUID(), nullable=True),
        sa.Column("leased_until", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("attempts", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("put_back", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("attempted_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("clean_looks", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("next_look_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("reconcile_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("reconciled", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("inbound_class", sa.Text(), nullable=True),
        sa.Column("inbound_rule", sa.Text(), nullable=True),
        sa.Column("created_by", sa.UUID(), nullable=True),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("sent_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("delivered_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint("direction IN ('outbound', 'inbound')", name=op.f("ck_message_direction")),
        sa.CheckConstraint("encoding IN ('gsm7', 'ucs2')", name=op.f("ck_message_encoding")),
        sa.CheckConstraint(
            "inbound_class IN ('opt_out', 'review', 'opt_in', 'other')", name=op.f("ck_message_inbound_class")
        ),
        sa.CheckConstraint(
            "purpose IN ('blast', 'test', 'single', 'reply', 'code', 'sign_in', 'help', 'stop_confirmation')",
            name=op.f("ck_message_purpose"),
        ),
        sa.CheckConstraint(
            "state IN ('queued', 'sending', 'unknown', 'sent', 'delivered', 'undelivered', 'failed', 'skipped', 'cancelled', 'received')",
            name=op.f("ck_message_state"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "blast_id"],
            ["blast.organisation_id", "blast.id"],
            name=op.f("fk_message_organisation_id_blast_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "campaign_id"],
            ["campaign.organisation_id", "campaign.id"],
            name=op.f("fk_message_organisation_id_campaign_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "contact_id"],
            ["contact.organisation_id", "contact.id"],
            name=op.f("fk_message_organisation_id_contact_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_message")),
    )
    op.create_index(
        "ix_message_blast", "message", ["organisation_id", "blast_id", "state", "id"], unique=False
    )
    op.create_index("ix_message_contact", "message", ["organisation_id", "contact_id", "id"], unique=False)
    op.create_index(
        "ix_message_inbound",
        "message",
        ["organisation_id", "campaign_id", "inbound_class", "created_at"],
        unique=False,
        postgresql_where=sa.text("direction = 'inbound'"),
    )
    op.create_index("ix_message_number", "message", ["organisation_id", "number", "id"], unique=False)
    op.create_index("ix_message_of_blast", "message", ["organisation_id", "blast_id", "id"], unique=False)
    op.create_index(
        "ix_message_queued",
        "message",
        ["organisation_id", "sender", "priority", "not_before", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'queued' AND purpose <> 'blast'"),
    )
    op.create_index(
        "ix_message_queued_blast",
        "message",
        ["organisation_id", "blast_id", "sender", "not_before", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'queued' AND purpose = 'blast'"),
    )
    op.create_index(
        "ix_message_reconcile",
        "message",
        ["reconcile_at"],
        unique=False,
        postgresql_where=sa.text("state = 'sent' AND reconcile_at IS NOT NULL"),
    )
    op.create_index(
        "ix_message_sending",
        "message",
        ["attempted_at"],
        unique=False,
        postgresql_where=sa.text("state = 'sending'"),
    )
    op.create_index(
        "ix_message_unknown",
        "message",
        ["next_look_at"],
        unique=False,
        postgresql_where=sa.text("state = 'unknown'"),
    )
    op.create_index(
        "uq_message_blast_contact",
        "message",
        ["organisation_id", "blast_id", "contact_id"],
        unique=True,
        postgresql_where=sa.text("blast_id IS NOT NULL AND purpose = 'blast'"),
    )
    op.create_index(
        "uq_message_blast_number",
        "message",
        ["organisation_id", "blast_id", "number"],
        unique=True,
        postgresql_where=sa.text("blast_id IS NOT NULL AND purpose = 'blast' AND state <> 'skipped'"),
    )
    op.create_index(
        "uq_message_carrier_sid",
        "message",
        ["organisation_id", "carrier_sid"],
        unique=True,
        postgresql_where=sa.text("carrier_sid IS NOT NULL"),
    )
    op.create_table(
        "call",
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("campaign_id", sa.UUID(), nullable=True),
        sa.Column("contact_id", sa.UUID(), nullable=True),
        sa.Column("assignment_id", sa.UUID(), nullable=True),
        sa.Column("account_id", sa.UUID(), nullable=True),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("caller_id", sa.Text(), nullable=False),
        sa.Column("volunteer_number", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), server_default=sa.text("'queued'"), nullable=False),
        sa.Column("dial_state", sa.Text(), server_default=sa.text("'waiting'"), nullable=False),
        sa.Column("answered_by", sa.Text(), nullable=True),
        sa.Column("carrier_sid", sa.Text(), nullable=True),
        sa.Column("contact_sid", sa.Text(), nullable=True),
        sa.Column("volunteer_sequence", sa.SmallInteger(), server_default=sa.text("-1"), nullable=False),
        sa.Column("contact_sequence", sa.SmallInteger(), server_default=sa.text("-1"), nullable=False),
        sa.Column("error_code", sa.Integer(), nullable=True),
        sa.Column("error_detail", sa.Text(), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.Column("duration_s", sa.Integer(), nullable=True),
        sa.Column("cost", sa.Numeric(precision=14, scale=4), nullable=True),
        sa.Column("cost_currency", sa.Text(), nullable=True),
        sa.Column(
            "charged_legs",
            postgresql.ARRAY(sa.Text()),
            server_default=sa.text("'{}'::text[]"),
            nullable=False,
        ),
        sa.Column("attempts", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("attempted_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("not_before", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("clean_looks", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("reconciled", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("deadline_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("ringing_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("contact_rung_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("answered_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("ended_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint(
            "dial_state IN ('waiting', 'dialling', 'unknown', 'dialled', 'given_up')",
            name=op.f("ck_call_dial_state"),
        ),
        sa.CheckConstraint("direction IN ('outbound', 'inbound')", name=op.f("ck_call_direction")),
        sa.CheckConstraint("mode IN ('ring_me', 'inbound')", name=op.f("ck_call_mode")),
        sa.CheckConstraint(
            "state IN ('queued', 'ringing', 'in_progress', 'completed', 'busy', 'no_answer', 'failed', 'canceled', 'abandoned')",
            name=op.f("ck_call_state"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "assignment_id"],
            ["assignment.organisation_id", "assignment.id"],
            name=op.f("fk_call_organisation_id_assignment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "campaign_id"],
            ["campaign.organisation_id", "campaign.id"],
            name=op.f("fk_call_organisation_id_campaign_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "contact_id"],
            ["contact.organisation_id", "contact.id"],
            name=op.f("fk_call_organisation_id_contact_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_call")),
    )
    op.create_index("ix_call_assignment", "call", ["organisation_id", "assignment_id"], unique=False)
    op.create_index("ix_call_campaign", "call", ["organisation_id", "campaign_id", "id"], unique=False)
    op.create_index("ix_call_contact", "call", ["organisation_id", "contact_id", "id"], unique=False)
    op.create_index(
        "ix_call_contact_sid",
        "call",
        ["organisation_id", "contact_sid"],
        unique=False,
        postgresql_where=sa.text("contact_sid IS NOT NULL"),
    )
    op.create_index(
        "ix_call_open",
        "call",
        ["deadline_at"],
        unique=False,
        postgresql_where=sa.text("state IN ('queued', 'ringing', 'in_progress')"),
    )
    op.create_index(
        "uq_call_carrier_sid",
        "call",
        ["organisation_id", "carrier_sid"],
        unique=True,
        postgresql_where=sa.text("carrier_sid IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index(
        "uq_call_carrier_sid", table_name="call", postgresql_where=sa.text("carrier_sid IS NOT NULL")
    )
    op.drop_index(
        "ix_call_open",
        table_name="call",
        postgresql_where=sa.text("state IN ('queued', 'ringing', 'in_progress')"),
    )
    op.drop_index(
        "ix_call_contact_sid", table_name="call", postgresql_where=sa.text("contact_sid IS NOT NULL")
    )
    op.drop_index("ix_call_contact", table_name="call")
    op.drop_index("ix_call_campaign", table_name="call")
    op.drop_index("ix_call_assignment", table_name="call")
    op.drop_table("call")
    op.drop_index(
        "uq_message_carrier_sid", table_name="message", postgresql_where=sa.text("carrier_sid IS NOT NULL")
    )
    op.drop_index(
        "uq_message_blast_number",
        table_name="message",
        postgresql_where=sa.text("blast_id IS NOT NULL AND purpose = 'blast' AND state <> 'skipped'"),
    )
    op.drop_index(
        "uq_message_blast_contact",
        table_name="message",
        postgresql_where=sa.text("blast_id IS NOT NULL AND purpose = 'blast'"),
    )
    op.drop_index("ix_message_unknown", table_name="message", postgresql_where=sa.text("state = 'unknown'"))
    op.drop_index("ix_message_sending", table_name="message", postgresql_where=sa.text("state = 'sending'"))
    op.drop_index(
        "ix_message_reconcile",
        table_name="message",
        postgresql_where=sa.text("state = 'sent' AND reconcile_at IS NOT NULL"),
    )
    op.drop_index(
        "ix_message_queued_blast",
        table_name="message",
        postgresql_where=sa.text("state = 'queued' AND purpose = 'blast'"),
    )
    op.drop_index(
        "ix_message_queued",
        table_name="message",
        postgresql_where=sa.text("state = 'queued' AND purpose <> 'blast'"),
    )
    op.drop_index("ix_message_of_blast", table_name="message")
    op.drop_index("ix_message_number", table_name="message")
    op.drop_index(
        "ix_message_inbound", table_name="message", postgresql_where=sa.text("direction = 'inbound'")
    )
    op.drop_index("ix_message_contact", table_name="message")
    op.drop_index("ix_message_blast", table_name="message")
    op.drop_table("message")
    op.drop_index("ix_blast_list_list", table_name="blast_list")
    op.drop_table("blast_list")
    op.drop_index("ix_conversation_state", table_name="conversation")
    op.drop_index("ix_conversation_contact", table_name="conversation")
    op.drop_table("conversation")
    op.drop_index(
        "ix_blast_open",
        table_name="blast",
        postgresql_where=sa.text("state IN ('scheduled', 'running', 'paused')"),
    )
    op.drop_index("ix_blast_campaign", table_name="blast")
    op.drop_table("blast")
    op.drop_index("ix_phone_code_number", table_name="phone_code")
    op.drop_table("phone_code")
    op.drop_table("account_phone")
    op.drop_index("ix_sender_address", table_name="sender")
    op.drop_table("sender")
    op.drop_index("uq_opt_out_link_code", table_name="opt_out_link")
    op.drop_table("opt_out_link")
    op.drop_index(
        "ix_carrier_event_waiting", table_name="carrier_event", postgresql_where=sa.text("applied_at IS NULL")
    )
    op.drop_index("ix_carrier_event_sid", table_name="carrier_event")
    op.drop_index(
        "ix_carrier_event_applied",
        table_name="carrier_event",
        postgresql_where=sa.text("applied_at IS NOT NULL"),
    )
    op.drop_index(
        "ix_carrier_event_about", table_name="carrier_event", postgresql_where=sa.text("applied_at IS NULL")
    )
    op.drop_table("carrier_event")
