"""Teams whose names tell them apart, and who belongs to a team.

The tables are small, so both indexes are built at once.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0106"
down_revision: str | None = "0105"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_index(
        "uq_team_name",
        "team",
        ["organisation_id", "parent_id", sa.text("lower(name)")],
        unique=True,
        postgresql_nulls_not_distinct=True,
    )
    op.create_index("ix_membership_team", "membership", ["organisation_id", "team_id", "account_id"])


def downgrade() -> None:
    op.drop_index("ix_membership_team", "membership")
    op.drop_index("uq_team_name", "team")
