"""Where an import stands within a chunk that comes in as two halves.

One empty column of a small table.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0024"
down_revision: str | None = "0023"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("import", sa.Column("half_through", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("import", "half_through")
