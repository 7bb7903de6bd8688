"""A campaign's goal of talks a day and whether it has a leaderboard; who keeps out of those.

Columns with a constant default: no row is written anew.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0103"
down_revision: str | None = "0102"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("campaign", sa.Column("talks_goal", sa.Integer(), nullable=True))
    op.execute(sa.text("ALTER TABLE campaign ADD COLUMN leaderboard boolean NOT NULL DEFAULT false"))
    op.execute(sa.text("ALTER TABLE account ADD COLUMN on_leaderboards boolean NOT NULL DEFAULT true"))


def downgrade() -> None:
    op.drop_column("account", "on_leaderboards")
    op.drop_column("campaign", "leaderboard")
    op.drop_column("campaign", "talks_goal")
