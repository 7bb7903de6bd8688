"""A page of ours for the imprint of a campaign, under a short code.

A column of a small table, with a code for each campaign that has an imprint already. The code stands in an
address and tells by itself whose it is, so its index names no organisation.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0037"
down_revision: str | None = "0036"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("campaign", sa.Column("imprint_code", sa.Text(), nullable=True))
    op.execute(
        "UPDATE campaign SET imprint_code = substr(md5(gen_random_uuid()::text), 1, 8) WHERE imprint IS NOT NULL"
    )
    op.create_index(
        "uq_campaign_imprint_code",
        "campaign",
        ["imprint_code"],
        unique=True,
        postgresql_where=sa.text("imprint_code IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("uq_campaign_imprint_code", table_name="campaign")
    op.drop_column("campaign", "imprint_code")
