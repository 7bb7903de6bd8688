"""How many of a list's people have which tags."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Final, NamedTuple

from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from dialer.store.session import UnitOfWork

_CANCELLED: Final = "57014"
_SAMPLED_PEOPLE: Final = 10_000
"""As many of the list's people are looked at, about, where all would take too long."""

_PATIENCE: Final = text("SELECT set_config('statement_timeout', :patience, true)")
_TAGS: Final = """
    SELECT tag, count(*) AS people
    FROM list_member AS m {sample}
    JOIN contact AS c ON c.organisation_id = :organisation AND c.id = m.contact_id
    CROSS JOIN LATERAL unnest(c.tags) AS tag
    WHERE m.organisation_id = :organisation AND m.list_id = :list
    GROUP BY tag ORDER BY people DESC, tag LIMIT :limit
"""


class TagCount(NamedTuple):
    """A tag, and how many people have it."""

    tag: str
    people: int


def tags_of_list(
    unit: UnitOfWork, list_id: uuid.UUID, members: int, limit: int, patience_s: float
) -> tuple[Sequence[TagCount], bool]:
    """The tags that most of a list's people have, and whether all of them were counted.

    Where that takes longer than `patience_s` seconds, it is told from some pages of all memberships, drawn at
    random but the same each time.
    """
    given = {"organisation": unit.organisation_id, "list": list_id, "limit": limit}
    try:
        with unit.session.begin_nested():
            unit.session.execute(_PATIENCE, {"patience": f"{int(patience_s * 1000)}ms"})
            rows = unit.session.execute(text(_TAGS.format(sample="")), given).all()
            return [TagCount(*row) for row in rows], True
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", None) != _CANCELLED:
            raise
    share = min(1.0, _SAMPLED_PEOPLE / max(members, 1))
    sample = f"TABLESAMPLE SYSTEM ({share * 100:.6f}) REPEATABLE (0)"
    rows = unit.session.execute(text(_TAGS.format(sample=sample)), given).all()
    return [TagCount(tag, round(people / share)) for tag, people in rows], False
