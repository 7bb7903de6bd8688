"""Which rows of a chunk are still to come in whose first half is in.

One empty column of a small table.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0082"
down_revision: str | None = "0081"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("import", sa.Column("half_rows", postgresql.JSONB(), nullable=True))


def downgrade() -> None:
    op.drop_column("import", "half_rows")
