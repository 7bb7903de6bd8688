"""What a text asks for, what frightened a colleague on top, and how far it is written down what links say.

Texts that were sent before say nothing of what they ask for: replies with a word of the campaign's own are read
by somebody. The indexes are made in a second for a million conversations, in which none is written.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0080"
down_revision: str | None = "0079"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

_DOUBTS = ("several", "more_words", "question", "sign", "not_asked")
_AFTER = ("late", "in_person", "in_review", "nobody", "shared")
_HANDED_OVER = sa.text("handed_over_at IS NOT NULL")


def upgrade() -> None:
    words = postgresql.ARRAY(sa.Text())
    op.add_column(
        "blast", sa.Column("asks_for", words, server_default=sa.text("'{}'::text[]"), nullable=False)
    )
    _doubts(*_DOUBTS, "other_question", *_AFTER)
    op.add_column("link", sa.Column("unsaid_count", sa.Integer(), nullable=True))
    op.add_column("link", sa.Column("leased_until", sa.TIMESTAMP(timezone=True), nullable=True))
    op.create_index(
        "ix_link_unsaid",
        "link",
        ["organisation_id", "id"],
        postgresql_where=sa.text("unsaid_count IS NOT NULL"),
    )
    op.create_index("ix_text_spending_sender", "text_spending", ["organisation_id", "sender", "quarter"])
    op.create_index(
        "ix_conversation_tags",
        "conversation",
        ["tags"],
        postgresql_using="gin",
        postgresql_where=sa.text("tags <> '{}'::text[]"),
    )
    op.drop_index("ix_conversation_handed_over", table_name="conversation")
    op.create_index(
        "ix_conversation_handed_over",
        "conversation",
        [
            "organisation_id",
            sa.text("(handed_over_for IS DISTINCT FROM 'frightened')"),
            "handed_over_at",
            "id",
        ],
        postgresql_where=_HANDED_OVER,
    )


def downgrade() -> None:
    op.drop_index("ix_conversation_handed_over", table_name="conversation")
    op.create_index(
        "ix_conversation_handed_over",
        "conversation",
        ["organisation_id", "handed_over_at", "id"],
        postgresql_where=_HANDED_OVER,
    )
    op.drop_index("ix_conversation_tags", table_name="conversation")
    op.drop_index("ix_text_spending_sender", table_name="text_spending")
    op.drop_index("ix_link_unsaid", table_name="link")
    op.drop_column("link", "leased_until")
    op.drop_column("link", "unsaid_count")
    op.execute("UPDATE text_answer SET doubt = 'not_asked' WHERE doubt = 'other_question'")
    _doubts(*_DOUBTS, *_AFTER)
    op.drop_column("blast", "asks_for")


def _doubts(*allowed: str) -> None:
    op.drop_constraint(op.f("ck_text_answer_doubt"), "text_answer", type_="check")
    named = ", ".join(f"'{doubt}'" for doubt in allowed)
    op.create_check_constraint(op.f("ck_text_answer_doubt"), "text_answer", f"doubt IN ({named})")
