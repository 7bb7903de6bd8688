"""Why an email came back, beside it. A column that is empty: nothing is rewritten."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0101"
down_revision: str | None = "0100"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("message", sa.Column("bounce", sa.Text(), nullable=True))
    op.create_check_constraint(
        op.f("ck_message_bounce"),
        "message",
        "bounce IN ('hard', 'full', 'soft', 'blocked', 'other')",
        postgresql_not_valid=True,
    )


def downgrade() -> None:
    op.drop_column("message", "bounce")
