"""What blasts have cost, a figure for each currency: amounts in two can't be added up.

A few rows of a small table, worked out anew from the texts, which are read once: some seconds a million.
"""

from collections.abc import Sequence

from alembic import op

revision: str = "0043"
down_revision: str | None = "0042"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

_SPENT = """
    INSERT INTO counter (organisation_id, scope, scope_id, name, stripe, value)
    SELECT organisation_id, 'blast', blast_id, %s, 0, (sum(cost) * 100000)::bigint
    FROM message WHERE purpose = 'blast' AND blast_id IS NOT NULL AND cost <> 0
    GROUP BY 1, 3, 4
"""


def upgrade() -> None:
    op.execute("DELETE FROM counter WHERE scope = 'blast' AND name = 'spent_e5'")
    op.execute(_SPENT % "'spent_' || cost_currency || '_e5'")


def downgrade() -> None:
    op.execute("DELETE FROM counter WHERE scope = 'blast' AND name ~ '^spent_[A-Z]{3}_e5$'")
    op.execute(_SPENT % "'spent_e5'")
