"""Amounts to five places, as the carrier bills them, and when prices that were missing are read again.

To take the places away from a column's type changes no row, whatever the number of texts: only its
description changes, under a lock of an instant. What is rounded stays as it is. The figures that count money
are few, and are told in hundred-thousandths now.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0039"
down_revision: str | None = "0038"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

_MONEY = (
    ("message", "reckoned", True),
    ("message", "cost", True),
    ("call", "cost", True),
    ("campaign", "cost_cap", True),
    ("campaign", "spent", False),
)
_RENAME = r"""
    UPDATE counter SET name = regexp_replace(name, '_e[45]$', :ends), value = value * :up / :down
    WHERE scope IN ('blast', 'organisation') AND name LIKE 'spent\_%'
"""


def upgrade() -> None:
    for table, column, nullable in _MONEY:
        op.alter_column(table, column, type_=sa.Numeric(), existing_nullable=nullable)
    op.execute(sa.text(_RENAME).bindparams(ends="_e5", up=10, down=1))
    op.add_column("blast", sa.Column("unpriced_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("blast", sa.Column("price_looks", sa.SmallInteger(), server_default="0", nullable=False))
    op.add_column("blast", sa.Column("price_again_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    for name in ("price_again_at", "price_looks", "unpriced_since"):
        op.drop_column("blast", name)
    op.execute(sa.text(_RENAME).bindparams(ends="_e4", up=1, down=10))
    for table, column, nullable in _MONEY:
        op.alter_column(table, column, type_=sa.Numeric(14, 4), existing_nullable=nullable)
