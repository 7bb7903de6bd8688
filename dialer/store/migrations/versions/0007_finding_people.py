"""People are found by a name that is misspelt, a postcode, or the beginning of an address or a number.

Trigrams of a million whole names (GIN) cost 10 to 600 ms of processor for a misspelt one, most for the
commonest names, and hold some 15 entries a person; GiST, nearest first, 150 to 250 ms. A million people share
some 60,000 words, though: `name_word` keeps each once, with trigrams of that small table, and those who have
one of the words found are read from `ix_contact_name_words`: 10 to 25 ms in the database, and results in ranks
that pages can walk. Measured bringing people in by 5,000, in µs of the database's processor a person: that
index 3 (trigrams of each name 7, GiST 8), looking for new words 2, `ix_contact_postcode` 1. The index is 20 MB
large for a million; its pending list (GIN's own, on) is what makes it cheap: without it 11; larger or smaller
ones change nothing. An entry in neither GIN index names its organisation: another organisation's people of
that name are read and left out, as with tags.

On a list of a million this migration takes some 30 s, in which nobody can be written.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from dialer.domain.person import fold

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

WORDS = (
    "string_to_array(translate(lower(coalesce(first_name || ' ', '') || coalesce(last_name, '')), "
    "'-.,/()&_\u00a0\u2010\u2011\u2012\u2013\u2014''`\"\u2018\u2019\u02bc', '              '), ' ')"
)
EMAILS = sa.text("email_key IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "name_word",
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("word", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "word", name=op.f("pk_name_word")),
    )
    _fill()
    op.create_index(
        "ix_name_word_folded",
        "name_word",
        ["organisation_id", "folded"],
        postgresql_ops={"folded": "text_pattern_ops"},
    )
    op.create_index(
        "ix_name_word_likeness",
        "name_word",
        ["folded"],
        postgresql_using="gin",
        postgresql_ops={"folded": "gin_trgm_ops"},
    )
    op.create_index("ix_contact_name_words", "contact", [sa.text(f"({WORDS})")], postgresql_using="gin")
    op.create_index(
        "ix_contact_postcode",
        "contact",
        ["organisation_id", "postcode"],
        postgresql_ops={"postcode": "text_pattern_ops"},
        postgresql_where=sa.text("postcode IS NOT NULL"),
    )
    _index_emails({"email_key": "text_pattern_ops"})


def downgrade() -> None:
    _index_emails({})
    op.drop_index("ix_contact_postcode", table_name="contact")
    op.drop_index("ix_contact_name_words", table_name="contact")
    op.drop_table("name_word")


def _index_emails(operators: dict[str, str]) -> None:
    op.drop_index("ix_contact_email_key", table_name="contact")
    op.create_index(
        "ix_contact_email_key",
        "contact",
        ["organisation_id", "email_key"],
        postgresql_ops=operators,
        postgresql_where=EMAILS,
    )


def _fill() -> None:
    """The words of everybody who is there, folded as new ones will be."""
    connection = op.get_bind()
    words = f"SELECT DISTINCT organisation_id, word FROM contact, unnest({WORDS}) AS word"  # noqa: S608 - ours
    found = connection.execute(sa.text(f"{words} WHERE word <> ''"))
    rows = [{"o": whose, "w": word, "f": fold(word)} for whose, word in found]
    if rows:
        add = sa.text("INSERT INTO name_word (organisation_id, word, folded) VALUES (:o, :w, :f)")
        connection.execute(add, rows)
