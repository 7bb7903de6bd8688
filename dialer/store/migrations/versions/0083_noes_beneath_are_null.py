"""Nothing beneath a no is NULL, and never a null of JSON, to which SQL would add another no.

Touches the few noes from beneath which one was taken back.
"""

from collections.abc import Sequence

from alembic import op

revision: str = "0083"
down_revision: str | None = "0082"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.execute("UPDATE opt_out SET beneath = NULL WHERE beneath = 'null'")
    op.execute("UPDATE suppression SET beneath = NULL WHERE beneath = 'null'")
    op.execute("UPDATE suppression SET beneath = beneath - 0 WHERE beneath -> 0 = 'null'")


def downgrade() -> None:
    """Both mean that there is nothing."""
