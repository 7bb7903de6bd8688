"""Walks of a canvass: two new tables, empty, and on which walk a result was noted, which is empty too."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0118"
down_revision: str | None = "0117"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "canvass_walk",
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("campaign_id", sa.UUID(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("polling_district", sa.Text(), nullable=True),
        sa.Column("doors", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.UUID(), nullable=True),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("closed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id", "campaign_id"],
            ["campaign.organisation_id", "campaign.id"],
            name=op.f("fk_canvass_walk_organisation_id_campaign_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_canvass_walk")),
        sa.UniqueConstraint(
            "organisation_id",
            "campaign_id",
            "number",
            name=op.f("uq_canvass_walk_organisation_id_campaign_id_number"),
        ),
    )
    op.create_table(
        "canvass_line",
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("walk_id", sa.UUID(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.UUID(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "walk_id"],
            ["canvass_walk.organisation_id", "canvass_walk.id"],
            name=op.f("fk_canvass_line_organisation_id_walk_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "contact_id"],
            ["contact.organisation_id", "contact.id"],
            name=op.f("fk_canvass_line_organisation_id_contact_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "walk_id", "line", name=op.f("pk_canvass_line")),
        sa.UniqueConstraint(
            "organisation_id",
            "contact_id",
            "walk_id",
            name=op.f("uq_canvass_line_organisation_id_contact_id_walk_id"),
        ),
    )
    op.add_column("door_result", sa.Column("walk_id", sa.UUID(), nullable=True))
    op.create_foreign_key(
        op.f("fk_door_result_organisation_id_walk_id"),
        "door_result",
        "canvass_walk",
        ["organisation_id", "walk_id"],
        ["organisation_id", "id"],
    )
    op.create_index(
        "ix_door_result_walk",
        "door_result",
        ["organisation_id", "walk_id", "contact_id"],
        postgresql_where=sa.text("walk_id IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_door_result_walk", table_name="door_result")
    op.drop_column("door_result", "walk_id")
    op.drop_table("canvass_line")
    op.drop_table("canvass_walk")
