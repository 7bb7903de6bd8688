"""Numbers, addresses and names of people in indexes of half the size.

They are asked for each row of an import, at random places: with a million people, keeping them in memory is
what an import's speed depends on. An installation has one organisation, or few, so theirs is told apart by
the row itself. On a million people making them takes some four seconds.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0032"
down_revision: str | None = "0031"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.drop_index("ix_contact_phone_number", table_name="contact_phone")
    op.create_index("ix_contact_phone_number", "contact_phone", ["number"])
    op.drop_index("ix_contact_name_key", table_name="contact")
    op.create_index("ix_contact_name_key", "contact", ["name_key"])
    op.drop_index("ix_contact_email_key", table_name="contact")
    _index_emails(["email_key"])


def _index_emails(columns: list[str]) -> None:
    op.create_index(
        "ix_contact_email_key",
        "contact",
        columns,
        postgresql_ops={"email_key": "text_pattern_ops"},
        postgresql_where=sa.text("email_key IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_contact_email_key", table_name="contact")
    _index_emails(["organisation_id", "email_key"])
    op.drop_index("ix_contact_name_key", table_name="contact")
    op.create_index("ix_contact_name_key", "contact", ["organisation_id", "name_key"])
    op.drop_index("ix_contact_phone_number", table_name="contact_phone")
    op.create_index("ix_contact_phone_number", "contact_phone", ["organisation_id", "number", "contact_id"])
