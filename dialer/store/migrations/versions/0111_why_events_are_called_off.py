"""Why an event was called off: a column that is empty, nothing is rewritten."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0111"
down_revision: str | None = "0110"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("event", sa.Column("cancelled_because", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("event", "cancelled_because")
