"""What an import changed and why it knew somebody, so that it can be explained and taken back.

New people cost nothing more: the columns are empty for them, and the index is on those who were known. Of an
import from before this migration, whom it made and put in its list is known, not what it changed.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

STATES = "'queued', 'needs_mapping', 'running', 'completed', 'failed', 'cancelled'"


def upgrade() -> None:
    _create_changes()
    _create_duplicates()
    op.add_column("consent", sa.Column("import_id", sa.UUID(), nullable=True))
    op.add_column("import", sa.Column("undo", postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.add_column("import", sa.Column("undo_after", sa.UUID(), nullable=True))
    op.add_column("import_contact", sa.Column("why", sa.SmallInteger(), nullable=True))
    op.add_column("import_contact", sa.Column("changed", sa.Boolean(), nullable=True))
    op.create_index(
        "ix_import_contact_known",
        "import_contact",
        ["organisation_id", "import_id", "row"],
        postgresql_where=sa.text("why IS NOT NULL"),
    )
    _allow_states(f"{STATES}, 'undoing', 'undone'")


def downgrade() -> None:
    op.execute("UPDATE import SET state = 'completed' WHERE state IN ('undoing', 'undone')")
    _allow_states(STATES)
    op.drop_index("ix_import_contact_known", table_name="import_contact")
    op.drop_column("import_contact", "changed")
    op.drop_column("import_contact", "why")
    op.drop_column("import", "undo_after")
    op.drop_column("import", "undo")
    op.drop_column("consent", "import_id")
    op.drop_table("import_duplicate")
    op.drop_table("import_change")


def _allow_states(states: str) -> None:
    op.drop_constraint(op.f("ck_import_state"), "import", type_="check")
    op.create_check_constraint(op.f("ck_import_state"), "import", f"state IN ({states})")


def _create_changes() -> None:
    op.create_table(
        "import_change",
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("import_id", sa.UUID(), nullable=False),
        sa.Column("contact_id", sa.UUID(), nullable=False),
        *(
            sa.Column(
                name,
                postgresql.JSONB(astext_type=sa.Text()),
                server_default=sa.text("'{}'::jsonb"),
                nullable=False,
            )
            for name in ("before", "after")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "import_id"],
            ["import.organisation_id", "import.id"],
            name=op.f("fk_import_change_organisation_id_import_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "import_id", "contact_id", name=op.f("pk_import_change")),
    )
    op.create_index(
        "ix_import_change_contact", "import_change", ["organisation_id", "contact_id", "import_id"]
    )


def _create_duplicates() -> None:
    op.create_table(
        "import_duplicate",
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("import_id", sa.UUID(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.UUID(), nullable=False),
        sa.Column("why", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "import_id"],
            ["import.organisation_id", "import.id"],
            name=op.f("fk_import_duplicate_organisation_id_import_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "import_id", "row", name=op.f("pk_import_duplicate")),
    )
