"""Volunteers who are muted in a talk, people who are on hold, and rooms that have to be brought there.

The columns cost nothing. The indexes hold what goes on at the moment, a few hundred rows at most; to build
that of calls, `call` is read once: some ten seconds for ten million calls, in which none is written.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0052"
down_revision: str | None = "0051"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("call", sa.Column("muted_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("call", sa.Column("held_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("shift", sa.Column("room_changed_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_call_held",
        "call",
        ["organisation_id", "held_at"],
        postgresql_where=sa.text("held_at IS NOT NULL AND state = 'in_progress'"),
    )
    op.create_index(
        "ix_shift_room",
        "shift",
        ["organisation_id", "room_changed_at"],
        postgresql_where=sa.text("room_changed_at IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_shift_room", table_name="shift")
    op.drop_index("ix_call_held", table_name="call")
    op.drop_column("shift", "room_changed_at")
    op.drop_column("call", "held_at")
    op.drop_column("call", "muted_at")
