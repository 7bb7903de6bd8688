"""What campaigns do about answering machines, and the messages that were left on them.

The columns cost nothing; the table has a row for each message, and is empty.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0051"
down_revision: str | None = "0050"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

INSTANT = postgresql.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.add_column(
        "campaign",
        sa.Column(
            "answering_machines", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False
        ),
    )
    op.add_column("call", sa.Column("message_at", INSTANT, nullable=True))
    op.add_column("call", sa.Column("parted_at", INSTANT, nullable=True))
    op.create_table(
        "voicemail_drop",
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("campaign_id", sa.UUID(), nullable=False),
        sa.Column("call_id", sa.UUID(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("sound_id", sa.UUID(), nullable=False),
        sa.Column("account_id", sa.UUID(), nullable=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("played_at", INSTANT, nullable=True),
        sa.Column("played_for", sa.SmallInteger(), nullable=True),
        sa.Column("given_up_at", INSTANT, nullable=True),
        *(
            sa.ForeignKeyConstraint(
                ["organisation_id", column],
                [f"{table}.organisation_id", f"{table}.id"],
                name=op.f(f"fk_voicemail_drop_organisation_id_{column}"),
            )
            for table, column in (
                ("campaign", "campaign_id"),
                ("call", "call_id"),
                ("sound", "sound_id"),
                ("account", "account_id"),
            )
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_voicemail_drop")),
    )
    op.create_index(
        "uq_voicemail_drop_number",
        "voicemail_drop",
        ["organisation_id", "campaign_id", "number"],
        unique=True,
        postgresql_where=sa.text("given_up_at IS NULL"),
    )
    op.create_index("uq_voicemail_drop_call", "voicemail_drop", ["organisation_id", "call_id"], unique=True)
    op.create_index("ix_voicemail_drop_number", "voicemail_drop", ["organisation_id", "number", "at"])


def downgrade() -> None:
    op.drop_table("voicemail_drop")
    op.drop_column("call", "parted_at")
    op.drop_column("call", "message_at")
    op.drop_column("campaign", "answering_machines")
