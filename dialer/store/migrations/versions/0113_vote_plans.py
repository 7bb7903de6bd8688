"""Vote plans: whether somebody needs a lift and has their identification ready, as told; lifts in texts too."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0113"
down_revision: str | None = "0112"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

TABLES = ("pledge", "voter_record")
FACTS = ("needs_lift", "id_ready")


def upgrade() -> None:
    for table in TABLES:
        for fact in FACTS:
            op.add_column(table, sa.Column(fact, sa.Boolean(), nullable=True))
    op.add_column(
        "text_answer", sa.Column("needs_lift", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )


def downgrade() -> None:
    op.drop_column("text_answer", "needs_lift")
    for table in TABLES:
        for fact in FACTS:
            op.drop_column(table, fact)
