"""Rows of an import's report that were put right, and the import that brought them in again.

Three empty columns, which cost nothing whatever the number of rows.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0013"
down_revision: str | None = "0012"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("import", sa.Column("mends", sa.UUID(), nullable=True))
    op.add_column("import_row_issue", sa.Column("mended_by", sa.UUID(), nullable=True))
    op.add_column("import_row_issue", sa.Column("mended_row", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("import_row_issue", "mended_row")
    op.drop_column("import_row_issue", "mended_by")
    op.drop_column("import", "mends")
