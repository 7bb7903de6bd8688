"""Why the dialler rang somebody, kept beside the call.

A new column without a value: no row is written anew, whatever the size of the table.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0036"
down_revision: str | None = "0035"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("call", sa.Column("why", postgresql.JSONB(), nullable=True))


def downgrade() -> None:
    op.drop_column("call", "why")
