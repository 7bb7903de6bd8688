"""Templates of texts, and which text was made from one.

Two new tables; columns of small tables that are empty or false where they are new. The index of `blast` is
over the few that were made from a template.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0069"
down_revision: str | None = "0068"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

INSTANT = postgresql.TIMESTAMP(timezone=True)
TEMPLATE = ["text_template.organisation_id", "text_template.id"]


def upgrade() -> None:
    _templates()
    _versions()
    op.add_column("blast", sa.Column("template_id", sa.UUID(), nullable=True))
    op.create_foreign_key(
        op.f("fk_blast_organisation_id_template_id"),
        "blast",
        "text_template",
        ["organisation_id", "template_id"],
        ["organisation_id", "id"],
    )
    op.create_index(
        "ix_blast_template",
        "blast",
        ["organisation_id", "template_id"],
        postgresql_where=sa.text("template_id IS NOT NULL"),
    )
    op.add_column(
        "campaign",
        sa.Column("approved_words_only", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )


def downgrade() -> None:
    op.drop_column("campaign", "approved_words_only")
    op.drop_column("blast", "template_id")
    op.drop_table("text_template_version")
    op.drop_table("text_template")


def _templates() -> None:
    op.create_table(
        "text_template",
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("campaign_id", sa.UUID(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_by", sa.UUID(), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("retired_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id", "campaign_id"],
            ["campaign.organisation_id", "campaign.id"],
            name=op.f("fk_text_template_organisation_id_campaign_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_text_template")),
    )
    op.create_index("ix_text_template_campaign", "text_template", ["organisation_id", "campaign_id", "id"])


def _versions() -> None:
    op.create_table(
        "text_template_version",
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("template_id", sa.UUID(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("bodies", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        *(sa.Column(f"{deed}_by", sa.UUID(), nullable=True) for deed in ("written", "submitted", "decided")),
        sa.Column("written_at", INSTANT, nullable=False),
        sa.Column("submitted_at", INSTANT, nullable=True),
        sa.Column("decided_at", INSTANT, nullable=True),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state IN ('draft', 'submitted', 'approved', 'declined')",
            name=op.f("ck_text_template_version_state"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "template_id"],
            TEMPLATE,
            name=op.f("fk_text_template_version_organisation_id_template_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "organisation_id", "template_id", "number", name=op.f("pk_text_template_version")
        ),
    )
