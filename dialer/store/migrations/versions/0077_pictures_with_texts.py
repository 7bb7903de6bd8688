"""Pictures that go with their texts (MMS).

New columns that are empty, or have a constant for rows that are there: no table is rewritten. Blasts that were
launched before go on as they were checked, with a link.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0077"
down_revision: str | None = "0076"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("message", sa.Column("picture_code", sa.Text(), nullable=True))
    op.add_column("sender", sa.Column("pictures", sa.Boolean(), nullable=True))
    op.add_column(
        "blast", sa.Column("picture_by", sa.Text(), nullable=False, server_default=sa.text("'picture'"))
    )
    op.create_check_constraint(op.f("ck_blast_picture_by"), "blast", "picture_by IN ('picture', 'link')")
    op.execute("UPDATE blast SET picture_by = 'link' WHERE launched_at IS NOT NULL")


def downgrade() -> None:
    op.drop_column("blast", "picture_by")
    op.drop_column("sender", "pictures")
    op.drop_column("message", "picture_code")
