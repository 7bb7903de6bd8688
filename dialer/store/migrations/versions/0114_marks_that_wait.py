"""Why a mark of turnout waits, and quick ways to those that do and to one teller's.

Marks that wait already get the reason that can be told now without looking at each: a number that nobody has,
or bounds that it is out of.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0114"
down_revision: str | None = "0113"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("turnout_mark", sa.Column("why", sa.Text(), nullable=True))
    op.create_check_constraint(
        op.f("ck_turnout_mark_why"),
        "turnout_mark",
        "why IN ('nobody', 'several', 'other_election', 'other_district', 'too_fast', 'deceased', 'moved')",
    )
    op.execute("UPDATE turnout_mark SET why = 'nobody' WHERE state = 'unknown'")
    op.execute(
        """
        UPDATE turnout_mark AS mark
        SET why = CASE WHEN token.election_id <> mark.election_id THEN 'other_election' ELSE 'other_district' END
        FROM api_token AS token
        WHERE token.organisation_id = mark.organisation_id AND token.id = mark.token_id AND mark.state = 'held'
        """
    )
    op.create_index(
        "ix_turnout_mark_waiting",
        "turnout_mark",
        ["organisation_id", "election_id", "id"],
        postgresql_where=sa.text("state IN ('unknown', 'held')"),
    )
    op.create_index(
        "ix_turnout_mark_account",
        "turnout_mark",
        ["organisation_id", "account_id", "at"],
        postgresql_where=sa.text("account_id IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_turnout_mark_account", table_name="turnout_mark")
    op.drop_index("ix_turnout_mark_waiting", table_name="turnout_mark")
    op.drop_constraint(op.f("ck_turnout_mark_why"), "turnout_mark")
    op.drop_column("turnout_mark", "why")
