"""The tokens with which a relay signed its reports. A new table; nothing else is touched."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0090"
down_revision: str | None = "0089"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

TABLE = "relay_token"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("token", "body")),
        sa.Column("seen_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_relay_token_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "token", name=op.f("pk_relay_token")),
    )
    op.create_index("ix_relay_token_seen", TABLE, ["seen_at"])


def downgrade() -> None:
    op.drop_table(TABLE)
