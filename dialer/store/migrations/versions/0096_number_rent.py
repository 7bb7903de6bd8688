"""What our numbers cost every month, and what was charged for which. New columns, and a new table."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0096"
down_revision: str | None = "0095"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

INSTANT = postgresql.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.add_column("own_number", sa.Column("rent", sa.Numeric(), nullable=True))
    op.add_column("own_number", sa.Column("rent_currency", sa.Text(), nullable=True))
    op.add_column("own_number", sa.Column("rent_due_at", INSTANT, nullable=True))
    op.create_table(
        "number_rent",
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("charged_at", INSTANT, nullable=False),
        sa.Column("amount", sa.Numeric(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "number", "charged_at", name=op.f("pk_number_rent")),
    )


def downgrade() -> None:
    op.drop_table("number_rent")
    for name in ("rent_due_at", "rent_currency", "rent"):
        op.drop_column("own_number", name)
