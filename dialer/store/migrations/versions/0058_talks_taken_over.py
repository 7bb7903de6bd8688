"""Which talk goes on with a coordinator who has taken it over.

A column of a small table, empty where it is new: nothing is read or written but the catalogue.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0058"
down_revision: str | None = "0057"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("supervision", sa.Column("talk_id", sa.UUID(), nullable=True))


def downgrade() -> None:
    op.drop_column("supervision", "talk_id")
