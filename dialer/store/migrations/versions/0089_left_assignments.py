"""What a volunteer gave back is found without looking through all they ever had."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0089"
down_revision: str | None = "0088"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_index(
        "ix_assignment_left",
        "assignment",
        ["organisation_id", "account_id", "created_at"],
        postgresql_where=sa.text("state IN ('skipped', 'expired')"),
    )


def downgrade() -> None:
    op.drop_index("ix_assignment_left", "assignment")
