"""Mappings remembered by a list's headers, and where an import's columns are from.

The column comes with a constant default, which costs nothing whatever the number of imports.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "import_mapping",
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("headers_key", sa.Text(), nullable=False),
        sa.Column(
            "headers",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
        ),
        sa.Column(
            "mapping",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column("created_by", sa.UUID(), nullable=True),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_import_mapping_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_import_mapping")),
        sa.UniqueConstraint(
            "organisation_id", "headers_key", name=op.f("uq_import_mapping_organisation_id_headers_key")
        ),
    )
    op.add_column(
        "import",
        sa.Column("mapping_source", sa.Text(), server_default=sa.text("'recognised'"), nullable=False),
    )
    op.create_check_constraint(
        op.f("ck_import_mapping_source"),
        "import",
        "mapping_source IN ('recognised', 'remembered', 'given')",
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_import_mapping_source"), "import", type_="check")
    op.drop_column("import", "mapping_source")
    op.drop_table("import_mapping")
