"""Who is in a volunteer's room, whichever shift they were joined for.

An index of the dialled calls that go on with somebody: a few hundred rows at most. To build it, `call` is read
once: some ten seconds for ten million calls, in which none is written.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0047"
down_revision: str | None = "0046"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_index(
        "ix_call_room",
        "call",
        ["organisation_id", "account_id"],
        postgresql_where=sa.text("mode = 'dialled' AND state IN ('queued', 'ringing', 'in_progress')"),
    )


def downgrade() -> None:
    op.drop_index("ix_call_room", table_name="call")
