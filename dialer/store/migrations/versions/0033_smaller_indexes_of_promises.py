"""Polling districts and what people said in indexes of a tenth of the size.

Few values, each of many people: without a person's own id in the key PostgreSQL keeps a value once for all of
them. Each row of an import goes to a place among those of its value, so that half-full pages were split and
logged all the time. On a million people making them takes some two seconds.
"""

from collections.abc import Sequence

from alembic import op

revision: str = "0033"
down_revision: str | None = "0032"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

DISTRICT = ("ix_contact_polling_district", "contact", ["organisation_id", "polling_district"])
SUPPORT = ("ix_voter_record_support", "voter_record", ["organisation_id", "election_id", "support"])


def upgrade() -> None:
    for name, table, columns in (DISTRICT, SUPPORT):
        op.drop_index(name, table_name=table)
        op.create_index(name, table, columns)


def downgrade() -> None:
    for (name, table, columns), person in ((DISTRICT, "id"), (SUPPORT, "contact_id")):
        op.drop_index(name, table_name=table)
        op.create_index(name, table, [*columns, person])
