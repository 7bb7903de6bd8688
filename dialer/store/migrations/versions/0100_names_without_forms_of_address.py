"""Nobody's forename is “& Mrs”: it came in so of “Mr & Mrs Jones”, which lists are read without now.

Else the same list again would find none of them, and make them anew. Reads the people once, and writes the few
who have such a forename.
"""

from collections.abc import Sequence

from alembic import op
from sqlalchemy import text

revision: str = "0100"
down_revision: str | None = "0099"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

# Welsh "a" is an initial too, and a Lord may be one by his name.
_FORM = (
    r"^((([&+/]|and|ac) (mrs?|ms|miss|mx|dr|prof|revd?|sir|dame|lady|lord|cllr|parch)"
    r"|a (mrs?|ms|miss|mx|dr|parch))[.]?( |$))"
)


# Of a form of address, which is plain letters, the key has all but the spaces.
_LEAVE_OUT = text(
    """
    UPDATE contact AS c SET first_name = nullif(substr(c.first_name, 1 + length(form.address)), ''),
        first_key = substr(c.first_key, 1 + length(form.key)),
        name_key = substr(c.first_key, 1 + length(form.key)) || c.last_key
    FROM (
        SELECT organisation_id, id, found[1] AS address, replace(found[1], ' ', '') AS key
        FROM contact, regexp_match(first_name, :form, 'i') AS found
        WHERE found IS NOT NULL AND last_name <> ''
    ) AS form
    WHERE c.organisation_id = form.organisation_id AND c.id = form.id
    """
)


def upgrade() -> None:
    op.execute(_LEAVE_OUT.bindparams(form=_FORM))


def downgrade() -> None:
    """What was no name stays none."""
