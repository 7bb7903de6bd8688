"""The numbers of ours that rest since people answer them less than others.

A table of a row for each such number: empty, and small for good.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0044"
down_revision: str | None = "0043"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "caller_id_rest",
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("since", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("until", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("lifted_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("answered", sa.Integer(), nullable=False),
        sa.Column("others_calls", sa.Integer(), nullable=False),
        sa.Column("others_answered", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "number", name=op.f("pk_caller_id_rest")),
    )


def downgrade() -> None:
    op.drop_table("caller_id_rest")
