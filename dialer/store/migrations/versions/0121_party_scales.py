"""Parties that people name, kept with what they told, and what each means in an election."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0121"
down_revision: str | None = "0120"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column(
        "election",
        sa.Column(
            "party_scale",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
        ),
    )
    op.add_column("pledge", sa.Column("party", sa.Text(), nullable=True))
    op.create_index(
        "ix_pledge_party",
        "pledge",
        ["organisation_id", "election_id", "party"],
        postgresql_where=sa.text("party IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_pledge_party", table_name="pledge")
    op.drop_column("pledge", "party")
    op.drop_column("election", "party_scale")
