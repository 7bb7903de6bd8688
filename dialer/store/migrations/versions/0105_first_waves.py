"""First waves: a few of a blast go first, and the rest waits.

New tables: no row is written anew.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0105"
down_revision: str | None = "0104"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

INSTANT = postgresql.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.create_table(
        "first_wave",
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("blast_id", sa.UUID(), nullable=False),
        sa.Column("size", sa.SmallInteger(), nullable=False),
        sa.Column("goes_on_after_s", sa.Integer(), nullable=True),
        sa.Column("held_at", INSTANT, nullable=True),
        sa.Column("passed_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("organisation_id", "blast_id", name="pk_first_wave"),
        sa.ForeignKeyConstraint(
            ["organisation_id", "blast_id"],
            ["blast.organisation_id", "blast.id"],
            name="fk_first_wave_organisation_id_blast_id",
            ondelete="CASCADE",
        ),
    )
    op.create_table(
        "first_wave_text",
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("message_id", sa.UUID(), nullable=False),
        sa.Column("blast_id", sa.UUID(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "message_id", name="pk_first_wave_text"),
        sa.ForeignKeyConstraint(
            ["organisation_id", "message_id"],
            ["message.organisation_id", "message.id"],
            name="fk_first_wave_text_organisation_id_message_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "blast_id"],
            ["first_wave.organisation_id", "first_wave.blast_id"],
            name="fk_first_wave_text_organisation_id_blast_id",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_first_wave_text_blast", "first_wave_text", ["organisation_id", "blast_id"])


def downgrade() -> None:
    op.drop_table("first_wave_text")
    op.drop_table("first_wave")
