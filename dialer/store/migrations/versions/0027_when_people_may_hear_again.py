"""For how long a campaign's blasts leave people alone who heard from us.

One empty column of a small table: as long as the installation says, which is not at all unless it is set.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0027"
down_revision: str | None = "0026"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("campaign", sa.Column("recontact_after_s", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("campaign", "recontact_after_s")
