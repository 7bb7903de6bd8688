"""Templates of emails. The new columns have defaults that never change, so nothing is written; only drafts of
emails that name a template lose it, since every template so far is of texts.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0097"
down_revision: str | None = "0096"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    channel = sa.Column("channel", sa.Text(), server_default=sa.text("'sms'"), nullable=False)
    op.add_column("text_template", channel)
    op.create_check_constraint(
        op.f("ck_text_template_channel"),
        "text_template",
        "channel IN ('sms', 'email')",
        postgresql_not_valid=True,
    )
    op.add_column(
        "text_template_version",
        sa.Column("subject", sa.Text(), server_default=sa.text("''"), nullable=False),
    )
    subjects = sa.Column(
        "subjects",
        postgresql.JSONB(astext_type=sa.Text()),
        server_default=sa.text("'{}'::jsonb"),
        nullable=False,
    )
    op.add_column("text_template_version", subjects)
    op.execute(
        "UPDATE blast SET template_id = NULL WHERE channel = 'email' AND template_id IS NOT NULL"
        " AND state IN ('draft', 'scheduled')"
    )


def downgrade() -> None:
    op.drop_column("text_template_version", "subjects")
    op.drop_column("text_template_version", "subject")
    op.drop_column("text_template", "channel")
