"""Fewer indexes for each new state of a text, and room beside it, so that a claim writes into none.

A text is written four times on its way. Room for a second version on its page lets a claim, which changes no
column of an index, touch none of them (pages that are there stay as they are). One index of a blast's texts
does for those of a state as well, which it tells apart without looking at the rows. Nobody looks for all that
are on the wire or delivered by anything but what they belong to, so those leave the index by state.

On a table with millions of rows the two indexes take some seconds a million, while nothing is sent.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0026"
down_revision: str | None = "0025"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.execute("ALTER TABLE message SET (fillfactor = 50)")
    for name in ("ix_message_blast", "ix_message_of_blast", "ix_message_state"):
        op.drop_index(name, table_name="message")
    op.create_index(
        "ix_message_blast", "message", ["organisation_id", "blast_id", "id", "state"], unique=False
    )
    op.create_index(
        "ix_message_state",
        "message",
        ["organisation_id", "state", "id"],
        unique=False,
        postgresql_where=sa.text("state NOT IN ('sending', 'delivered')"),
    )


def downgrade() -> None:
    for name in ("ix_message_state", "ix_message_blast"):
        op.drop_index(name, table_name="message")
    op.create_index("ix_message_state", "message", ["organisation_id", "state", "id"], unique=False)
    op.create_index("ix_message_of_blast", "message", ["organisation_id", "blast_id", "id"], unique=False)
    op.create_index(
        "ix_message_blast", "message", ["organisation_id", "blast_id", "state", "id"], unique=False
    )
    op.execute("ALTER TABLE message RESET (fillfactor)")
