"""Answers taken from texts, the words that a campaign takes as answers, and who was said to write.

A new table, and columns that cost nothing on the size of `campaign` and `conversation`.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0067"
down_revision: str | None = "0066"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column(
        "campaign",
        sa.Column(
            "text_answers",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
    )
    op.add_column(
        "conversation", sa.Column("contact_chosen_at", postgresql.TIMESTAMP(timezone=True), nullable=True)
    )
    op.create_table(
        "text_answer",
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("message_id", sa.UUID(), nullable=False),
        sa.Column("conversation_id", sa.UUID(), nullable=False),
        sa.Column("contact_id", sa.UUID(), nullable=True),
        sa.Column("campaign_id", sa.UUID(), nullable=True),
        sa.Column("election_id", sa.UUID(), nullable=False),
        sa.Column("blast_id", sa.UUID(), nullable=True),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("support", sa.Integer(), nullable=True),
        sa.Column("voting_method", sa.Text(), nullable=True),
        sa.Column("voted", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column(
            "tags", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'::text[]"), nullable=False
        ),
        sa.Column(
            "added_tags", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'::text[]"), nullable=False
        ),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("doubt", sa.Text(), nullable=True),
        sa.Column("account_id", sa.UUID(), nullable=True),
        sa.Column("pledge_id", sa.UUID(), nullable=True),
        sa.Column("mark_id", sa.UUID(), nullable=True),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("recorded_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("dropped_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("dropped_by", sa.UUID(), nullable=True),
        sa.CheckConstraint(
            "doubt IN ('several', 'more_words', 'question', 'sign', 'not_asked', 'late', 'in_person',"
            " 'in_review', 'nobody', 'shared')",
            name=op.f("ck_text_answer_doubt"),
        ),
        sa.CheckConstraint(
            "state <> 'taken' OR contact_id IS NOT NULL", name=op.f("ck_text_answer_taken_of_somebody")
        ),
        sa.CheckConstraint("state IN ('taken', 'doubtful', 'dropped')", name=op.f("ck_text_answer_state")),
        sa.CheckConstraint(
            "voting_method IN ('in_person', 'postal', 'proxy')", name=op.f("ck_text_answer_voting_method")
        ),
        sa.CheckConstraint("support BETWEEN 1 AND 5", name=op.f("ck_text_answer_support")),
        _reference("campaign"),
        _reference("contact", ondelete="CASCADE"),
        _reference("conversation", ondelete="CASCADE"),
        _reference("election"),
        _reference("message", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_text_answer")),
    )
    op.create_index(
        "ix_text_answer_contact",
        "text_answer",
        ["organisation_id", "contact_id"],
        unique=False,
        postgresql_where=sa.text("contact_id IS NOT NULL"),
    )
    op.create_index(
        "ix_text_answer_conversation",
        "text_answer",
        ["organisation_id", "conversation_id", "id"],
        unique=False,
    )
    op.create_index("ix_text_answer_message", "text_answer", ["organisation_id", "message_id"], unique=False)


def downgrade() -> None:
    op.drop_table("text_answer")
    op.drop_column("conversation", "contact_chosen_at")
    op.drop_column("campaign", "text_answers")


def _reference(table: str, ondelete: str | None = None) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["organisation_id", f"{table}_id"],
        [f"{table}.organisation_id", f"{table}.id"],
        name=op.f(f"fk_text_answer_organisation_id_{table}_id"),
        ondelete=ondelete,
    )
