"""What campaigns add to their texts that carry no imprint.

A column without a default: done in an instant. The check reads `campaign`, which is small.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0063"
down_revision: str | None = "0062"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("campaign", sa.Column("imprint_added", sa.Text(), nullable=True))
    op.create_check_constraint(
        op.f("ck_campaign_imprint_added"), "campaign", "imprint_added IN ('link', 'text')"
    )


def downgrade() -> None:
    op.drop_column("campaign", "imprint_added")
