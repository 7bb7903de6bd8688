"""What came with a text to us. A column without a default: done in an instant, however many texts there are."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0073"
down_revision: str | None = "0072"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    kind = postgresql.JSONB(none_as_null=True, astext_type=sa.Text())
    op.add_column("message", sa.Column("attachments", kind, nullable=True))


def downgrade() -> None:
    op.drop_column("message", "attachments")
