"""What came with texts to us, fetched and kept.

A new table; its foreign key only reads `message`. What came before is noted to be fetched too: that reads every
text once, some seconds for ten million, and locks none.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0074"
down_revision: str | None = "0073"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

INSTANT = postgresql.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.create_table(
        "attachment",
        *(sa.Column(name, sa.UUID(), nullable=False) for name in ("organisation_id", "id", "message_id")),
        sa.Column("nth", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("sid", "told_type", "state")),
        *(sa.Column(name, sa.Text(), nullable=True) for name in ("why", "content_type")),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("data", sa.LargeBinary(), nullable=True),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("settled_at", INSTANT, nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.CheckConstraint("state IN ('waiting', 'kept', 'lost')", name=op.f("ck_attachment_state")),
        sa.CheckConstraint("why IN ('gone', 'too_large', 'not_fetched')", name=op.f("ck_attachment_why")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "message_id"],
            ["message.organisation_id", "message.id"],
            name=op.f("fk_attachment_organisation_id_message_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_attachment")),
    )
    op.create_index(
        "uq_attachment_message_nth", "attachment", ["organisation_id", "message_id", "nth"], unique=True
    )
    where = sa.text("settled_at IS NULL")
    op.create_index("ix_attachment_due", "attachment", ["organisation_id", "due_at"], postgresql_where=where)
    lost = sa.text("state = 'lost'")
    op.create_index("ix_attachment_lost", "attachment", ["organisation_id"], postgresql_where=lost)
    op.execute(
        """
        INSERT INTO attachment (organisation_id, id, message_id, nth, sid, told_type, state, due_at, created_at)
        SELECT m.organisation_id, uuidv7(), m.id, one.nth - 1, one.it ->> 'sid', one.it ->> 'content_type',
            'waiting', now(), now()
        FROM message m, jsonb_array_elements(m.attachments) WITH ORDINALITY AS one (it, nth)
        WHERE m.attachments IS NOT NULL
        """
    )


def downgrade() -> None:
    op.drop_table("attachment")
