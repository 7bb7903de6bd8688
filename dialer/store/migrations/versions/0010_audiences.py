"""Audiences, and the lists made of them: two new tables, so nothing that is there is read or rewritten."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def _filter() -> sa.Column[object]:
    empty = sa.text("'{}'::jsonb")
    return sa.Column("filter", postgresql.JSONB(astext_type=sa.Text()), server_default=empty, nullable=False)


def upgrade() -> None:
    instant = postgresql.TIMESTAMP(timezone=True)
    op.create_table(
        "audience",
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        _filter(),
        sa.Column("created_by", sa.UUID(), nullable=True),
        sa.Column("created_at", instant, server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", instant, server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_audience_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_audience")),
    )
    op.create_table(
        "audience_snapshot",
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("audience_id", sa.UUID(), nullable=False),
        sa.Column("list_id", sa.UUID(), nullable=False),
        sa.Column("election_id", sa.UUID(), nullable=False),
        _filter(),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("through", sa.UUID(), nullable=True),
        sa.Column("contact_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("created_by", sa.UUID(), nullable=True),
        sa.Column("created_at", instant, nullable=False),
        sa.Column("finished_at", instant, nullable=True),
        sa.CheckConstraint("state IN ('running', 'completed')", name=op.f("ck_audience_snapshot_state")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "list_id"],
            ["contact_list.organisation_id", "contact_list.id"],
            name=op.f("fk_audience_snapshot_organisation_id_list_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_audience_snapshot")),
    )
    op.create_index("ix_audience_snapshot_list", "audience_snapshot", ["organisation_id", "list_id"])
    op.create_index(
        "ix_audience_snapshot_running",
        "audience_snapshot",
        ["organisation_id", "id"],
        postgresql_where=sa.text("state = 'running'"),
    )


def downgrade() -> None:
    op.drop_table("audience_snapshot")
    op.drop_table("audience")
