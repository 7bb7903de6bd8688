"""Join links that lead to a session: a column that is empty, nothing is rewritten."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0108"
down_revision: str | None = "0107"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("join_link", sa.Column("event_id", sa.UUID(), nullable=True))
    op.create_foreign_key(
        op.f("fk_join_link_organisation_id_event_id"),
        "join_link",
        "event",
        ["organisation_id", "event_id"],
        ["organisation_id", "id"],
    )


def downgrade() -> None:
    op.drop_column("join_link", "event_id")
