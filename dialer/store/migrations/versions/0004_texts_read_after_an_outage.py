"""Whether the carrier's lists of texts to us have been read since the last outage.

Organisations that are there begin unread, so that the first thing that a new version does is to read. It is no
reason any more for one sender to rest.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

MOMENTS = ("inbound_read_under", "inbound_missed_at", "inbound_failing_since", "inbound_read_again_at")


def upgrade() -> None:
    for name in MOMENTS:
        op.add_column("organisation", sa.Column(name, postgresql.TIMESTAMP(timezone=True), nullable=True))
    op.execute("UPDATE sender SET resting_for = NULL, resting_until = NULL WHERE resting_for = 'unread'")
    _allow_rests("'slowed', 'away'")
    op.alter_column("organisation", MOMENTS[0], server_default=sa.text("pg_postmaster_start_time()"))


def downgrade() -> None:
    _allow_rests("'slowed', 'away', 'unread'")
    for name in reversed(MOMENTS):
        op.drop_column("organisation", name)


def _allow_rests(reasons: str) -> None:
    op.drop_constraint(op.f("ck_sender_resting_for"), "sender", type_="check")
    op.create_check_constraint(op.f("ck_sender_resting_for"), "sender", f"resting_for IN ({reasons})")
