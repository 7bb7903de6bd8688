"""What texts have cost, kept by quarters of an hour, so that spending is told without reading every text.

It is filled from the texts that are there: they are read once, some five seconds a million. The table stays
small: a row for each sender, campaign and quarter of an hour in which something was sent, times the stripes.

Figures may be as large as money in hundred-thousandths: 21,000 pounds were the most that one could hold. Their
table is small, and written anew in an instant.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0041"
down_revision: str | None = "0040"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

_FILL = """
    INSERT INTO text_spending (organisation_id, campaign_id, sender, currency, quarter, stripe,
                               texts, segments, reckoned, cost)
    SELECT organisation_id, coalesce(campaign_id, '00000000-0000-0000-0000-000000000000'),
           coalesce(sender, ''), cost_currency,
           date_bin('15 minutes', coalesce(sent_at, created_at), 'epoch'), 0,
           count(*), sum(segments), sum(coalesce(reckoned, cost)), sum(cost)
    FROM message WHERE direction = 'outbound' AND cost IS NOT NULL
    GROUP BY 1, 2, 3, 4, 5
"""


def upgrade() -> None:
    op.create_table(
        "text_spending",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("quarter", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stripe", sa.SmallInteger(), nullable=False),
        sa.Column("texts", sa.BigInteger(), nullable=False),
        sa.Column("segments", sa.BigInteger(), nullable=False),
        sa.Column("reckoned", sa.Numeric(), nullable=False),
        sa.Column("cost", sa.Numeric(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "campaign_id", "sender", "currency", "quarter", "stripe"),
    )
    op.execute(_FILL)
    op.alter_column(
        "counter", "value", type_=sa.BigInteger(), existing_type=sa.Integer(), existing_nullable=False
    )


def downgrade() -> None:
    op.alter_column(
        "counter", "value", type_=sa.Integer(), existing_type=sa.BigInteger(), existing_nullable=False
    )
    op.drop_table("text_spending")
