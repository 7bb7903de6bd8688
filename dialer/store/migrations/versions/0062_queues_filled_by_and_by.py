"""How far a campaign's queue has been put together from its lists. The columns cost nothing."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0062"
down_revision: str | None = "0061"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("campaign", sa.Column("fill_through", sa.UUID(), nullable=True))
    op.add_column("campaign", sa.Column("fill_since", postgresql.TIMESTAMP(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("campaign", "fill_since")
    op.drop_column("campaign", "fill_through")
