"""What the last check before the wire reckoned that a text costs.

One empty column, which costs nothing whatever the number of texts: rows aren't rewritten. A text that was on
the wire meanwhile has none, and is charged at the usual price.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0022"
down_revision: str | None = "0021"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("message", sa.Column("reckoned", sa.Numeric(precision=14, scale=4), nullable=True))


def downgrade() -> None:
    op.drop_column("message", "reckoned")
