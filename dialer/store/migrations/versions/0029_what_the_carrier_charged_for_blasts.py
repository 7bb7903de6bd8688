"""How far the carrier's own figures have been read of what a blast cost.

An empty column of a small table.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0029"
down_revision: str | None = "0028"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("blast", sa.Column("priced_through", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("blast", "priced_through")
