"""Recordings of calls: which campaigns make them, and where each stands.

The table is empty, and the columns cost nothing.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0056"
down_revision: str | None = "0055"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

_STATES = "'wanted', 'recording', 'fetching', 'kept', 'deleted', 'lost'"
_WHYS = (
    "'objection', 'by_coordinator', 'retention', 'erased', 'machine', 'switched_off', 'not_begun', "
    "'absent', 'gone'"
)
_TROUBLES = "'carrier_away', 'not_ready', 'not_audio', 'disk_full', 'not_writable'"


def _instant(name: str, *, nullable: bool = True) -> "sa.Column[object]":
    return sa.Column(name, postgresql.TIMESTAMP(timezone=True), nullable=nullable)


def upgrade() -> None:
    _settings()
    op.create_table(
        "recording",
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("call_id", sa.UUID(), nullable=False),
        sa.Column("campaign_id", sa.UUID(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        _instant("announced_at", nullable=False),
        _instant("asked_at"),
        sa.Column("carrier_sid", sa.Text(), nullable=True),
        _instant("started_at"),
        _instant("stops_at"),
        _instant("ended_at"),
        sa.Column("seconds", sa.Integer(), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=True),
        _instant("kept_at"),
        _instant("deleted_at"),
        sa.Column("deleted_by", sa.UUID(), nullable=True),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("trouble", sa.Text(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        _instant("due_at", nullable=False),
        _instant("settled_at"),
        _instant("cleared_at"),
        _instant("listened_at"),
        sa.Column("listened_by", sa.UUID(), nullable=True),
        _instant("created_at", nullable=False),
        sa.CheckConstraint(f"state IN ({_STATES})", name=op.f("ck_recording_state")),
        sa.CheckConstraint(f"why IN ({_WHYS})", name=op.f("ck_recording_why")),
        sa.CheckConstraint(f"trouble IN ({_TROUBLES})", name=op.f("ck_recording_trouble")),
        *(
            sa.ForeignKeyConstraint(
                ["organisation_id", f"{to}_id"],
                [f"{to}.organisation_id", f"{to}.id"],
                name=op.f(f"fk_recording_organisation_id_{to}_id"),
            )
            for to in ("call", "campaign")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_recording")),
    )
    _indexes()


def _settings() -> None:
    for column in (
        sa.Column("recording", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("recording_days", sa.Integer(), server_default=sa.text("28"), nullable=False),
        sa.Column("recording_lawful_by", sa.UUID(), nullable=True),
        _instant("recording_lawful_at"),
    ):
        op.add_column("campaign", column)


def _indexes() -> None:
    key = ["organisation_id", "campaign_id"]
    op.create_index("uq_recording_call", "recording", ["organisation_id", "call_id"], unique=True)
    op.create_index("ix_recording_campaign", "recording", [*key, "id"])
    op.create_index(
        "ix_recording_kept", "recording", [*key, "ended_at"], postgresql_where=sa.text("state = 'kept'")
    )
    op.create_index(
        "ix_recording_due",
        "recording",
        ["organisation_id", "due_at"],
        postgresql_where=sa.text("settled_at IS NULL"),
    )


def downgrade() -> None:
    """What was recorded lies in its files, unreadable."""
    op.drop_table("recording")
    for name in ("recording_lawful_at", "recording_lawful_by", "recording_days", "recording"):
        op.drop_column("campaign", name)
