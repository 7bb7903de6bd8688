"""Why a sender rests, beside until when. The table has a row for each address that texts go out from."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("sender", sa.Column("resting_for", sa.Text(), nullable=True))
    op.create_check_constraint(
        op.f("ck_sender_resting_for"), "sender", "resting_for IN ('slowed', 'away', 'unread')"
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_sender_resting_for"), "sender", type_="check")
    op.drop_column("sender", "resting_for")
