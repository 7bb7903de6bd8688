"""People who are put through to somebody else, and the numbers that a campaign's volunteers may have rung.

The column costs nothing; the table has a row for each time, and is empty.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0055"
down_revision: str | None = "0054"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

INSTANT = postgresql.TIMESTAMP(timezone=True)
OPEN = sa.text("ended_at IS NULL")
STATES = ("ringing", "talking", "completed", "cancelled", "failed")
REASONS = ("contact_gone", "volunteer_gone", "hung_up", "no_answer", "busy", "machine", "not_placed")
REFERENCES = (
    ("campaign", "campaign_id", "CASCADE"),
    ("assignment", "assignment_id", "CASCADE"),
    ("shift", "shift_id", "CASCADE"),
    ("call", "call_id", None),
)


def upgrade() -> None:
    op.add_column(
        "campaign",
        sa.Column(
            "transfer_numbers", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False
        ),
    )
    op.create_table(
        "transfer",
        *(
            sa.Column(name, sa.UUID(), nullable=False)
            for name in (
                "organisation_id",
                "id",
                "campaign_id",
                "assignment_id",
                "shift_id",
                "account_id",
                "call_id",
                "leg_id",
            )
        ),
        sa.Column("to_account_id", sa.UUID(), nullable=True),
        sa.Column("node", sa.Text(), nullable=True),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("warm", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("answered_at", INSTANT, nullable=True),
        sa.Column("completed_at", INSTANT, nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.CheckConstraint(_one_of("state", STATES), name=op.f("ck_transfer_state")),
        sa.CheckConstraint(_one_of("reason", REASONS), name=op.f("ck_transfer_reason")),
        *(
            sa.ForeignKeyConstraint(
                ["organisation_id", column],
                [f"{table}.organisation_id", f"{table}.id"],
                name=op.f(f"fk_transfer_organisation_id_{column}"),
                ondelete=ondelete,
            )
            for table, column, ondelete in REFERENCES
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_transfer")),
    )
    op.create_index(
        "uq_transfer_open", "transfer", ["organisation_id", "call_id"], unique=True, postgresql_where=OPEN
    )
    op.create_index("uq_transfer_leg", "transfer", ["organisation_id", "leg_id"], unique=True)
    op.create_index("ix_transfer_shift", "transfer", ["organisation_id", "shift_id"], postgresql_where=OPEN)
    op.create_index("ix_transfer_assignment", "transfer", ["organisation_id", "assignment_id"])
    op.create_index("ix_transfer_campaign", "transfer", ["organisation_id", "campaign_id", "id"])


def _one_of(column: str, words: Sequence[str]) -> str:
    listed = ", ".join(f"'{word}'" for word in words)
    return f"{column} IN ({listed})"


def downgrade() -> None:
    op.drop_table("transfer")
    op.drop_column("campaign", "transfer_numbers")
