"""Letters that came to us, each once. A new table; nothing else is touched."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0078"
down_revision: str | None = "0077"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

INSTANT = postgresql.TIMESTAMP(timezone=True)
TABLE = "incoming_letter"


def upgrade() -> None:
    texts = postgresql.ARRAY(sa.Text())
    op.create_table(
        TABLE,
        *(sa.Column(name, sa.UUID(), nullable=False) for name in ("organisation_id", "id")),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("fingerprint", "way")),
        sa.Column("raw", sa.LargeBinary(), nullable=True),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("recipients", texts, server_default=sa.text("'{}'::text[]"), nullable=False),
        *(
            sa.Column(name, sa.Text(), nullable=True)
            for name in ("sender", "sender_name", "reply_to", "doubt", "outcome")
        ),
        *(sa.Column(name, sa.UUID(), nullable=True) for name in ("about_id", "message_id")),
        sa.Column("tries", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        *(sa.Column(name, INSTANT, nullable=False) for name in ("due_at", "received_at")),
        sa.Column("applied_at", INSTANT, nullable=True),
        sa.CheckConstraint("way IN ('mailbox', 'webhook')", name=op.f("ck_incoming_letter_way")),
        sa.CheckConstraint(
            "outcome IN ('answer', 'report', 'unsubscribe', 'automatic', 'unknown')",
            name=op.f("ck_incoming_letter_outcome"),
        ),
        sa.CheckConstraint(
            "doubt IN ('other_sender', 'other_reply_to', 'unproven')", name=op.f("ck_incoming_letter_doubt")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_incoming_letter")),
        sa.UniqueConstraint(
            "organisation_id", "fingerprint", name=op.f("uq_incoming_letter_organisation_id_fingerprint")
        ),
    )
    _index("ix_incoming_letter_due", ["due_at"], "applied_at IS NULL")
    _index("ix_incoming_letter_message", ["organisation_id", "message_id"], "message_id IS NOT NULL")
    op.create_index("ix_incoming_letter_outcome", TABLE, ["organisation_id", "outcome", "id"])
    _index("ix_incoming_letter_kept", ["received_at"], "raw IS NOT NULL")


def downgrade() -> None:
    op.drop_table(TABLE)


def _index(name: str, columns: list[str], where: str) -> None:
    op.create_index(name, TABLE, columns, postgresql_where=sa.text(where))
