"""The first schema: accounts, people, calling, pledges and turnout."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0001"
down_revision: str | None = None
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS unaccent")
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    op.create_table(
        "audit_entry",
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("actor_id", sa.UUID(), nullable=True),
        sa.Column("actor_role", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("object_kind", sa.Text(), nullable=False),
        sa.Column("object_id", sa.Text(), nullable=False),
        sa.Column(
            "changes",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("request_id", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_audit_entry")),
    )
    op.create_index(
        "ix_audit_entry_actor", "audit_entry", ["organisation_id", "actor_id", "id"], unique=False
    )
    op.create_index(
        "ix_audit_entry_object",
        "audit_entry",
        ["organisation_id", "object_kind", "object_id", "id"],
        unique=False,
    )
    op.create_table(
        "counter",
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("scope_id", sa.UUID(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("stripe", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("value", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint(
            "organisation_id", "scope", "scope_id", "name", "stripe", name=op.f("pk_counter")
        ),
    )
    op.create_table(
        "idempotency_key",
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("token_id", sa.UUID(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("key_hash", sa.LargeBinary(), nullable=False),
        sa.Column("body_hash", sa.LargeBinary(), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint(
            "organisation_id", "token_id", "path", "key_hash", name=op.f("pk_idempotency_key")
        ),
    )
    op.create_index("ix_idempotency_key_created_at", "idempotency_key", ["created_at"], unique=False)
    op.create_table(
        "organisation",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("demo", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("paused_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("paused_reason", sa.Text(), nullable=True),
        sa.Column(
            "created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
    )
    op.create_table(
        "account",
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("phone_confirmed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column(
            "languages", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'::text[]"), nullable=False
        ),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("practised_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column(
            "created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.CheckConstraint(
            "role IN ('admin', 'coordinator', 'organiser', 'volunteer', 'teller', 'observer')",
            name=op.f("ck_account_role"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_account_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_account")),
    )
    op.create_index("ix_account_role", "account", ["organisation_id", "role", "id"], unique=False)
    op.create_index(
        "uq_account_email",
        "account",
        ["organisation_id", sa.literal_column("lower(email)")],
        unique=True,
        postgresql_where=sa.text("email IS NOT NULL"),
    )
    op.create_index(
        "uq_account_phone",
        "account",
        ["organisation_id", "phone"],
        unique=True,
        postgresql_where=sa.text("phone IS NOT NULL"),
    )
    op.create_table(
        "contact",
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("id_source", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("elector_number", sa.Text(), nullable=True),
        sa.Column("elector_key", sa.Text(), nullable=True),
        sa.Column(
            "elector_tail",
            sa.Text(),
            sa.Computed("regexp_replace(elector_key, '^[^-]*[^0-9-][^-]*-', '')", persisted=True),
            nullable=True,
        ),
        sa.Column("register", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("elector_markers", sa.Text(), nullable=True),
        sa.Column("date_of_birth", sa.Date(), nullable=True),
        sa.Column("first_name", sa.Text(), nullable=True),
        sa.Column("last_name", sa.Text(), nullable=True),
        sa.Column("first_key", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("last_key", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("name_key", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("email_key", sa.Text(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("postcode", sa.Text(), nullable=True),
        sa.Column("constituency", sa.Text(), nullable=True),
        sa.Column("ward", sa.Text(), nullable=True),
        sa.Column("polling_district", sa.Text(), nullable=True),
        sa.Column("polling_station", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column(
            "tags", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'::text[]"), nullable=False
        ),
        sa.Column(
            "custom",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.Column("needs_lift", sa.Boolean(), nullable=True),
        sa.Column("status", sa.Text(), server_default=sa.text("'active'"), nullable=False),
        sa.Column("created_by_import", sa.UUID(), nullable=True),
        sa.Column(
            "created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column(
            "updated_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.CheckConstraint("status IN ('active', 'moved', 'deceased')", name=op.f("ck_contact_status")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_contact_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_contact")),
    )
    op.create_index(
        "ix_contact_elector_tail",
        "contact",
        ["organisation_id", "elector_tail"],
        unique=False,
        postgresql_where=sa.text("elector_tail IS NOT NULL"),
    )
    op.create_index(
        "ix_contact_email_key",
        "contact",
        ["organisation_id", "email_key"],
        unique=False,
        postgresql_where=sa.text("email_key IS NOT NULL"),
    )
    op.create_index("ix_contact_name_key", "contact", ["organisation_id", "name_key"], unique=False)
    op.create_index(
        "ix_contact_polling_district", "contact", ["organisation_id", "polling_district", "id"], unique=False
    )
    op.create_index("ix_contact_tags", "contact", ["tags"], unique=False, postgresql_using="gin")
    op.create_index(
        "uq_contact_elector_key",
        "contact",
        ["organisation_id", "register", "elector_key"],
        unique=True,
        postgresql_where=sa.text("elector_key IS NOT NULL"),
    )
    op.create_index(
        "uq_contact_external_id",
        "contact",
        ["organisation_id", "id_source", "external_id"],
        unique=True,
        postgresql_where=sa.text("external_id IS NOT NULL"),
    )
    op.create_table(
        "contact_list",
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("default_region", sa.Text(), server_default=sa.text("'GB'"), nullable=False),
        sa.Column("register", sa.Text(), nullable=True),
        sa.Column("id_source", sa.Text(), nullable=True),
        sa.Column("contact_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column(
            "created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_contact_list_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_contact_list")),
    )
    op.create_table(
        "election",
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("polling_on", sa.Date(), nullable=True),
        sa.Column("opens_at", sa.Time(), server_default=sa.text("'07:00'"), nullable=False),
        sa.Column("closes_at", sa.Time(), server_default=sa.text("'22:00'"), nullable=False),
        sa.Column("timezone", sa.Text(), server_default=sa.text("'Europe/London'"), nullable=False),
        sa.Column("current", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column(
            "created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_election_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_election")),
    )
    op.create_index(
        "uq_election_current",
        "election",
        ["organisation_id"],
        unique=True,
        postgresql_where=sa.text("current"),
    )
    op.create_table(
        "script",
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_script_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_script")),
    )
    op.create_table(
        "suppression",
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("contact_id", sa.UUID(), nullable=True),
        sa.Column("opt_out_id", sa.UUID(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("created_by", sa.UUID(), nullable=True),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("lifted_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("lifted_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("channel IN ('sms', 'voice', 'email')", name=op.f("ck_suppression_channel")),
        sa.CheckConstraint(
            "reason IN ('tps', 'ctps', 'opt_out', 'complaint', 'deceased', 'carrier', 'manual')",
            name=op.f("ck_suppression_reason"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_suppression_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_suppression")),
    )
    op.create_index(
        "uq_suppression_email",
        "suppression",
        ["organisation_id", "email", "channel", "reason"],
        unique=True,
        postgresql_where=sa.text("lifted_at IS NULL AND email IS NOT NULL"),
    )
    op.create_index(
        "uq_suppression_number",
        "suppression",
        ["organisation_id", "number", "channel", "reason"],
        unique=True,
        postgresql_where=sa.text("lifted_at IS NULL AND number IS NOT NULL"),
    )
    op.create_table(
        "team",
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("parent_id", sa.UUID(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column(
            "created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.CheckConstraint("kind IN ('region', 'local', 'circle')", name=op.f("ck_team_kind")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "parent_id"],
            ["team.organisation_id", "team.id"],
            name=op.f("fk_team_organisation_id_parent_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_team_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_team")),
    )
    op.create_index("ix_team_parent", "team", ["organisation_id", "parent_id"], unique=False)
    op.create_table(
        "api_token",
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("account_id", sa.UUID(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column(
            "campaign_ids",
            postgresql.ARRAY(sa.UUID()),
            server_default=sa.text("'{}'::uuid[]"),
            nullable=False,
        ),
        sa.Column("election_id", sa.UUID(), nullable=True),
        sa.Column(
            "polling_districts",
            postgresql.ARRAY(sa.Text()),
            server_default=sa.text("'{}'::text[]"),
            nullable=False,
        ),
        sa.Column("created_by", sa.UUID(), nullable=True),
        sa.Column(
            "created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("expires_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("revoked_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint(
            "role IN ('admin', 'coordinator', 'organiser', 'volunteer', 'teller', 'observer')",
            name=op.f("ck_api_token_role"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "account_id"],
            ["account.organisation_id", "account.id"],
            name=op.f("fk_api_token_organisation_id_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_api_token_secret_hash")),
    )
    op.create_index("ix_api_token_account", "api_token", ["organisation_id", "account_id"], unique=False)
    op.create_table(
        "campaign",
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("election_id", sa.UUID(), nullable=False),
        sa.Column("team_id", sa.UUID(), nullable=True),
        sa.Column("script_id", sa.UUID(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default=sa.text("'draft'"), nullable=False),
        sa.Column("pause_reason", sa.Text(), nullable=True),
        sa.Column("timezone", sa.Text(), server_default=sa.text("'Europe/London'"), nullable=False),
        sa.Column("quiet_start", sa.Time(), server_default=sa.text("'21:00'"), nullable=False),
        sa.Column("quiet_end", sa.Time(), server_default=sa.text("'09:00'"), nullable=False),
        sa.Column("dialing_mode", sa.Text(), server_default=sa.text("'preview'"), nullable=False),
        sa.Column(
            "caller_ids", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'::text[]"), nullable=False
        ),
        sa.Column(
            "senders", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'::text[]"), nullable=False
        ),
        sa.Column("max_attempts", sa.Integer(), server_default=sa.text("3"), nullable=False),
        sa.Column("retry_after_s", sa.Integer(), server_default=sa.text("14400"), nullable=False),
        sa.Column("assignment_timeout_s", sa.Integer(), server_default=sa.text("900"), nullable=False),
        sa.Column("require_consent_sms", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("require_consent_email", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("cost_cap", sa.Numeric(precision=14, scale=4), nullable=True),
        sa.Column("cost_currency", sa.Text(), server_default=sa.text("'GBP'"), nullable=False),
        sa.Column("spent", sa.Numeric(precision=14, scale=4), server_default=sa.text("0"), nullable=False),
        sa.Column("abandoned_rate_max", sa.Double(), server_default=sa.text("0.01"), nullable=False),
        sa.Column("knock_up_support_max", sa.Integer(), server_default=sa.text("2"), nullable=False),
        sa.Column(
            "created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("activated_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("ended_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint(
            "dialing_mode IN ('preview', 'progressive', 'predictive')", name=op.f("ck_campaign_dialing_mode")
        ),
        sa.CheckConstraint(
            "kind IN ('phone_bank', 'text_blast', 'gotv', 'share')", name=op.f("ck_campaign_kind")
        ),
        sa.CheckConstraint("state IN ('draft', 'active', 'paused', 'ended')", name=op.f("ck_campaign_state")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "election_id"],
            ["election.organisation_id", "election.id"],
            name=op.f("fk_campaign_organisation_id_election_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "script_id"],
            ["script.organisation_id", "script.id"],
            name=op.f("fk_campaign_organisation_id_script_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "team_id"],
            ["team.organisation_id", "team.id"],
            name=op.f("fk_campaign_organisation_id_team_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_campaign_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_campaign")),
    )
    op.create_index(
        "ix_campaign_team",
        "campaign",
        ["organisation_id", "team_id"],
        unique=False,
        postgresql_where=sa.text("team_id IS NOT NULL"),
    )
    op.create_table(
        "consent",
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("contact_id", sa.UUID(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("withdrawn_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint("channel IN ('sms', 'email')", name=op.f("ck_consent_channel")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "contact_id"],
            ["contact.organisation_id", "contact.id"],
            name=op.f("fk_consent_organisation_id_contact_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_consent")),
        sa.UniqueConstraint(
            "organisation_id",
            "contact_id",
            "channel",
            "source",
            "at",
            name=op.f("uq_consent_organisation_id_contact_id_channel_source_at"),
        ),
    )
    op.create_table(
        "contact_phone",
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("contact_id", sa.UUID(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("line_type", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("dead_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("removed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint(
            "line_type IN ('mobile', 'landline', 'voip', 'unknown')", name=op.f("ck_contact_phone_line_type")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "contact_id"],
            ["contact.organisation_id", "contact.id"],
            name=op.f("fk_contact_phone_organisation_id_contact_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "contact_id", "number", name=op.f("pk_contact_phone")),
    )
    op.create_index(
        "ix_contact_phone_number", "contact_phone", ["organisation_id", "number", "contact_id"], unique=False
    )
    op.create_table(
        "import",
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("list_id", sa.UUID(), nullable=False),
        sa.Column("election_id", sa.UUID(), nullable=True),
        sa.Column("state", sa.Text(), server_default=sa.text("'queued'"), nullable=False),
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("stored_as", sa.Text(), nullable=False),
        sa.Column("format", sa.Text(), nullable=True),
        sa.Column("encoding", sa.Text(), nullable=True),
        sa.Column("delimiter", sa.Text(), nullable=True),
        sa.Column(
            "options",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column("has_sep_line", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("header_row", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column(
            "mapping",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column(
            "columns",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
        ),
        sa.Column("question", sa.Text(), nullable=True),
        sa.Column(
            "warnings",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
        ),
        sa.Column("row_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("created_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("updated_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("unchanged_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("duplicate_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("rejected_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("next_row", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("progress", sa.Double(), server_default=sa.text("0"), nullable=False),
        sa.Column("error", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("leased_until", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("created_by", sa.UUID(), nullable=True),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("started_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("finished_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('queued', 'needs_mapping', 'running', 'completed', 'failed', 'cancelled')",
            name=op.f("ck_import_state"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "list_id"],
            ["contact_list.organisation_id", "contact_list.id"],
            name=op.f("fk_import_organisation_id_list_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_import")),
    )
    op.create_index("ix_import_list", "import", ["organisation_id", "list_id", "id"], unique=False)
    op.create_index(
        "ix_import_waiting",
        "import",
        ["state", "organisation_id", "id"],
        unique=False,
        postgresql_where=sa.text("state IN ('queued', 'running')"),
    )
    op.create_table(
        "list_member",
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("list_id", sa.UUID(), nullable=False),
        sa.Column("contact_id", sa.UUID(), nullable=False),
        sa.Column("import_id", sa.UUID(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id", "contact_id"],
            ["contact.organisation_id", "contact.id"],
            name=op.f("fk_list_member_organisation_id_contact_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "list_id"],
            ["contact_list.organisation_id", "contact_list.id"],
            name=op.f("fk_list_member_organisation_id_list_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "list_id", "contact_id", name=op.f("pk_list_member")),
    )
    op.create_index(
        "ix_list_member_contact", "list_member", ["organisation_id", "contact_id", "list_id"], unique=False
    )
    op.create_table(
        "membership",
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("account_id", sa.UUID(), nullable=False),
        sa.Column("team_id", sa.UUID(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "role IN ('admin', 'coordinator', 'organiser', 'volunteer', 'teller', 'observer')",
            name=op.f("ck_membership_role"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "account_id"],
            ["account.organisation_id", "account.id"],
            name=op.f("fk_membership_organisation_id_account_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "team_id"],
            ["team.organisation_id", "team.id"],
            name=op.f("fk_membership_organisation_id_team_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "account_id", "team_id", name=op.f("pk_membership")),
    )
    op.create_table(
        "opt_out",
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("contact_id", sa.UUID(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("result_id", sa.UUID(), nullable=True),
        sa.Column("created_by", sa.UUID(), nullable=True),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("lifted_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("lifted_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "channel IN ('sms', 'voice', 'email', 'door', 'post')", name=op.f("ck_opt_out_channel")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "contact_id"],
            ["contact.organisation_id", "contact.id"],
            name=op.f("fk_opt_out_organisation_id_contact_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_opt_out")),
    )
    op.create_index(
        "ix_opt_out_result",
        "opt_out",
        ["organisation_id", "result_id"],
        unique=False,
        postgresql_where=sa.text("result_id IS NOT NULL"),
    )
    op.create_index(
        "uq_opt_out_open",
        "opt_out",
        ["organisation_id", "contact_id", "channel"],
        unique=True,
        postgresql_where=sa.text("lifted_at IS NULL"),
    )
    op.create_table(
        "pledge",
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("election_id", sa.UUID(), nullable=False),
        sa.Column("contact_id", sa.UUID(), nullable=False),
        sa.Column("campaign_id", sa.UUID(), nullable=True),
        sa.Column("support", sa.Integer(), nullable=True),
        sa.Column("voting_method", sa.Text(), nullable=True),
        sa.Column("planned_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("dated", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("account_id", sa.UUID(), nullable=True),
        sa.Column("result_id", sa.UUID(), nullable=True),
        sa.Column("import_id", sa.UUID(), nullable=True),
        sa.Column("undone_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column(
            "recorded_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "source IN ('call', 'text', 'door', 'import', 'web', 'manual')", name=op.f("ck_pledge_source")
        ),
        sa.CheckConstraint(
            "voting_method IN ('in_person', 'postal', 'proxy')", name=op.f("ck_pledge_voting_method")
        ),
        sa.CheckConstraint("support BETWEEN 1 AND 5", name=op.f("ck_pledge_support")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "contact_id"],
            ["contact.organisation_id", "contact.id"],
            name=op.f("fk_pledge_organisation_id_contact_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "election_id"],
            ["election.organisation_id", "election.id"],
            name=op.f("fk_pledge_organisation_id_election_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_pledge")),
    )
    op.create_index(
        "ix_pledge_contact", "pledge", ["organisation_id", "election_id", "contact_id", "at"], unique=False
    )
    op.create_index(
        "ix_pledge_import",
        "pledge",
        ["organisation_id", "import_id"],
        unique=False,
        postgresql_where=sa.text("import_id IS NOT NULL"),
    )
    op.create_index(
        "ix_pledge_result",
        "pledge",
        ["organisation_id", "result_id"],
        unique=False,
        postgresql_where=sa.text("result_id IS NOT NULL"),
    )
    op.create_table(
        "script_version",
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("script_id", sa.UUID(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("start", sa.Text(), nullable=False),
        sa.Column(
            "nodes",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
        ),
        sa.Column("created_by", sa.UUID(), nullable=True),
        sa.Column(
            "created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "script_id"],
            ["script.organisation_id", "script.id"],
            name=op.f("fk_script_version_organisation_id_script_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_script_version")),
        sa.UniqueConstraint(
            "organisation_id",
            "script_id",
            "version",
            name=op.f("uq_script_version_organisation_id_script_id_version"),
        ),
    )
    op.create_table(
        "sign_in_link",
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("account_id", sa.UUID(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("reusable", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("expires_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("used_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id", "account_id"],
            ["account.organisation_id", "account.id"],
            name=op.f("fk_sign_in_link_organisation_id_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_sign_in_link")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_sign_in_link_code_hash")),
    )
    op.create_table(
        "sign_in_request",
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("account_id", sa.UUID(), nullable=False),
        sa.Column("requested_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("answered_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id", "account_id"],
            ["account.organisation_id", "account.id"],
            name=op.f("fk_sign_in_request_organisation_id_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_sign_in_request")),
    )
    op.create_index(
        "uq_sign_in_request_open",
        "sign_in_request",
        ["organisation_id", "account_id"],
        unique=True,
        postgresql_where=sa.text("answered_at IS NULL"),
    )
    op.create_table(
        "turnout_mark",
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("election_id", sa.UUID(), nullable=False),
        sa.Column("contact_id", sa.UUID(), nullable=True),
        sa.Column("elector_number", sa.Text(), nullable=True),
        sa.Column("elector_key", sa.Text(), nullable=True),
        sa.Column("polling_district", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("dated", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("account_id", sa.UUID(), nullable=True),
        sa.Column("token_id", sa.UUID(), nullable=True),
        sa.Column("result_id", sa.UUID(), nullable=True),
        sa.Column("import_id", sa.UUID(), nullable=True),
        sa.Column("undone_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("undone_reason", sa.Text(), nullable=True),
        sa.Column(
            "recorded_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "source IN ('teller', 'phone', 'postal_list', 'sms', 'door', 'import', 'manual')",
            name=op.f("ck_turnout_mark_source"),
        ),
        sa.CheckConstraint(
            "state IN ('counted', 'unknown', 'held', 'undone')", name=op.f("ck_turnout_mark_state")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "contact_id"],
            ["contact.organisation_id", "contact.id"],
            name=op.f("fk_turnout_mark_organisation_id_contact_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "election_id"],
            ["election.organisation_id", "election.id"],
            name=op.f("fk_turnout_mark_organisation_id_election_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_turnout_mark")),
    )
    op.create_index(
        "ix_turnout_mark_contact",
        "turnout_mark",
        ["organisation_id", "election_id", "contact_id"],
        unique=False,
    )
    op.create_index(
        "ix_turnout_mark_import",
        "turnout_mark",
        ["organisation_id", "import_id"],
        unique=False,
        postgresql_where=sa.text("import_id IS NOT NULL"),
    )
    op.create_index(
        "ix_turnout_mark_result",
        "turnout_mark",
        ["organisation_id", "result_id"],
        unique=False,
        postgresql_where=sa.text("result_id IS NOT NULL"),
    )
    op.create_index(
        "ix_turnout_mark_token",
        "turnout_mark",
        ["organisation_id", "token_id"],
        unique=False,
        postgresql_where=sa.text("token_id IS NOT NULL"),
    )
    op.create_index(
        "ix_turnout_mark_unknown",
        "turnout_mark",
        ["organisation_id", "election_id", "elector_key"],
        unique=False,
        postgresql_where=sa.text("state = 'unknown'"),
    )
    op.create_table(
        "voter_record",
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("election_id", sa.UUID(), nullable=False),
        sa.Column("contact_id", sa.UUID(), nullable=False),
        sa.Column("support", sa.Integer(), nullable=True),
        sa.Column("voting_method", sa.Text(), nullable=True),
        sa.Column("planned_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("learned_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("learned_source", sa.Text(), nullable=True),
        sa.Column("learned_campaign_id", sa.UUID(), nullable=True),
        sa.Column("learned_by", sa.UUID(), nullable=True),
        sa.Column("voted_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("voted_source", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "voting_method IN ('in_person', 'postal', 'proxy')", name=op.f("ck_voter_record_voting_method")
        ),
        sa.CheckConstraint("support BETWEEN 1 AND 5", name=op.f("ck_voter_record_support")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "contact_id"],
            ["contact.organisation_id", "contact.id"],
            name=op.f("fk_voter_record_organisation_id_contact_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "election_id"],
            ["election.organisation_id", "election.id"],
            name=op.f("fk_voter_record_organisation_id_election_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "election_id", "contact_id", name=op.f("pk_voter_record")),
    )
    op.create_index(
        "ix_voter_record_campaign",
        "voter_record",
        ["organisation_id", "learned_campaign_id", "contact_id"],
        unique=False,
        postgresql_where=sa.text("learned_campaign_id IS NOT NULL"),
    )
    op.create_index(
        "ix_voter_record_contact", "voter_record", ["organisation_id", "contact_id"], unique=False
    )
    op.create_index(
        "ix_voter_record_support",
        "voter_record",
        ["organisation_id", "election_id", "support", "contact_id"],
        unique=False,
    )
    op.create_index(
        "ix_voter_record_voted",
        "voter_record",
        ["organisation_id", "election_id", "voted_at"],
        unique=False,
        postgresql_where=sa.text("voted_at IS NOT NULL"),
    )
    op.create_table(
        "account_campaign",
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("account_id", sa.UUID(), nullable=False),
        sa.Column("campaign_id", sa.UUID(), nullable=False),
        sa.Column("approved", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "account_id"],
            ["account.organisation_id", "account.id"],
            name=op.f("fk_account_campaign_organisation_id_account_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "campaign_id"],
            ["campaign.organisation_id", "campaign.id"],
            name=op.f("fk_account_campaign_organisation_id_campaign_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "organisation_id", "account_id", "campaign_id", name=op.f("pk_account_campaign")
        ),
    )
    op.create_index(
        "ix_account_campaign_campaign",
        "account_campaign",
        ["organisation_id", "campaign_id", "account_id"],
        unique=False,
    )
    op.create_table(
        "campaign_list",
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("campaign_id", sa.UUID(), nullable=False),
        sa.Column("list_id", sa.UUID(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "campaign_id"],
            ["campaign.organisation_id", "campaign.id"],
            name=op.f("fk_campaign_list_organisation_id_campaign_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "list_id"],
            ["contact_list.organisation_id", "contact_list.id"],
            name=op.f("fk_campaign_list_organisation_id_list_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "campaign_id", "list_id", name=op.f("pk_campaign_list")),
    )
    op.create_index(
        "ix_campaign_list_list", "campaign_list", ["organisation_id", "list_id", "campaign_id"], unique=False
    )
    op.create_table(
        "campaign_minute",
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("campaign_id", sa.UUID(), nullable=False),
        sa.Column("minute", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("contacted", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "campaign_id"],
            ["campaign.organisation_id", "campaign.id"],
            name=op.f("fk_campaign_minute_organisation_id_campaign_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "campaign_id", "minute", name=op.f("pk_campaign_minute")),
    )
    op.create_table(
        "contact_progress",
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("campaign_id", sa.UUID(), nullable=False),
        sa.Column("contact_id", sa.UUID(), nullable=False),
        sa.Column("turn", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("last_attempt_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("disposition", sa.Text(), nullable=True),
        sa.Column("due_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("next_number", sa.Text(), nullable=True),
        sa.Column("over", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.CheckConstraint(
            "disposition IN ('contacted', 'refused', 'wrong_number', 'disconnected', 'moved', 'deceased', 'already_voted', 'do_not_call', 'no_answer', 'busy', 'answering_machine', 'left_message', 'language_barrier', 'callback')",
            name=op.f("ck_contact_progress_disposition"),
        ),
        sa.CheckConstraint(
            "turn IN ('fresh', 'retry', 'callback', 'final', 'exhausted', 'no_number')",
            name=op.f("ck_contact_progress_turn"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "campaign_id"],
            ["campaign.organisation_id", "campaign.id"],
            name=op.f("fk_contact_progress_organisation_id_campaign_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "contact_id"],
            ["contact.organisation_id", "contact.id"],
            name=op.f("fk_contact_progress_organisation_id_contact_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "organisation_id", "campaign_id", "contact_id", name=op.f("pk_contact_progress")
        ),
    )
    op.create_index(
        "ix_contact_progress_contact", "contact_progress", ["organisation_id", "contact_id"], unique=False
    )
    op.create_table(
        "import_contact",
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("import_id", sa.UUID(), nullable=False),
        sa.Column("contact_id", sa.UUID(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "import_id"],
            ["import.organisation_id", "import.id"],
            name=op.f("fk_import_contact_organisation_id_import_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "import_id", "contact_id", name=op.f("pk_import_contact")),
    )
    op.create_table(
        "import_row_issue",
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("import_id", sa.UUID(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=True),
        sa.Column("value", sa.Text(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column(
            "cells",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
        ),
        sa.CheckConstraint("outcome IN ('rejected', 'kept')", name=op.f("ck_import_row_issue_outcome")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "import_id"],
            ["import.organisation_id", "import.id"],
            name=op.f("fk_import_row_issue_organisation_id_import_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "import_id", "line", name=op.f("pk_import_row_issue")),
    )
    op.create_table(
        "join_link",
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("campaign_id", sa.UUID(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("approval", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("max_joins", sa.Integer(), nullable=True),
        sa.Column("joins", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("created_by", sa.UUID(), nullable=True),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("expires_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("revoked_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id", "campaign_id"],
            ["campaign.organisation_id", "campaign.id"],
            name=op.f("fk_join_link_organisation_id_campaign_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_join_link")),
        sa.UniqueConstraint("code", name=op.f("uq_join_link_code")),
    )
    op.create_index("ix_join_link_campaign", "join_link", ["organisation_id", "campaign_id"], unique=False)
    op.create_table(
        "login_session",
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("account_id", sa.UUID(), nullable=False),
        sa.Column("token_id", sa.UUID(), nullable=True),
        sa.Column("joined_by", sa.UUID(), nullable=True),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("last_seen_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("expires_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("revoked_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id", "account_id"],
            ["account.organisation_id", "account.id"],
            name=op.f("fk_login_session_organisation_id_account_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "token_id"],
            ["api_token.organisation_id", "api_token.id"],
            name=op.f("fk_login_session_organisation_id_token_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_login_session")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_login_session_secret_hash")),
    )
    op.create_index(
        "ix_login_session_account", "login_session", ["organisation_id", "account_id"], unique=False
    )
    op.create_table(
        "queue_entry",
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("campaign_id", sa.UUID(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default=sa.text("'waiting'"), nullable=False),
        sa.Column("priority", sa.Integer(), server_default=sa.text("100"), nullable=False),
        sa.Column("due_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("position", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("for_account_id", sa.UUID(), nullable=True),
        sa.Column("out_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'held', 'done', 'out')", name=op.f("ck_queue_entry_state")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "campaign_id"],
            ["campaign.organisation_id", "campaign.id"],
            name=op.f("fk_queue_entry_organisation_id_campaign_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_queue_entry")),
        sa.UniqueConstraint(
            "organisation_id",
            "campaign_id",
            "number",
            name=op.f("uq_queue_entry_organisation_id_campaign_id_number"),
        ),
    )
    op.create_index(
        "ix_queue_entry_waiting",
        "queue_entry",
        ["organisation_id", "campaign_id", "priority", "due_at", "position"],
        unique=False,
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_table(
        "shift",
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("campaign_id", sa.UUID(), nullable=False),
        sa.Column("account_id", sa.UUID(), nullable=False),
        sa.Column("state", sa.Text(), server_default=sa.text("'ready'"), nullable=False),
        sa.Column("via", sa.Text(), server_default=sa.text("'own_phone'"), nullable=False),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("calls", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("talks", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("started_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("last_seen_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("limited_since", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("limits_from", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("ended_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('ready', 'assigned', 'in_call', 'wrap_up', 'paused', 'ended')",
            name=op.f("ck_shift_state"),
        ),
        sa.CheckConstraint("via IN ('own_phone', 'browser', 'phone')", name=op.f("ck_shift_via")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "account_id"],
            ["account.organisation_id", "account.id"],
            name=op.f("fk_shift_organisation_id_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "campaign_id"],
            ["campaign.organisation_id", "campaign.id"],
            name=op.f("fk_shift_organisation_id_campaign_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_shift")),
    )
    op.create_index(
        "ix_shift_account", "shift", ["organisation_id", "account_id", "started_at"], unique=False
    )
    op.create_index(
        "ix_shift_campaign",
        "shift",
        ["organisation_id", "campaign_id"],
        unique=False,
        postgresql_where=sa.text("state <> 'ended'"),
    )
    op.create_index(
        "uq_shift_open",
        "shift",
        ["organisation_id", "account_id", "campaign_id"],
        unique=True,
        postgresql_where=sa.text("state <> 'ended'"),
    )
    op.create_table(
        "assignment",
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("shift_id", sa.UUID(), nullable=False),
        sa.Column("campaign_id", sa.UUID(), nullable=False),
        sa.Column("account_id", sa.UUID(), nullable=False),
        sa.Column("queue_entry_id", sa.UUID(), nullable=False),
        sa.Column("contact_id", sa.UUID(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column(
            "household_ids",
            postgresql.ARRAY(sa.UUID()),
            server_default=sa.text("'{}'::uuid[]"),
            nullable=False,
        ),
        sa.Column("script_version_id", sa.UUID(), nullable=True),
        sa.Column("state", sa.Text(), server_default=sa.text("'open'"), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("late", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column(
            "draft",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column("skip_reason", sa.Text(), nullable=True),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("expires_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("closed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('open', 'completed', 'skipped', 'expired')", name=op.f("ck_assignment_state")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "campaign_id"],
            ["campaign.organisation_id", "campaign.id"],
            name=op.f("fk_assignment_organisation_id_campaign_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "contact_id"],
            ["contact.organisation_id", "contact.id"],
            name=op.f("fk_assignment_organisation_id_contact_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "script_version_id"],
            ["script_version.organisation_id", "script_version.id"],
            name=op.f("fk_assignment_organisation_id_script_version_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "shift_id"],
            ["shift.organisation_id", "shift.id"],
            name=op.f("fk_assignment_organisation_id_shift_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_assignment")),
    )
    op.create_index(
        "ix_assignment_account", "assignment", ["organisation_id", "account_id", "created_at"], unique=False
    )
    op.create_index(
        "ix_assignment_contact", "assignment", ["organisation_id", "contact_id", "created_at"], unique=False
    )
    op.create_index(
        "ix_assignment_lease",
        "assignment",
        ["expires_at"],
        unique=False,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index(
        "uq_assignment_open",
        "assignment",
        ["organisation_id", "shift_id"],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "hold",
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("assignment_id", sa.UUID(), nullable=False),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("contact_id", sa.UUID(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id", "assignment_id"],
            ["assignment.organisation_id", "assignment.id"],
            name=op.f("fk_hold_organisation_id_assignment_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_hold")),
    )
    op.create_index("ix_hold_assignment", "hold", ["organisation_id", "assignment_id"], unique=False)
    op.create_index(
        "uq_hold_contact",
        "hold",
        ["organisation_id", "contact_id"],
        unique=True,
        postgresql_where=sa.text("contact_id IS NOT NULL"),
    )
    op.create_index(
        "uq_hold_number",
        "hold",
        ["organisation_id", "number"],
        unique=True,
        postgresql_where=sa.text("number IS NOT NULL"),
    )
    op.create_table(
        "result",
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("assignment_id", sa.UUID(), nullable=False),
        sa.Column("campaign_id", sa.UUID(), nullable=False),
        sa.Column("contact_id", sa.UUID(), nullable=False),
        sa.Column("account_id", sa.UUID(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("disposition", sa.Text(), nullable=False),
        sa.Column("implied", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("support", sa.Integer(), nullable=True),
        sa.Column("voting_method", sa.Text(), nullable=True),
        sa.Column("callback_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.Column(
            "effects",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column("body_hash", sa.LargeBinary(), nullable=False),
        sa.Column("late", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("superseded_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("superseded_by", sa.UUID(), nullable=True),
        sa.Column("voided_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint(
            "disposition IN ('contacted', 'refused', 'wrong_number', 'disconnected', 'moved', 'deceased', 'already_voted', 'do_not_call', 'no_answer', 'busy', 'answering_machine', 'left_message', 'language_barrier', 'callback')",
            name=op.f("ck_result_disposition"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "assignment_id"],
            ["assignment.organisation_id", "assignment.id"],
            name=op.f("fk_result_organisation_id_assignment_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "contact_id"],
            ["contact.organisation_id", "contact.id"],
            name=op.f("fk_result_organisation_id_contact_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_result")),
    )
    op.create_index("ix_result_account", "result", ["organisation_id", "account_id", "at"], unique=False)
    op.create_index("ix_result_assignment", "result", ["organisation_id", "assignment_id"], unique=False)
    op.create_index("ix_result_campaign", "result", ["organisation_id", "campaign_id", "at"], unique=False)
    op.create_index(
        "ix_result_contact", "result", ["organisation_id", "contact_id", "campaign_id", "at"], unique=False
    )
    op.create_table(
        "answer",
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("result_id", sa.UUID(), nullable=False),
        sa.Column("node_id", sa.Text(), nullable=False),
        sa.Column("answer_id", sa.Text(), nullable=False),
        sa.Column("contact_id", sa.UUID(), nullable=False),
        sa.Column("script_version_id", sa.UUID(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "result_id"],
            ["result.organisation_id", "result.id"],
            name=op.f("fk_answer_organisation_id_result_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "result_id", "node_id", name=op.f("pk_answer")),
    )
    op.create_index("ix_answer_contact", "answer", ["organisation_id", "contact_id"], unique=False)


def downgrade() -> None:
    op.drop_table("answer")
    op.drop_table("result")
    op.drop_table("hold")
    op.drop_table("assignment")
    op.drop_table("shift")
    op.drop_table("queue_entry")
    op.drop_table("login_session")
    op.drop_table("join_link")
    op.drop_table("import_row_issue")
    op.drop_table("import_contact")
    op.drop_table("contact_progress")
    op.drop_table("campaign_minute")
    op.drop_table("campaign_list")
    op.drop_table("account_campaign")
    op.drop_table("voter_record")
    op.drop_table("turnout_mark")
    op.drop_table("sign_in_request")
    op.drop_table("sign_in_link")
    op.drop_table("script_version")
    op.drop_table("pledge")
    op.drop_table("opt_out")
    op.drop_table("membership")
    op.drop_table("list_member")
    op.drop_table("import")
    op.drop_table("contact_phone")
    op.drop_table("consent")
    op.drop_table("campaign")
    op.drop_table("api_token")
    op.drop_table("team")
    op.drop_table("suppression")
    op.drop_table("script")
    op.drop_table("election")
    op.drop_table("contact_list")
    op.drop_table("contact")
    op.drop_table("account")
    op.drop_table("organisation")
    op.drop_table("idempotency_key")
    op.drop_table("counter")
    op.drop_table("audit_entry")
