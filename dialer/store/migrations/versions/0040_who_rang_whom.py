"""Calls by number, so that who rings back is known at once, and those that came in, by campaign.

Half a second on a million calls, while which nobody writes any.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0040"
down_revision: str | None = "0039"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_index(
        "ix_call_number",
        "call",
        ["organisation_id", "number", "id"],
        postgresql_where=sa.text("direction = 'outbound'"),
    )
    op.create_index(
        "ix_call_inbound",
        "call",
        ["organisation_id", "campaign_id", "created_at"],
        postgresql_where=sa.text("direction = 'inbound'"),
    )


def downgrade() -> None:
    op.drop_index("ix_call_inbound", table_name="call")
    op.drop_index("ix_call_number", table_name="call")
