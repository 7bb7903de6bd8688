"""Months of numbers whose price isn't known yet are kept. Two columns may be null; a new index on few rows."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0102"
down_revision: str | None = "0101"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.alter_column("number_rent", "amount", existing_type=sa.Numeric(), nullable=True)
    op.alter_column("number_rent", "currency", existing_type=sa.Text(), nullable=True)
    op.create_index(
        "ix_number_rent_waiting",
        "number_rent",
        ["organisation_id", "number"],
        postgresql_where=sa.text("amount IS NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_number_rent_waiting", table_name="number_rent")
    op.execute(sa.text("DELETE FROM number_rent WHERE amount IS NULL"))
    op.alter_column("number_rent", "currency", existing_type=sa.Text(), nullable=False)
    op.alter_column("number_rent", "amount", existing_type=sa.Numeric(), nullable=False)
