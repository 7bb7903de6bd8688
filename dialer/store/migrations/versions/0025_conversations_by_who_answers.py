"""An index of the conversations that were given to somebody, by who it is.

Only those that were given are in it: a few thousand where hundreds of thousands wrote. It is built in one
reading of the conversations, some tens of milliseconds for a hundred thousand.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0025"
down_revision: str | None = "0024"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_index(
        "ix_conversation_assigned",
        "conversation",
        ["organisation_id", "assigned_to", "last_inbound_at", "id"],
        postgresql_where=sa.text("assigned_to IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_conversation_assigned", table_name="conversation")
