"""The saved audience that a blast goes to, and its rule as it was at the launch.

Three empty columns, which cost nothing whatever the number of blasts, of which there are hundreds at the most.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0019"
down_revision: str | None = "0018"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("blast", sa.Column("audience_id", sa.UUID(), nullable=True))
    op.add_column("blast", sa.Column("audience_filter", postgresql.JSONB(none_as_null=True), nullable=True))
    op.add_column("blast", sa.Column("gate_audience", postgresql.JSONB(none_as_null=True), nullable=True))


def downgrade() -> None:
    op.drop_column("blast", "gate_audience")
    op.drop_column("blast", "audience_filter")
    op.drop_column("blast", "audience_id")
