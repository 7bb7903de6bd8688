"""What carriers said of numbers' lines, and the batches in which they were asked.

Three new tables.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0087"
down_revision: str | None = "0086"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

INSTANT = postgresql.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.create_table(
        "look_up_batch",
        *(sa.Column(name, sa.UUID(), nullable=False) for name in ("organisation_id", "id")),
        *(sa.Column(name, sa.UUID(), nullable=True) for name in ("list_id", "audience_id", "campaign_id")),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("name", "which", "state")),
        sa.Column("stopped_for", sa.Text(), nullable=True),
        sa.Column("numbers", sa.Integer(), nullable=False),
        *(
            sa.Column(name, sa.Integer(), server_default=sa.text("0"), nullable=False)
            for name in ("known", "failed", "asked")
        ),
        sa.Column("price", sa.Numeric(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("lease", sa.UUID(), nullable=True),
        *(sa.Column(name, INSTANT, nullable=True) for name in ("leased_until", "again_at")),
        sa.Column("created_by", sa.UUID(), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("finished_at", INSTANT, nullable=True),
        sa.CheckConstraint(
            "state IN ('queued', 'running', 'completed', 'stopped')", name=op.f("ck_look_up_batch_state")
        ),
        sa.CheckConstraint("which IN ('unknown', 'all')", name=op.f("ck_look_up_batch_which")),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_look_up_batch")),
    )
    is_open = sa.text("state IN ('queued', 'running') OR leased_until IS NOT NULL")
    op.create_index(
        "ix_look_up_batch_open", "look_up_batch", ["organisation_id", "id"], postgresql_where=is_open
    )
    op.create_table(
        "number_line",
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("batch_id", sa.UUID(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("tries", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=True) for name in ("line", "kind", "network", "fault")),
        sa.Column("error_code", sa.Integer(), nullable=True),
        sa.Column("looked_up_at", INSTANT, nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'asking', 'known', 'failed')", name=op.f("ck_number_line_state")
        ),
        sa.CheckConstraint(
            "fault IN ('invalid', 'not_told', 'refused', 'lost')", name=op.f("ck_number_line_fault")
        ),
        sa.CheckConstraint(
            "kind IN ('mobile', 'landline', 'voip', 'unknown')", name=op.f("ck_number_line_kind")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "number", name=op.f("pk_number_line")),
    )
    op.create_index("ix_number_line_batch", "number_line", ["organisation_id", "batch_id", "state", "number"])
    op.create_table(
        "look_up_spending",
        *(sa.Column(name, sa.UUID(), nullable=False) for name in ("organisation_id", "batch_id")),
        sa.Column("quarter", INSTANT, nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "batch_id", "quarter", name=op.f("pk_look_up_spending")),
    )


def downgrade() -> None:
    op.drop_table("look_up_spending")
    op.drop_table("number_line")
    op.drop_table("look_up_batch")
