"""Volunteers who go on in another campaign: where to, and in which shift they did.

Two columns without a default, done in an instant, and an index that holds only who waits to go.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0057"
down_revision: str | None = "0056"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("shift", sa.Column("moving_to", sa.UUID(), nullable=True))
    op.add_column("shift", sa.Column("moved_to", sa.UUID(), nullable=True))
    op.create_index(
        "ix_shift_moving",
        "shift",
        ["organisation_id"],
        postgresql_where=sa.text("moving_to IS NOT NULL AND state <> 'ended'"),
    )


def downgrade() -> None:
    op.drop_index("ix_shift_moving", table_name="shift")
    op.drop_column("shift", "moved_to")
    op.drop_column("shift", "moving_to")
