"""Events, phone-bank sessions among them, and who comes to them. New tables."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0104"
down_revision: str | None = "0103"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

INSTANT = postgresql.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.create_table(
        "event",
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("campaign_id", sa.UUID(), nullable=True),
        sa.Column("series_id", sa.UUID(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("postcode", sa.Text(), nullable=True),
        sa.Column("seat_code", sa.Text(), nullable=True),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("taken", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("waiting", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("state", sa.Text(), server_default=sa.text("'planned'"), nullable=False),
        sa.Column("cancelled_at", INSTANT, nullable=True),
        sa.Column("created_by", sa.UUID(), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.CheckConstraint(
            "kind IN ('canvass', 'phone_bank', 'carpool', 'rally', 'leaflet')", name=op.f("ck_event_kind")
        ),
        sa.CheckConstraint("state IN ('planned', 'cancelled')", name=op.f("ck_event_state")),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_event_ends_at")),
        sa.CheckConstraint(
            "taken >= 0 AND waiting >= 0 AND taken <= coalesce(capacity, taken)", name=op.f("ck_event_taken")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "campaign_id"],
            ["campaign.organisation_id", "campaign.id"],
            name=op.f("fk_event_organisation_id_campaign_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_event")),
    )
    op.create_index("ix_event_starts_at", "event", ["organisation_id", "starts_at", "id"])
    op.create_index("ix_event_campaign", "event", ["organisation_id", "campaign_id", "starts_at", "id"])
    op.create_table(
        "rsvp",
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("event_id", sa.UUID(), nullable=False),
        sa.Column("account_id", sa.UUID(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("places", sa.SmallInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("state_since", INSTANT, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.CheckConstraint("state IN ('going', 'waitlist', 'withdrawn')", name=op.f("ck_rsvp_state")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "event_id"],
            ["event.organisation_id", "event.id"],
            name=op.f("fk_rsvp_organisation_id_event_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "account_id"],
            ["account.organisation_id", "account.id"],
            name=op.f("fk_rsvp_organisation_id_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_rsvp")),
        sa.UniqueConstraint("code", name=op.f("uq_rsvp_code")),
        sa.UniqueConstraint(
            "organisation_id",
            "event_id",
            "account_id",
            name=op.f("uq_rsvp_organisation_id_event_id_account_id"),
        ),
        sa.UniqueConstraint(
            "organisation_id", "event_id", "phone", name=op.f("uq_rsvp_organisation_id_event_id_phone")
        ),
        sa.UniqueConstraint(
            "organisation_id", "event_id", "email", name=op.f("uq_rsvp_organisation_id_event_id_email")
        ),
    )
    op.create_index("ix_rsvp_event", "rsvp", ["organisation_id", "event_id", "state", "state_since", "id"])
    op.create_index("ix_rsvp_account", "rsvp", ["organisation_id", "account_id"])


def downgrade() -> None:
    op.drop_table("rsvp")
    op.drop_table("event")
