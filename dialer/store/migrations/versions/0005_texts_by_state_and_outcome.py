"""Texts by their state, and a blast's outcomes in the order in which they came.

Both are built on a table that may have millions of rows: some seconds a million, while nothing is sent.
Afterwards each new state of a text costs 3 to 7 % more; writing down a blast's texts costs nothing that can
be measured, since the second has only those that were tried.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_index("ix_message_state", "message", ["organisation_id", "state", "id"], unique=False)
    op.create_index(
        "ix_message_outcome",
        "message",
        ["organisation_id", "blast_id", "attempted_at", "id"],
        unique=False,
        postgresql_where=sa.text(
            "purpose = 'blast' AND state IN ('sent', 'delivered', 'undelivered', 'failed')"
        ),
    )


def downgrade() -> None:
    op.drop_index("ix_message_outcome", table_name="message")
    op.drop_index("ix_message_state", table_name="message")
