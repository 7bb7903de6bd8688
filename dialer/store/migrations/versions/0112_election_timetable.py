"""The timetable of an election: its kind and nation, and the dates that were entered by hand.

New columns without a value: nothing is written anew.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0112"
down_revision: str | None = "0111"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

INSTANT = postgresql.TIMESTAMP(timezone=True)
KINDS = (
    "kind IN ('uk_parliament', 'local', 'mayor', 'police_commissioner', 'london_assembly', 'city_of_london',"
    " 'senedd', 'scottish_parliament', 'northern_ireland_assembly', 'referendum')"
)


def upgrade() -> None:
    op.add_column("election", sa.Column("kind", sa.Text(), nullable=True))
    op.add_column("election", sa.Column("nation", sa.Text(), nullable=True))
    op.create_check_constraint(op.f("ck_election_kind"), "election", KINDS)
    op.create_check_constraint(
        op.f("ck_election_nation"),
        "election",
        "nation IN ('england', 'northern_ireland', 'scotland', 'wales')",
    )
    op.create_table(
        "election_date",
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("election_id", sa.UUID(), nullable=False),
        sa.Column("milestone", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("due_time", sa.Time(), nullable=True),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("changed_by", sa.UUID(), nullable=True),
        sa.CheckConstraint(
            "milestone IN ('nominations', 'candidates', 'registration', 'postal_application',"
            " 'postal_despatch', 'proxy_application', 'voter_certificate', 'postal_last_post',"
            " 'emergency_proxy')",
            name=op.f("ck_election_date_milestone"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "election_id"],
            ["election.organisation_id", "election.id"],
            name=op.f("fk_election_date_organisation_id_election_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "election_id", "milestone", name=op.f("pk_election_date")),
    )


def downgrade() -> None:
    op.drop_table("election_date")
    op.drop_constraint(op.f("ck_election_nation"), "election", type_="check")
    op.drop_constraint(op.f("ck_election_kind"), "election", type_="check")
    op.drop_column("election", "nation")
    op.drop_column("election", "kind")
