"""Short links in texts: the pages they lead to, each person's own code, and evidence from opening one.

A million codes take some 110 MiB with their index. The column of `pledge` has no default and its index, of
which nothing is in it yet, is built in one reading of the table: about a second for a million rows.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0065"
down_revision: str | None = "0064"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

_CLICKED = sa.text("clicked_at IS NOT NULL")


def _instant(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, postgresql.TIMESTAMP(timezone=True), nullable=nullable)


def _count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.SmallInteger(), server_default=sa.text("0"), nullable=False)


def upgrade() -> None:
    op.create_table(
        "link",
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("campaign_id", sa.UUID(), nullable=True),
        sa.Column("blast_id", sa.UUID(), nullable=True),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("support", sa.SmallInteger(), nullable=True),
        _instant("created_at"),
        sa.CheckConstraint("support BETWEEN 1 AND 5", name=op.f("ck_link_support")),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_link")),
    )
    op.create_index(
        "ix_link_blast",
        "link",
        ["organisation_id", "blast_id"],
        postgresql_where=sa.text("blast_id IS NOT NULL"),
    )
    op.create_table(
        "link_code",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("link_id", sa.UUID(), nullable=False),
        sa.Column("contact_id", sa.UUID(), nullable=True),
        _instant("created_at"),
        _instant("clicked_at", nullable=True),
        _instant("last_clicked_at", nullable=True),
        *map(_count, ("clicks", "previews", "prefetches", "robots", "scans")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_link_code")),
    )
    op.create_index(
        "ix_link_code_clicked_by", "link_code", ["organisation_id", "contact_id"], postgresql_where=_CLICKED
    )
    op.create_index(
        "ix_link_code_clicked", "link_code", ["organisation_id", "link_id"], postgresql_where=_CLICKED
    )
    op.add_column("pledge", sa.Column("link_id", sa.UUID(), nullable=True))
    op.create_index(
        "ix_pledge_link",
        "pledge",
        ["organisation_id", "link_id"],
        postgresql_where=sa.text("link_id IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_pledge_link", table_name="pledge")
    op.drop_column("pledge", "link_id")
    op.drop_table("link_code")
    op.drop_table("link")
