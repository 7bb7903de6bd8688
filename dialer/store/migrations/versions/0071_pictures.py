"""Pictures in texts, and which text leads to one.

A new table, and columns of a small one that are empty where they are new. The foreign key reads `blast`, which
is small.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0071"
down_revision: str | None = "0070"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

INSTANT = postgresql.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.create_table(
        "picture",
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("size", "width", "height")),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("made_by", sa.UUID(), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("retired_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id", "made_by"],
            ["account.organisation_id", "account.id"],
            name=op.f("fk_picture_organisation_id_made_by"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_picture")),
    )
    op.create_index("uq_picture_code", "picture", ["code"], unique=True)
    op.create_index(
        "uq_picture_sha256",
        "picture",
        ["organisation_id", "sha256"],
        unique=True,
        postgresql_where=sa.text("retired_at IS NULL"),
    )
    op.add_column("blast", sa.Column("picture_id", sa.UUID(), nullable=True))
    op.add_column("blast", sa.Column("picture_code", sa.Text(), nullable=True))
    op.create_foreign_key(
        op.f("fk_blast_organisation_id_picture_id"),
        "blast",
        "picture",
        ["organisation_id", "picture_id"],
        ["organisation_id", "id"],
    )


def downgrade() -> None:
    op.drop_column("blast", "picture_code")
    op.drop_column("blast", "picture_id")
    op.drop_table("picture")
