"""Who took a talk over, so that they can say what came of it; transfers are counted by shift.

A column without a default and an index that nothing is in yet: `call` is read once for it. `transfer` has a
row for each time that somebody was to be put through, some thousands at most.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0068"
down_revision: str | None = "0067"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("call", sa.Column("taken_over_by", sa.Uuid(), nullable=True))
    op.create_index(
        "ix_call_taken_over",
        "call",
        ["organisation_id", "taken_over_by", "id"],
        postgresql_where=sa.text("taken_over_by IS NOT NULL"),
    )
    op.drop_index("ix_transfer_shift", table_name="transfer")
    op.create_index("ix_transfer_shift", "transfer", ["organisation_id", "shift_id"])


def downgrade() -> None:
    op.drop_index("ix_transfer_shift", table_name="transfer")
    op.create_index(
        "ix_transfer_shift",
        "transfer",
        ["organisation_id", "shift_id"],
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.drop_index("ix_call_taken_over", table_name="call")
    op.drop_column("call", "taken_over_by")
