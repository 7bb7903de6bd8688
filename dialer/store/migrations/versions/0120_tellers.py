"""Links by which tellers join, and receipts for what their phones send: new tables and an empty column."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0120"
down_revision: str | None = "0119"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "teller_link",
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("election_id", sa.UUID(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column(
            "polling_districts",
            postgresql.ARRAY(sa.Text()),
            server_default=sa.text("'{}'::text[]"),
            nullable=False,
        ),
        sa.Column("joins", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("created_by", sa.UUID(), nullable=True),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("revoked_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id", "election_id"],
            ["election.organisation_id", "election.id"],
            name=op.f("fk_teller_link_organisation_id_election_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_teller_link")),
        sa.UniqueConstraint("code", name=op.f("uq_teller_link_code")),
    )
    op.create_index("ix_teller_link_election", "teller_link", ["organisation_id", "election_id", "id"])
    op.create_table(
        "mark_receipt",
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("client_id", sa.UUID(), nullable=False),
        sa.Column("account_id", sa.UUID(), nullable=True),
        sa.Column("mark_id", sa.UUID(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("voted_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column(
            "recorded_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "outcome IN ('accepted', 'duplicate', 'unknown', 'held', 'undone')",
            name=op.f("ck_mark_receipt_outcome"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "mark_id"],
            ["turnout_mark.organisation_id", "turnout_mark.id"],
            name=op.f("fk_mark_receipt_organisation_id_mark_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "client_id", name=op.f("pk_mark_receipt")),
    )
    op.create_index(
        "ix_mark_receipt_mark",
        "mark_receipt",
        ["organisation_id", "mark_id"],
        postgresql_where=sa.text("mark_id IS NOT NULL"),
    )
    op.add_column("api_token", sa.Column("teller_link_id", sa.UUID(), nullable=True))
    op.create_foreign_key(
        op.f("fk_api_token_organisation_id_teller_link_id"),
        "api_token",
        "teller_link",
        ["organisation_id", "teller_link_id"],
        ["organisation_id", "id"],
    )
    op.create_index(
        "ix_api_token_teller_link",
        "api_token",
        ["organisation_id", "teller_link_id"],
        postgresql_where=sa.text("teller_link_id IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_column("api_token", "teller_link_id")
    op.drop_table("mark_receipt")
    op.drop_table("teller_link")
