"""How many numbers of a batch of look-ups are of which kind, kept with it. A new column, filled once."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0095"
down_revision: str | None = "0094"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    nothing = sa.text("'{}'::jsonb")
    op.add_column(
        "look_up_batch", sa.Column("lines", postgresql.JSONB(), server_default=nothing, nullable=False)
    )
    op.execute(
        """
        UPDATE look_up_batch b SET lines = found.lines
        FROM (
            SELECT organisation_id, batch_id, jsonb_object_agg(line, numbers) AS lines
            FROM (
                SELECT organisation_id, batch_id, coalesce(line, 'unknown') AS line, count(*) AS numbers
                FROM number_line WHERE state = 'known' GROUP BY 1, 2, 3
            ) AS each GROUP BY 1, 2
        ) AS found
        WHERE b.organisation_id = found.organisation_id AND b.id = found.batch_id
        """
    )


def downgrade() -> None:
    op.drop_column("look_up_batch", "lines")
