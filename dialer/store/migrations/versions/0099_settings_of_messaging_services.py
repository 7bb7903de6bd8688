"""What is set for a Messaging Service at the carrier. New columns."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0099"
down_revision: str | None = "0098"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

INSTANT = postgresql.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.add_column("sender", sa.Column("service", postgresql.JSONB(), nullable=True))
    op.add_column("sender", sa.Column("service_read_at", INSTANT, nullable=True))
    op.add_column("sender", sa.Column("opt_outs_answered_at", INSTANT, nullable=True))


def downgrade() -> None:
    for name in ("opt_outs_answered_at", "service_read_at", "service"):
        op.drop_column("sender", name)
