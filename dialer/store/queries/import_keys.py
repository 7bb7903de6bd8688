"""What an import's rows refer to: held while a chunk is merged, and then not looked up again for each row."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Final

from sqlalchemy import text
from sqlalchemy.orm import Session

_HOLD: Final = """
    SELECT 1 FROM organisation AS o
    JOIN contact_list AS l ON l.organisation_id = o.id AND l.id = :list
    JOIN election AS e ON e.organisation_id = o.id AND e.id = :election
    JOIN import AS i ON i.organisation_id = o.id AND i.id = :import AND i.state = 'running'
        AND i.next_row = :start
    WHERE o.id = :organisation
    FOR KEY SHARE
"""
_MAY_SKIP_CHECKS: Final = "SELECT has_parameter_privilege('session_replication_role', 'SET')"


def hold_parents(session: Session, parameters: dict[str, object], start: int) -> bool:
    """Keep the list, its organisation, the election and the import until the transaction ends.

    False if one of them is gone, or the import doesn't stand at row `start` any more.
    """
    return session.scalar(text(_HOLD), {**parameters, "start": start}) is not None


@contextlib.contextmanager
def keys_hold_already(session: Session) -> Iterator[None]:
    """Don't look up what each row in this block refers to, where the database lets us.

    PostgreSQL checks foreign keys by a query of its own for each key of each row: half the time of an import.
    Here they hold by construction: rows refer to people made in the same transaction and to what
    `hold_parents` keeps. Checks of values and of uniqueness
    stay. Only a superuser, or who was granted it, may ask for that; for others all is checked as ever.
    """
    if not session.scalar(text(_MAY_SKIP_CHECKS)):
        yield
        return
    session.execute(text("SET LOCAL session_replication_role = replica"))
    yield  # after an error the transaction ends, and the setting with it
    session.execute(text("SET LOCAL session_replication_role = origin"))
