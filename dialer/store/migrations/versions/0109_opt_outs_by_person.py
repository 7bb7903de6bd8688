"""Opt-outs by person, lifted ones too, for the timeline of a person: one small index."""

from collections.abc import Sequence

from alembic import op

revision: str = "0109"
down_revision: str | None = "0108"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_index("ix_opt_out_contact", "opt_out", ["organisation_id", "contact_id"])


def downgrade() -> None:
    op.drop_index("ix_opt_out_contact", table_name="opt_out")
