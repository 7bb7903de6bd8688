"""Bars that were lifted, by number and address, for the timeline of a person: two small indexes."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0117"
down_revision: str | None = "0116"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    for column in ("number", "email"):
        op.create_index(
            f"ix_suppression_lifted_{column}",
            "suppression",
            ["organisation_id", column],
            postgresql_where=sa.text(f"lifted_at IS NOT NULL AND {column} IS NOT NULL"),
        )


def downgrade() -> None:
    for column in ("number", "email"):
        op.drop_index(f"ix_suppression_lifted_{column}", table_name="suppression")
