"""Who waits for an answer and who gives it, what is handed over or blocked, notes, and words kept ready.

The new columns of `conversation` have no default that has to be written, and its new indexes hold the few that
wait, are handed over or blocked: a second for a million conversations, in which none is written. Whoever wrote
last in an open one is taken to wait; that is looked up in the index of texts by number, once for each open
conversation. The new tables are empty.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0064"
down_revision: str | None = "0063"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

_REASONS = "'frightened', 'question', 'complaint', 'distress', 'press', 'other'"
_WAITS = "unanswered_since IS NOT NULL AND state = 'open' AND blocked_at IS NULL AND handed_over_at IS NULL"
_LINES = {
    "waiting": ("unanswered_since", _WAITS),
    "handed_over": ("handed_over_at", "handed_over_at IS NOT NULL"),
    "blocked": ("blocked_at", "blocked_at IS NOT NULL"),
}
_MOMENTS = ("held_until", "unanswered_since", "handed_over_at", "blocked_at")
_PEOPLE = ("handed_over_by", "blocked_by")
_FILL = """
    UPDATE conversation c SET unanswered_since = c.last_inbound_at
    WHERE c.state IN ('open', 'review') AND c.last_inbound_at IS NOT NULL AND NOT EXISTS (
        SELECT FROM message m
        WHERE m.organisation_id = c.organisation_id AND m.number = c.number
          AND m.purpose IN ('reply', 'single') AND m.created_at >= c.last_inbound_at
    )
"""


def upgrade() -> None:
    _conversation()
    _notes()
    _avoidance()
    _canned()


def _conversation() -> None:
    for name in _MOMENTS:
        op.add_column("conversation", sa.Column(name, postgresql.TIMESTAMP(timezone=True), nullable=True))
    for name in _PEOPLE:
        op.add_column("conversation", sa.Column(name, sa.UUID(), nullable=True))
    op.add_column("conversation", sa.Column("handed_over_for", sa.Text(), nullable=True))
    op.add_column(
        "conversation",
        sa.Column("blocked_texts", sa.Integer(), server_default=sa.text("0"), nullable=False),
    )
    op.add_column(
        "conversation",
        sa.Column(
            "tags", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'::text[]"), nullable=False
        ),
    )
    op.create_check_constraint(
        op.f("ck_conversation_handed_over_for"), "conversation", f"handed_over_for IN ({_REASONS})"
    )
    op.execute(_FILL)
    for name, (column, where) in _LINES.items():
        op.create_index(
            f"ix_conversation_{name}",
            "conversation",
            ["organisation_id", column, "id"],
            postgresql_where=sa.text(where),
        )


def _notes() -> None:
    op.create_table(
        "conversation_note",
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("conversation_id", sa.UUID(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_by", sa.UUID(), nullable=True),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "conversation_id"],
            ["conversation.organisation_id", "conversation.id"],
            name=op.f("fk_conversation_note_organisation_id_conversation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_conversation_note")),
    )
    op.create_index(
        "ix_conversation_note_conversation", "conversation_note", ["organisation_id", "conversation_id", "id"]
    )


def _avoidance() -> None:
    op.create_table(
        "avoidance",
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("account_id", sa.UUID(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("contact_id", sa.UUID(), nullable=True),
        sa.Column("until", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "account_id"],
            ["account.organisation_id", "account.id"],
            name=op.f("fk_avoidance_organisation_id_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "account_id", "number", name=op.f("pk_avoidance")),
    )


def _canned() -> None:
    op.create_table(
        "canned_reply",
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("campaign_id", sa.UUID(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column(
            "bodies",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column("created_by", sa.UUID(), nullable=True),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "campaign_id"],
            ["campaign.organisation_id", "campaign.id"],
            name=op.f("fk_canned_reply_organisation_id_campaign_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_canned_reply")),
    )
    op.create_index("ix_canned_reply_campaign", "canned_reply", ["organisation_id", "campaign_id", "id"])


def downgrade() -> None:
    for table in ("canned_reply", "avoidance", "conversation_note"):
        op.drop_table(table)
    for name in _LINES:
        op.drop_index(f"ix_conversation_{name}", table_name="conversation")
    op.drop_constraint(op.f("ck_conversation_handed_over_for"), "conversation", type_="check")
    for name in (*_MOMENTS, *_PEOPLE, "handed_over_for", "blocked_texts", "tags"):
        op.drop_column("conversation", name)
