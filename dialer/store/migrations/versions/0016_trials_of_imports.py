"""Imports that are only tried, and the import that brings the same upload in.

One empty column, which costs nothing whatever the number of imports.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0016"
down_revision: str | None = "0015"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("import", sa.Column("trial_of", sa.UUID(), nullable=True))


def downgrade() -> None:
    op.drop_column("import", "trial_of")
