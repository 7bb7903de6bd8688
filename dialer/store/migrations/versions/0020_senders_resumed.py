"""When a person let a stopped sender or blast go on: only what was sent since then may stop it again.

Two empty columns, which cost nothing whatever the number of rows.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0020"
down_revision: str | None = "0019"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    for table in ("sender", "blast"):
        op.add_column(table, sa.Column("resumed_at", postgresql.TIMESTAMP(timezone=True), nullable=True))


def downgrade() -> None:
    for table in ("sender", "blast"):
        op.drop_column(table, "resumed_at")
