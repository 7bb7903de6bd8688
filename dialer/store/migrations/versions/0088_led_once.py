"""When a leg of a call was last led elsewhere, so that two jobs at once don't lead it there twice.

A new column without a default: nothing is rewritten.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0088"
down_revision: str | None = "0087"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("call", sa.Column("led", postgresql.JSONB(), nullable=True))


def downgrade() -> None:
    op.drop_column("call", "led")
