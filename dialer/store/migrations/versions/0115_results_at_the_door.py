"""Results at the door: a new table, empty, and a kind of export more, whose few rows are checked again."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0115"
down_revision: str | None = "0114"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

_OUTCOMES = (
    "outcome IN ('contacted', 'not_in', 'left_leaflet', 'refused', 'language_barrier', 'wrong_person', "
    "'moved', 'deceased', 'already_voted', 'do_not_knock')"
)
_KINDS = "kind IN ('contacts', 'pledges', 'turnout', 'results', 'messages', 'calls')"
_KINDS_NOW = "kind IN ('contacts', 'pledges', 'turnout', 'results', 'door_results', 'messages', 'calls')"


def _instant(name: str, **more: object) -> sa.Column[object]:
    return sa.Column(name, postgresql.TIMESTAMP(timezone=True), **more)  # type: ignore[arg-type]


def upgrade() -> None:
    op.create_table(
        "door_result",
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("campaign_id", sa.UUID(), nullable=False),
        sa.Column("contact_id", sa.UUID(), nullable=False),
        sa.Column("account_id", sa.UUID(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("support", sa.Integer(), nullable=True),
        sa.Column("voting_method", sa.Text(), nullable=True),
        sa.Column("needs_lift", sa.Boolean(), nullable=True),
        sa.Column("id_ready", sa.Boolean(), nullable=True),
        sa.Column("answers", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("effects", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("body_hash", sa.LargeBinary(), nullable=False),
        _instant("at", nullable=False),
        _instant("recorded_at", server_default=sa.func.now(), nullable=False),
        _instant("undone_at", nullable=True),
        sa.Column("undone_by", sa.UUID(), nullable=True),
        sa.Column("undone_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(_OUTCOMES, name=op.f("ck_door_result_outcome")),
        sa.CheckConstraint("support BETWEEN 1 AND 5", name=op.f("ck_door_result_support")),
        sa.CheckConstraint(
            "voting_method IN ('in_person', 'postal', 'proxy')", name=op.f("ck_door_result_voting_method")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "campaign_id"],
            ["campaign.organisation_id", "campaign.id"],
            name=op.f("fk_door_result_organisation_id_campaign_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "contact_id"],
            ["contact.organisation_id", "contact.id"],
            name=op.f("fk_door_result_organisation_id_contact_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_door_result")),
    )
    op.create_index("ix_door_result_campaign", "door_result", ["organisation_id", "campaign_id", "at", "id"])
    op.create_index("ix_door_result_contact", "door_result", ["organisation_id", "contact_id", "campaign_id"])
    op.drop_constraint(op.f("ck_export_kind"), "export", type_="check")
    op.create_check_constraint(op.f("ck_export_kind"), "export", _KINDS_NOW)


def downgrade() -> None:
    op.execute("DELETE FROM export WHERE kind = 'door_results'")
    op.drop_constraint(op.f("ck_export_kind"), "export", type_="check")
    op.create_check_constraint(op.f("ck_export_kind"), "export", _KINDS)
    op.drop_table("door_result")
