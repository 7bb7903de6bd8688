"""Why we paused a volunteer, and the PINs that were nobody's.

Both are empty where they are new: nothing is read or written but the catalogue.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0038"
down_revision: str | None = "0037"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("shift", sa.Column("pause_reason", sa.Text(), nullable=True))
    op.create_table(
        "pin_try",
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("call_id", sa.UUID(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "call_id"],
            ["call.organisation_id", "call.id"],
            name=op.f("fk_pin_try_call_id_call"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_pin_try")),
    )
    op.create_index("ix_pin_try_at", "pin_try", ["organisation_id", "at"])


def downgrade() -> None:
    op.drop_table("pin_try")
    op.drop_column("shift", "pause_reason")
