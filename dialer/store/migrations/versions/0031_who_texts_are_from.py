"""What texts of a campaign call whoever sends them, and the imprint that they carry.

Four columns of a small table, empty at first: texts are then from the organisation, and are election material
where the installation is at home in the United Kingdom.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0031"
down_revision: str | None = "0030"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    names: sa.Column[list[str]] = sa.Column(
        "sender_names", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'::text[]"), nullable=False
    )
    op.add_column("campaign", names)
    op.add_column("campaign", sa.Column("election_material", sa.Boolean(), nullable=True))
    op.add_column("campaign", sa.Column("imprint", sa.Text(), nullable=True))
    op.add_column("campaign", sa.Column("imprint_url", sa.Text(), nullable=True))


def downgrade() -> None:
    for name in ("imprint_url", "imprint", "election_material", "sender_names"):
        op.drop_column("campaign", name)
