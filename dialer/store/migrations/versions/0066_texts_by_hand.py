"""Texts of a blast sent by hand: who took which, and what was pressed for.

`message` gets two columns without a default: done in an instant. Its two indexes are partial and empty at
first, but each is built in one pass over the table, during which nothing is written to it: about a second for
a million texts.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0066"
down_revision: str | None = "0065"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

_INSTANT = postgresql.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.add_column(
        "blast", sa.Column("mode", sa.Text(), server_default=sa.text("'automatic'"), nullable=False)
    )
    op.add_column(
        "blast", sa.Column("batch_size", sa.SmallInteger(), server_default=sa.text("25"), nullable=False)
    )
    op.add_column("blast", sa.Column("volunteer_limit", sa.Integer(), nullable=True))
    op.create_check_constraint(op.f("ck_blast_mode"), "blast", "mode IN ('automatic', 'by_hand')")
    op.add_column("message", sa.Column("batch_id", sa.UUID(), nullable=True))
    op.add_column("message", sa.Column("pressed_at", _INSTANT, nullable=True))
    op.create_index(
        "ix_message_pressed",
        "message",
        ["organisation_id", "sender", "pressed_at", "id"],
        postgresql_where=sa.text("state = 'queued' AND pressed_at IS NOT NULL"),
    )
    op.create_index(
        "ix_message_batch",
        "message",
        ["organisation_id", "batch_id", "id"],
        postgresql_where=sa.text("batch_id IS NOT NULL"),
    )
    _create_batches()


def _create_batches() -> None:
    op.create_table(
        "text_batch",
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("blast_id", sa.UUID(), nullable=False),
        sa.Column("account_id", sa.UUID(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("size", sa.SmallInteger(), nullable=False),
        sa.Column("pressed", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column(
            "left_ids", postgresql.ARRAY(sa.UUID()), server_default=sa.text("'{}'::uuid[]"), nullable=False
        ),
        sa.Column("taken_at", _INSTANT, nullable=False),
        sa.Column("until", _INSTANT, nullable=False),
        sa.Column("tried_at", _INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id", "blast_id"],
            ["blast.organisation_id", "blast.id"],
            name=op.f("fk_text_batch_organisation_id_blast_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "account_id"],
            ["account.organisation_id", "account.id"],
            name=op.f("fk_text_batch_organisation_id_account_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_text_batch")),
    )
    op.create_index(
        "ix_text_batch_blast", "text_batch", ["organisation_id", "blast_id", "account_id", "until"]
    )
    op.create_index("ix_text_batch_sender", "text_batch", ["organisation_id", "sender", "until"])


def downgrade() -> None:
    op.drop_table("text_batch")
    op.drop_index("ix_message_batch", table_name="message")
    op.drop_index("ix_message_pressed", table_name="message")
    op.drop_column("message", "pressed_at")
    op.drop_column("message", "batch_id")
    op.drop_constraint(op.f("ck_blast_mode"), "blast", type_="check")
    op.drop_column("blast", "volunteer_limit")
    op.drop_column("blast", "batch_size")
    op.drop_column("blast", "mode")
