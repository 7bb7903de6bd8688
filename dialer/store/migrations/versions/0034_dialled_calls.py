"""Calls that the dialler places, the lines of volunteers, and what paces them.

The indexes that are new on `call`, `shift` and `assignment` are partial, and no row is in one yet. Each check
that takes new words, and the reference from calls to shifts, reads its table once while nobody writes to it:
half a second on a million results.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0034"
down_revision: str | None = "0033"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

_BEFORE = (
    "'contacted', 'refused', 'wrong_number', 'disconnected', 'moved', 'deceased', 'already_voted', "
    "'do_not_call', 'no_answer', 'busy', 'answering_machine', 'left_message', 'language_barrier', 'callback'"
)
_KINDS = (
    "'volunteer_ready', 'volunteer_paused', 'volunteer_left', 'call_started', 'call_ringing', "
    "'call_answered', 'call_connected', 'call_abandoned', 'call_ended'"
)
_RESULTS = "'unknown', 'human', 'machine', 'no_answer', 'busy', 'failed', 'hung_up', 'completed'"
_GREETED = "state = 'in_progress' AND greeted_at IS NOT NULL AND joined_at IS NULL"
_OF_SHIFT = "shift_id IS NOT NULL AND state IN ('queued', 'ringing', 'in_progress')"


def upgrade() -> None:
    _shifts()
    _assignments()
    _calls()
    _results()
    _pacing()


def _shifts() -> None:
    op.add_column("shift", sa.Column("ready_since", postgresql.TIMESTAMP(timezone=True), nullable=True))
    op.add_column(
        "shift", sa.Column("line_state", sa.Text(), server_default=sa.text("'none'"), nullable=False)
    )
    op.add_column("shift", sa.Column("line_call_id", sa.UUID(), nullable=True))
    op.add_column("shift", sa.Column("pin", sa.Text(), nullable=True))
    op.execute("UPDATE shift SET ready_since = last_seen_at WHERE state = 'ready'")
    op.create_check_constraint(
        op.f("ck_shift_line_state"), "shift", "line_state IN ('none', 'ringing', 'open')"
    )
    op.create_index(
        "ix_shift_waiting",
        "shift",
        ["organisation_id", "campaign_id", "ready_since"],
        postgresql_where=sa.text("state = 'ready' AND line_state = 'open'"),
    )
    op.create_index(
        "uq_shift_pin",
        "shift",
        ["organisation_id", "pin"],
        unique=True,
        postgresql_where=sa.text("pin IS NOT NULL AND state <> 'ended'"),
    )


def _assignments() -> None:
    op.alter_column("assignment", "shift_id", existing_type=sa.UUID(), nullable=True)
    op.alter_column("assignment", "account_id", existing_type=sa.UUID(), nullable=True)
    _check("assignment", "state", "'dialling', 'open', 'completed', 'skipped', 'expired'")
    op.create_check_constraint(
        op.f("ck_assignment_in_hand"),
        "assignment",
        "state <> 'open' OR (shift_id IS NOT NULL AND account_id IS NOT NULL)",
    )
    op.create_index(
        "ix_assignment_dialling",
        "assignment",
        ["expires_at"],
        postgresql_where=sa.text("state = 'dialling'"),
    )


def _calls() -> None:
    for column in (
        sa.Column("shift_id", sa.UUID(), nullable=True),
        sa.Column("fence", sa.BigInteger(), nullable=True),
        sa.Column("greeted_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("joined_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("machine", sa.Boolean(), nullable=True),
    ):
        op.add_column("call", column)
    _check("call", "mode", "'ring_me', 'inbound', 'line', 'dialled'")
    op.create_foreign_key(
        op.f("fk_call_organisation_id_shift_id"),
        "call",
        "shift",
        ["organisation_id", "shift_id"],
        ["organisation_id", "id"],
    )
    for name, columns, where in (
        ("ix_call_shift", ["organisation_id", "shift_id"], _OF_SHIFT),
        ("ix_call_greeted", ["organisation_id", "campaign_id", "answered_at"], _GREETED),
        ("ix_call_abandoned", ["organisation_id", "number", "ended_at"], "state = 'abandoned'"),
    ):
        op.create_index(name, "call", columns, postgresql_where=sa.text(where))


def _results() -> None:
    op.alter_column("result", "account_id", existing_type=sa.UUID(), nullable=True)
    for table in ("result", "contact_progress"):
        _check(table, "disposition", f"{_BEFORE}, 'hung_up', 'abandoned'")


def _pacing() -> None:
    op.create_table(
        "pacing_event",
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("campaign_id", sa.UUID(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("call_id", sa.UUID(), nullable=True),
        sa.Column("shift_id", sa.UUID(), nullable=True),
        sa.Column("result", sa.Text(), nullable=True),
        sa.CheckConstraint(f"kind IN ({_KINDS})", name=op.f("ck_pacing_event_kind")),
        sa.CheckConstraint(f"result IN ({_RESULTS})", name=op.f("ck_pacing_event_result")),
        _of_campaign("pacing_event"),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_pacing_event")),
    )
    op.create_index("ix_pacing_event_campaign", "pacing_event", ["organisation_id", "campaign_id", "id"])
    op.create_table(
        "pacer_lease",
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("campaign_id", sa.UUID(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        _json("state"),
        _json("figures"),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        _of_campaign("pacer_lease"),
        sa.PrimaryKeyConstraint("organisation_id", "campaign_id", name=op.f("pk_pacer_lease")),
    )


def _json(name: str) -> sa.Column[object]:
    return sa.Column(
        name,
        postgresql.JSONB(astext_type=sa.Text()),
        server_default=sa.text("'{}'::jsonb"),
        nullable=False,
    )


def _of_campaign(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["organisation_id", "campaign_id"],
        ["campaign.organisation_id", "campaign.id"],
        name=op.f(f"fk_{table}_organisation_id_campaign_id"),
        ondelete="CASCADE",
    )


def _check(table: str, column: str, words: str) -> None:
    name = op.f(f"ck_{table}_{column}")
    op.drop_constraint(name, table, type_="check")
    op.create_check_constraint(name, table, f"{column} IN ({words})")


def downgrade() -> None:
    """What only the dialler did has no place in the older schema, and goes."""
    op.drop_table("pacer_lease")
    op.drop_table("pacing_event")
    op.execute("DELETE FROM call WHERE mode IN ('line', 'dialled')")
    op.execute("DELETE FROM result WHERE account_id IS NULL")
    op.execute("DELETE FROM assignment WHERE shift_id IS NULL OR account_id IS NULL")
    op.execute(
        "UPDATE contact_progress SET disposition = 'no_answer' WHERE disposition IN ('hung_up', 'abandoned')"
    )
    for table in ("result", "contact_progress"):
        _check(table, "disposition", _BEFORE)
    op.alter_column("result", "account_id", existing_type=sa.UUID(), nullable=False)
    for name in ("ix_call_abandoned", "ix_call_greeted", "ix_call_shift"):
        op.drop_index(name, table_name="call")
    op.drop_constraint(op.f("fk_call_organisation_id_shift_id"), "call", type_="foreignkey")
    _check("call", "mode", "'ring_me', 'inbound'")
    for name in ("machine", "joined_at", "greeted_at", "fence", "shift_id"):
        op.drop_column("call", name)
    op.drop_index("ix_assignment_dialling", table_name="assignment")
    op.drop_constraint(op.f("ck_assignment_in_hand"), "assignment", type_="check")
    _check("assignment", "state", "'open', 'completed', 'skipped', 'expired'")
    for name in ("account_id", "shift_id"):
        op.alter_column("assignment", name, existing_type=sa.UUID(), nullable=False)
    op.drop_index("uq_shift_pin", table_name="shift")
    op.drop_index("ix_shift_waiting", table_name="shift")
    op.drop_constraint(op.f("ck_shift_line_state"), "shift", type_="check")
    for name in ("pin", "line_call_id", "line_state", "ready_since"):
        op.drop_column("shift", name)
