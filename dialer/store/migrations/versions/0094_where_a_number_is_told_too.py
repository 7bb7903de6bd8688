"""Where the carrier asks about a number when an error is met, or tells of calls. A new column that is empty."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0094"
down_revision: str | None = "0093"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    kind, nothing = postgresql.ARRAY(sa.Text()), sa.text("'{}'::text[]")
    op.add_column("own_number", sa.Column("told_too", kind, server_default=nothing, nullable=False))


def downgrade() -> None:
    op.drop_column("own_number", "told_too")
