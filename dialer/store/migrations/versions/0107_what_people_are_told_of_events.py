"""What people are told of events: texts and emails of a purpose of their own, and until when one is of use.

New columns without a value: nothing is written anew. The new check of the purposes holds for what is written
from now on; the old one held for all that is there.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0107"
down_revision: str | None = "0106"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

INSTANT = postgresql.TIMESTAMP(timezone=True)
BEFORE = "'blast', 'test', 'single', 'reply', 'code', 'sign_in', 'help', 'stop_confirmation'"


def upgrade() -> None:
    op.add_column("message", sa.Column("not_after", INSTANT, nullable=True))
    _purposes(f"{BEFORE}, 'event'")
    op.add_column("rsvp", sa.Column("phone_confirmed_at", INSTANT, nullable=True))
    op.create_table(
        "event_notice",
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("rsvp_id", sa.UUID(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("message_id", sa.UUID(), nullable=True),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.CheckConstraint(
            "kind IN ('signed_up', 'moved_up', 'day_before', 'morning', 'cancelled')",
            name=op.f("ck_event_notice_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "rsvp_id"],
            ["rsvp.organisation_id", "rsvp.id"],
            name=op.f("fk_event_notice_organisation_id_rsvp_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "rsvp_id", "kind", name=op.f("pk_event_notice")),
    )
    op.create_index("ix_event_notice_message_id", "event_notice", ["organisation_id", "message_id"])


def downgrade() -> None:
    op.drop_table("event_notice")
    op.drop_column("rsvp", "phone_confirmed_at")
    op.execute("DELETE FROM message WHERE purpose = 'event'")
    _purposes(BEFORE)
    op.drop_column("message", "not_after")


def _purposes(words: str) -> None:
    op.drop_constraint(op.f("ck_message_purpose"), "message", type_="check")
    op.create_check_constraint(
        op.f("ck_message_purpose"), "message", f"purpose IN ({words})", postgresql_not_valid=True
    )
