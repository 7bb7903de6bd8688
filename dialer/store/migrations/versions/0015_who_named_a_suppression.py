"""Which lists named a number, which one lifted it, and the weaker noes that a stronger one stands upon.

The columns may be empty and cost nothing, whatever the number of rows. Numbers that came before them count as
named by lists that aren't known: no undoing takes them away.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0015"
down_revision: str | None = "0014"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("suppression", sa.Column("named_by", postgresql.ARRAY(sa.UUID()), nullable=True))
    op.add_column("suppression", sa.Column("lifted_by", sa.UUID(), nullable=True))
    for table in ("suppression", "opt_out"):
        kind = postgresql.JSONB(astext_type=sa.Text())
        op.add_column(table, sa.Column("beneath", kind, nullable=True))


def downgrade() -> None:
    for table in ("opt_out", "suppression"):
        op.drop_column(table, "beneath")
    op.drop_column("suppression", "lifted_by")
    op.drop_column("suppression", "named_by")
