"""Shifts that end with their campaign once nobody is on the phone for them, pauses that end by themselves, and
moves that came to nothing.

Columns without a default, and indexes of open shifts only: done in an instant.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0070"
down_revision: str | None = "0069"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

INSTANT = postgresql.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.add_column("shift", sa.Column("stayed_from", sa.UUID(), nullable=True))
    op.add_column("shift", sa.Column("rests_until", INSTANT, nullable=True))
    op.add_column("shift", sa.Column("end_reason", sa.Text(), nullable=True))
    op.create_index(
        "ix_shift_ending",
        "shift",
        ["organisation_id"],
        postgresql_where=sa.text("end_reason IS NOT NULL AND state <> 'ended'"),
    )
    op.create_index(
        "ix_shift_resting",
        "shift",
        ["organisation_id", "rests_until"],
        postgresql_where=sa.text("rests_until IS NOT NULL AND state = 'paused'"),
    )


def downgrade() -> None:
    op.drop_index("ix_shift_resting", table_name="shift")
    op.drop_index("ix_shift_ending", table_name="shift")
    op.drop_column("shift", "end_reason")
    op.drop_column("shift", "rests_until")
    op.drop_column("shift", "stayed_from")
