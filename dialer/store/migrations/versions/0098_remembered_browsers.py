"""Browsers that are greeted by name when they come back. A new column; those that joined are remembered."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0098"
down_revision: str | None = "0097"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column(
        "login_session",
        sa.Column("remembered", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    op.execute("UPDATE login_session SET remembered = true WHERE joined_by IS NOT NULL")


def downgrade() -> None:
    op.drop_column("login_session", "remembered")
