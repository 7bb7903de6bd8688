"""Nothing looks pledges up by their import: undoing one goes by people, whose index has them in order."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0085"
down_revision: str | None = "0084"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.drop_index("ix_pledge_import", "pledge")


def downgrade() -> None:
    op.create_index(
        "ix_pledge_import",
        "pledge",
        ["organisation_id", "import_id"],
        postgresql_where=sa.text("import_id IS NOT NULL"),
    )
