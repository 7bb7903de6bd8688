"""Lists of what must not be contacted: imports without a list of people, and which list named a number.

The columns cost nothing whatever the number of rows. The first index takes some seconds a million
suppressions, during which none is written down; the second has only those that no register named, so it is
small.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.alter_column("import", "list_id", existing_type=sa.UUID(), nullable=True)
    op.add_column(
        "import", sa.Column("lifted_count", sa.Integer(), server_default=sa.text("0"), nullable=False)
    )
    op.add_column("import", sa.Column("standing_count", sa.Integer(), nullable=True))
    op.add_column("suppression", sa.Column("register", sa.Text(), nullable=True))
    op.add_column("suppression", sa.Column("import_id", sa.UUID(), nullable=True))
    op.create_index(
        "ix_suppression_reason",
        "suppression",
        ["organisation_id", "reason", "id"],
        unique=False,
        postgresql_where=sa.text("lifted_at IS NULL"),
    )
    op.create_index(
        "ix_suppression_unlisted",
        "suppression",
        ["organisation_id", "reason", "channel"],
        unique=False,
        postgresql_where=sa.text("lifted_at IS NULL AND register IS NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_suppression_unlisted", table_name="suppression")
    op.drop_index("ix_suppression_reason", table_name="suppression")
    op.drop_column("suppression", "import_id")
    op.drop_column("suppression", "register")
    op.drop_column("import", "standing_count")
    op.drop_column("import", "lifted_count")
    op.execute('DELETE FROM "import" WHERE list_id IS NULL')
    op.alter_column("import", "list_id", existing_type=sa.UUID(), nullable=False)
