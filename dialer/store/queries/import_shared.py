"""People of an import whose phone number somebody else has as well."""

from __future__ import annotations

import uuid
from typing import Final

from sqlalchemy import text
from sqlalchemy.orm import Session

_COUNT: Final = """
    SELECT count(DISTINCT mine.contact_id)
    FROM {schema}import_contact AS seen
    JOIN {schema}contact_phone AS mine
      ON mine.organisation_id = seen.organisation_id AND mine.contact_id = seen.contact_id
    WHERE seen.organisation_id = :organisation AND seen.import_id = :import AND mine.removed_at IS NULL
      AND ({shared})
"""
_SHARED: Final = """EXISTS (
    SELECT FROM {schema}contact_phone AS theirs
    WHERE theirs.organisation_id = :organisation AND theirs.number = mine.number
      AND theirs.contact_id <> mine.contact_id AND theirs.removed_at IS NULL {others})
"""
# Whom no row could be was not copied for the trial, and stands in the real table alone. That is looked at
# last: where everybody who has a number was copied, it would be read to its end for each of them.
_NOT_COPIED: Final = """AND NOT EXISTS (
    SELECT FROM pg_temp.contact AS here
    WHERE here.organisation_id = :organisation AND here.id = theirs.contact_id)
"""


def count_who_share(session: Session, organisation_id: uuid.UUID, import_id: uuid.UUID) -> int:
    """How many people whom an import named have a number that somebody else here has."""
    statement = _COUNT.format(schema="", shared=_SHARED.format(schema="", others=""))
    return _counted(session, statement, organisation_id, import_id)


def count_who_would_share(
    session: Session, organisation_id: uuid.UUID, import_id: uuid.UUID, real: str
) -> int:
    """The same of a trial, in its tables; `real` is the schema of those that it leaves alone."""
    tried = _SHARED.format(schema="pg_temp.", others="")
    left_alone = _SHARED.format(schema=f"{real}.", others=_NOT_COPIED)
    statement = _COUNT.format(schema="pg_temp.", shared=f"{tried} OR {left_alone}")
    return _counted(session, statement, organisation_id, import_id)


def _counted(session: Session, statement: str, organisation_id: uuid.UUID, import_id: uuid.UUID) -> int:
    given = {"organisation": organisation_id, "import": import_id}
    return int(session.scalar(text(statement), given) or 0)
