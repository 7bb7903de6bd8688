"""Email as a second channel of blasts and messages.

The new columns have defaults that never change, so nothing is written; and the checks are put in place without
reading what is there, since each only allows one word more than before.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0075"
down_revision: str | None = "0074"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

_ENCODINGS = ("gsm7", "ucs2")
_SENDER_KINDS = ("long_code", "10dlc", "toll_free", "short_code", "alphanumeric", "messaging_service")
_EVENT_KINDS = ("message_status", "call_status", "machine_detection")
_TABLES = ("blast", "message")


def upgrade() -> None:
    for table in _TABLES:
        channel = sa.Column("channel", sa.Text(), server_default=sa.text("'sms'"), nullable=False)
        op.add_column(table, channel)
        _check(table, "channel", ("sms", "email"))
    op.add_column("blast", sa.Column("subject", sa.Text(), server_default=sa.text("''"), nullable=False))
    subjects = sa.Column(
        "subjects",
        postgresql.JSONB(astext_type=sa.Text()),
        server_default=sa.text("'{}'::jsonb"),
        nullable=False,
    )
    op.add_column("blast", subjects)
    op.add_column("message", sa.Column("subject", sa.Text(), nullable=True))
    op.add_column(
        "campaign",
        sa.Column("quiet_hours_email", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    _change("message", "encoding", (*_ENCODINGS, "utf8"))
    _change("sender", "kind", (*_SENDER_KINDS, "email"))
    _change("carrier_event", "kind", (*_EVENT_KINDS, "email_report"))


def downgrade() -> None:
    _change("carrier_event", "kind", _EVENT_KINDS)
    _change("sender", "kind", _SENDER_KINDS)
    _change("message", "encoding", _ENCODINGS)
    op.drop_column("campaign", "quiet_hours_email")
    op.drop_column("message", "subject")
    op.drop_column("blast", "subjects")
    op.drop_column("blast", "subject")
    for table in _TABLES:
        op.drop_column(table, "channel")


def _check(table: str, column: str, words: Sequence[str]) -> None:
    said = ", ".join(f"'{word}'" for word in words)
    op.create_check_constraint(
        op.f(f"ck_{table}_{column}"), table, f"{column} IN ({said})", postgresql_not_valid=True
    )


def _change(table: str, column: str, words: Sequence[str]) -> None:
    op.drop_constraint(op.f(f"ck_{table}_{column}"), table, type_="check")
    _check(table, column, words)
