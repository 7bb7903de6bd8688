"""Our numbers as the carrier's list has them, and what it is asked to do about them.

Two new tables.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0092"
down_revision: str | None = "0091"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

INSTANT = postgresql.TIMESTAMP(timezone=True)
EMPTY = sa.text("'{}'::jsonb")


def upgrade() -> None:
    op.create_table(
        "own_number",
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("sid", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), server_default=sa.text("''"), nullable=False),
        *(
            sa.Column(name, sa.Boolean(), server_default=sa.text("false"), nullable=False)
            for name in ("sms", "mms", "voice")
        ),
        *(
            sa.Column(name, sa.Text(), server_default=sa.text("''"), nullable=False)
            for name in ("texts_to", "calls_to")
        ),
        *(
            sa.Column(name, INSTANT, nullable=True)
            for name in ("seen_at", "gone_at", "answered_elsewhere_at")
        ),
        sa.Column("answered_elsewhere_by", sa.UUID(), nullable=True),
        sa.PrimaryKeyConstraint("organisation_id", "number", name=op.f("pk_own_number")),
    )
    op.create_table(
        "number_task",
        *(sa.Column(name, sa.UUID(), nullable=False) for name in ("organisation_id", "id")),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=True),
        *(
            sa.Column(name, postgresql.JSONB(), server_default=EMPTY, nullable=False)
            for name in ("asked", "found")
        ),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("fault", sa.Text(), nullable=True),
        sa.Column("error_code", sa.Integer(), nullable=True),
        sa.Column("tries", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("created_by", sa.UUID(), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("finished_at", INSTANT, nullable=True),
        sa.CheckConstraint(
            "kind IN ('read', 'search', 'buy', 'put_right', 'release')", name=op.f("ck_number_task_kind")
        ),
        sa.CheckConstraint(
            "state IN ('queued', 'running', 'done', 'failed')", name=op.f("ck_number_task_state")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_number_task")),
    )
    op.create_index(
        "ix_number_task_due",
        "number_task",
        ["organisation_id", "due_at"],
        postgresql_where=sa.text("state IN ('queued', 'running')"),
    )
    op.create_index(
        "uq_number_task_open",
        "number_task",
        ["organisation_id", "number", "kind"],
        unique=True,
        postgresql_where=sa.text("number IS NOT NULL AND state IN ('queued', 'running')"),
    )
    op.create_index("ix_number_task_kind", "number_task", ["organisation_id", "kind", "id"])


def downgrade() -> None:
    op.drop_table("number_task")
    op.drop_table("own_number")
