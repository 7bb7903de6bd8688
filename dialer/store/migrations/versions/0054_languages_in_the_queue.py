"""Under which language a number waits.

The column costs nothing. The index of the waiting line is made anew: some 2 s for a million numbers, while
nobody is handed out. The languages of numbers that wait already are looked up in the minutes after, chunk by
chunk, as when a policy has changed.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0054"
down_revision: str | None = "0053"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

_BEFORE = ["organisation_id", "campaign_id", "priority", "due_at", "position"]
_AFTER = ["organisation_id", "campaign_id", "priority", "language", "due_at", "position"]


def upgrade() -> None:
    op.add_column(
        "queue_entry",
        sa.Column("language", sa.Text(collation="C"), server_default=sa.text("''"), nullable=False),
    )
    _index(_AFTER)
    op.execute("UPDATE campaign SET order_after = '' WHERE state IN ('active', 'paused')")


def downgrade() -> None:
    _index(_BEFORE)
    op.drop_column("queue_entry", "language")


def _index(columns: list[str]) -> None:
    op.drop_index("ix_queue_entry_waiting", table_name="queue_entry")
    op.create_index(
        "ix_queue_entry_waiting", "queue_entry", columns, postgresql_where=sa.text("state = 'waiting'")
    )
