"""Who is called next in a campaign, as its coordinators say, and how often a number was tried.

The columns cost nothing. The indexes find the tries of one number for campaigns that limit them: that of
results takes some 70 MB for a million results, and its making locks out their writing for a few seconds;
that of calls holds only those whose phone rang.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0042"
down_revision: str | None = "0041"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column(
        "campaign",
        sa.Column("call_policy", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
    )
    op.add_column("campaign", sa.Column("order_after", sa.Text(), nullable=True))
    op.create_index("ix_result_number", "result", ["organisation_id", "number", "at"])
    op.create_index(
        "ix_call_rung",
        "call",
        ["organisation_id", "number", "contact_rung_at"],
        postgresql_where=sa.text("contact_rung_at IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_call_rung", table_name="call")
    op.drop_index("ix_result_number", table_name="result")
    op.drop_column("campaign", "order_after")
    op.drop_column("campaign", "call_policy")
