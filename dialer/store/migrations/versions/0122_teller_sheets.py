"""Sheets that tellers wrote by hand, and which marks were keyed from one."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0122"
down_revision: str | None = "0121"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

INSTANT = postgresql.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.create_table(
        "teller_sheet",
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("election_id", sa.UUID(), nullable=False),
        sa.Column("polling_district", sa.Text(), nullable=False),
        sa.Column("station", sa.Text(), nullable=True),
        sa.Column("from_at", INSTANT, nullable=False),
        sa.Column("to_at", INSTANT, nullable=False),
        sa.Column("photo", sa.LargeBinary(), nullable=True),
        sa.Column("photo_type", sa.Text(), nullable=True),
        sa.Column("made_by", sa.UUID(), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("undone_at", INSTANT, nullable=True),
        sa.CheckConstraint("from_at < to_at", name=op.f("ck_teller_sheet_span")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "election_id"],
            ["election.organisation_id", "election.id"],
            name=op.f("fk_teller_sheet_organisation_id_election_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "made_by"],
            ["account.organisation_id", "account.id"],
            name=op.f("fk_teller_sheet_organisation_id_made_by"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_teller_sheet")),
    )
    op.create_index("ix_teller_sheet_election", "teller_sheet", ["organisation_id", "election_id", "id"])
    op.add_column("turnout_mark", sa.Column("sheet_id", sa.UUID(), nullable=True))
    op.create_foreign_key(
        op.f("fk_turnout_mark_organisation_id_sheet_id"),
        "turnout_mark",
        "teller_sheet",
        ["organisation_id", "sheet_id"],
        ["organisation_id", "id"],
    )
    op.create_index(
        "ix_turnout_mark_sheet",
        "turnout_mark",
        ["organisation_id", "sheet_id", "id"],
        postgresql_where=sa.text("sheet_id IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_turnout_mark_sheet", table_name="turnout_mark")
    op.drop_constraint(op.f("fk_turnout_mark_organisation_id_sheet_id"), "turnout_mark")
    op.drop_column("turnout_mark", "sheet_id")
    op.drop_table("teller_sheet")
