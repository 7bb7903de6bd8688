"""Pictures that were withdrawn, and what came with texts once its time is over: the row stays, the bytes go.

Columns that are empty where they are new. The checks read `attachment` and `picture`, which are small beside
the texts; so does the new index.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0081"
down_revision: str | None = "0080"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

INSTANT = postgresql.TIMESTAMP(timezone=True)
_STATE = "ck_attachment_state"
_WHY = "ck_attachment_why"


def upgrade() -> None:
    op.add_column("picture", sa.Column("gone_at", INSTANT, nullable=True))
    op.add_column("picture", sa.Column("gone_why", sa.Text(), nullable=True))
    op.create_check_constraint(
        op.f("ck_picture_gone_why"), "picture", "gone_why IN ('withdrawn', 'retention')"
    )
    op.add_column("attachment", sa.Column("opened_by", sa.UUID(), nullable=True))
    op.add_column("attachment", sa.Column("opened_at", INSTANT, nullable=True))
    op.add_column("attachment", sa.Column("deleted_at", INSTANT, nullable=True))
    op.drop_constraint(op.f(_STATE), "attachment")
    op.create_check_constraint(op.f(_STATE), "attachment", "state IN ('waiting', 'kept', 'lost', 'deleted')")
    op.drop_constraint(op.f(_WHY), "attachment")
    op.create_check_constraint(
        op.f(_WHY), "attachment", "why IN ('gone', 'too_large', 'not_fetched', 'retention')"
    )
    op.create_index(
        "ix_attachment_kept",
        "attachment",
        ["organisation_id", "created_at"],
        postgresql_where=sa.text("state = 'kept'"),
    )


def downgrade() -> None:
    op.drop_index("ix_attachment_kept", "attachment")
    op.execute("UPDATE attachment SET state = 'lost', why = 'gone' WHERE state = 'deleted'")
    op.drop_constraint(op.f(_WHY), "attachment")
    op.create_check_constraint(op.f(_WHY), "attachment", "why IN ('gone', 'too_large', 'not_fetched')")
    op.drop_constraint(op.f(_STATE), "attachment")
    op.create_check_constraint(op.f(_STATE), "attachment", "state IN ('waiting', 'kept', 'lost')")
    op.drop_column("attachment", "deleted_at")
    op.drop_column("attachment", "opened_at")
    op.drop_column("attachment", "opened_by")
    op.drop_column("picture", "gone_why")
    op.drop_column("picture", "gone_at")
