"""Since when a shift is as it is, who asks for help, and coordinators (and others) who come into a room.

The new tables are empty. `shift` has a row a session, so that filling its new column is done in a second; the
check of `call` that takes new words reads the table once, some ten seconds for ten million calls, in which
none is written.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0048"
down_revision: str | None = "0047"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

_BEFORE = "'ring_me', 'inbound', 'line', 'dialled'"


def upgrade() -> None:
    _modes(f"{_BEFORE}, 'supervisor', 'transfer'")
    op.add_column(
        "shift",
        sa.Column(
            "state_since",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
    )
    op.execute("UPDATE shift SET state_since = COALESCE(ended_at, ready_since, last_seen_at)")
    _help()
    _supervision()


def _modes(words: str) -> None:
    name = op.f("ck_call_mode")
    op.drop_constraint(name, "call", type_="check")
    op.create_check_constraint(name, "call", f"mode IN ({words})")


def _help() -> None:
    op.create_table(
        "help_request",
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("campaign_id", sa.UUID(), nullable=False),
        sa.Column("shift_id", sa.UUID(), nullable=False),
        sa.Column("account_id", sa.UUID(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("asked_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("taken_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("taken_by", sa.UUID(), nullable=True),
        sa.Column("closed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("closed_by", sa.UUID(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.CheckConstraint("outcome IN ('helped', 'withdrawn')", name=op.f("ck_help_request_outcome")),
        sa.CheckConstraint(
            "reason IN ('frightened', 'question', 'technical')", name=op.f("ck_help_request_reason")
        ),
        *_of("help_request"),
    )
    op.create_index(
        "ix_help_request_open",
        "help_request",
        ["organisation_id", "campaign_id", "asked_at"],
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    _one_open("help_request", "open", "shift_id", "closed_at IS NULL")


def _supervision() -> None:
    op.create_table(
        "supervision",
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("campaign_id", sa.UUID(), nullable=False),
        sa.Column("shift_id", sa.UUID(), nullable=False),
        sa.Column("account_id", sa.UUID(), nullable=False),
        sa.Column("call_id", sa.UUID(), nullable=True),
        sa.Column("via", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("volunteer", sa.Text(), server_default=sa.text("'hears'"), nullable=False),
        sa.Column("applied", sa.Text(), nullable=True),
        sa.Column("tell_after", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("asked_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("joined_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("taken_over_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("ended_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("mode IN ('listen', 'whisper', 'take_over')", name=op.f("ck_supervision_mode")),
        sa.CheckConstraint("via IN ('phone', 'browser')", name=op.f("ck_supervision_via")),
        sa.CheckConstraint("volunteer IN ('hears', 'away')", name=op.f("ck_supervision_volunteer")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "call_id"],
            ["call.organisation_id", "call.id"],
            name=op.f("fk_supervision_organisation_id_call_id"),
        ),
        *_of("supervision"),
    )
    for name in ("account", "shift"):
        _one_open("supervision", name, f"{name}_id", "ended_at IS NULL")


def _of(table: str) -> tuple[sa.ForeignKeyConstraint | sa.PrimaryKeyConstraint, ...]:
    keys = [
        sa.ForeignKeyConstraint(
            ["organisation_id", f"{to}_id"],
            [f"{to}.organisation_id", f"{to}.id"],
            name=op.f(f"fk_{table}_organisation_id_{to}_id"),
            ondelete="CASCADE",
        )
        for to in ("campaign", "shift")
    ]
    return (*keys, sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f(f"pk_{table}")))


def _one_open(table: str, name: str, column: str, where: str) -> None:
    op.create_index(
        f"uq_{table}_{name}",
        table,
        ["organisation_id", column],
        unique=True,
        postgresql_where=sa.text(where),
    )


def downgrade() -> None:
    """Legs that the older schema doesn't know go."""
    op.drop_table("supervision")
    op.drop_table("help_request")
    op.drop_column("shift", "state_since")
    op.execute("DELETE FROM call WHERE mode IN ('supervisor', 'transfer')")
    _modes(_BEFORE)
