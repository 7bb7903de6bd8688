"""Words to many of us at once: two new tables."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0116"
down_revision: str | None = "0115"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

INSTANT = postgresql.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.create_table(
        "circular",
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("audience_id", sa.UUID(), nullable=False),
        sa.Column("audience_name", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("called_off_at", INSTANT, nullable=True),
        sa.Column("created_by", sa.UUID(), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.CheckConstraint("audience IN ('team', 'campaign', 'session')", name=op.f("ck_circular_audience")),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_circular")),
    )
    op.create_table(
        "circular_text",
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("circular_id", sa.UUID(), nullable=False),
        sa.Column("account_id", sa.UUID(), nullable=True),
        sa.Column("rsvp_id", sa.UUID(), nullable=True),
        sa.Column("message_id", sa.UUID(), nullable=True),
        sa.Column("left_out", sa.Text(), nullable=True),
        *(
            sa.ForeignKeyConstraint(
                ["organisation_id", f"{table}_id"],
                [f"{table}.organisation_id", f"{table}.id"],
                name=op.f(f"fk_circular_text_organisation_id_{table}_id"),
                ondelete="CASCADE",
            )
            for table in ("circular", "account", "rsvp")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_circular_text")),
        sa.UniqueConstraint(
            "organisation_id",
            "circular_id",
            "account_id",
            name=op.f("uq_circular_text_organisation_id_circular_id_account_id"),
        ),
        sa.UniqueConstraint(
            "organisation_id",
            "circular_id",
            "rsvp_id",
            name=op.f("uq_circular_text_organisation_id_circular_id_rsvp_id"),
        ),
    )
    op.create_index(
        "ix_circular_text_waits",
        "circular_text",
        ["organisation_id", "id"],
        postgresql_where=sa.text("message_id IS NULL AND left_out IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("circular_text")
    op.drop_table("circular")
