"""Which blast a text to us answers: the one that had texted its number last.

One empty column, which costs nothing whatever the number of texts, since rows aren't rewritten. It is filled
for the texts to us that are there, which an index names: a look-up by number for each.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0035"
down_revision: str | None = "0034"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

_TEXTED_AT = "coalesce(m.sent_at, CASE WHEN m.state IN ('sending', 'unknown') THEN m.attempted_at END)"
_FILL = f"""
    UPDATE message x SET answers_blast_id = (
        SELECT m.blast_id FROM message m
        WHERE m.organisation_id = x.organisation_id AND m.number = x.number AND m.purpose = 'blast'
          AND {_TEXTED_AT} <= coalesce(x.sent_at, x.created_at) + interval '1 second'
        ORDER BY {_TEXTED_AT} DESC LIMIT 1
    )
    WHERE x.direction = 'inbound'
"""  # noqa: S608 - words of ours
_COUNT = """
    INSERT INTO counter (organisation_id, scope, scope_id, name, stripe, value)
    SELECT organisation_id, 'blast', answers_blast_id, 'reply_' || coalesce(inbound_class, 'other'), 0, count(*)
    FROM message WHERE direction = 'inbound' AND answers_blast_id IS NOT NULL
    GROUP BY 1, 3, 4
"""


def upgrade() -> None:
    op.add_column("message", sa.Column("answers_blast_id", sa.Uuid(), nullable=True))
    op.execute(_FILL)
    op.execute(_COUNT)


def downgrade() -> None:
    op.execute("DELETE FROM counter WHERE scope = 'blast' AND name LIKE 'reply\\_%'")
    op.drop_column("message", "answers_blast_id")
