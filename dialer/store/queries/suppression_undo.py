"""Take back what an import barred, and bar again what it lifted; who could be contacted again by that.

Whatever another list names too, or somebody typed in or said themselves, stays barred.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.engine import Row
from sqlalchemy.orm import Session

from dialer.store.queries.suppression_merge import SOMEBODY

_AT_ONCE: Final = 20_000

# What this import alone brought. Those before migration 0015 don't tell who named them, and are none of it.
_ALONE: Final = "(s.source = 'import' AND s.named_by = ARRAY[CAST(:import AS uuid)]) IS TRUE"

_THROUGH: Final = text(
    """
    SELECT id FROM suppression WHERE organisation_id = :organisation AND id > :after
    ORDER BY id OFFSET :some LIMIT 1
    """
)
_LAST: Final = text(
    """
    SELECT id FROM suppression WHERE organisation_id = :organisation AND id > :after
    ORDER BY id DESC LIMIT 1
    """
)
# Lists are undone in any order. What a full list lifted is remembered with who named it: an older list that
# is undone meanwhile names it no more, and where a newer one bars the place, that entry is told of them.
# Where the register came whole again `later`, that one has lifted it from now on, and brings it back when it
# is undone too; no entry that began after it is told.
_TAKE_BACK: Final = text(
    f"""
    WITH taken AS (
        UPDATE suppression s SET lifted_at = :now, lifted_reason = :why, named_by = '{{}}'
        WHERE s.organisation_id = :organisation AND s.id > :after AND s.id <= :through
          AND s.lifted_at IS NULL AND {_ALONE}
        RETURNING s.number, s.channel
    ),
    left_to_others AS (
        UPDATE suppression s
        SET named_by = array_remove(s.named_by, CAST(:import AS uuid)),
            import_id = nullif(
                (array_remove(s.named_by, CAST(:import AS uuid)))[cardinality(s.named_by) - 1],
                CAST(:somebody AS uuid))
        WHERE s.organisation_id = :organisation AND s.id > :after AND s.id <= :through
          AND s.named_by @> ARRAY[CAST(:import AS uuid)]
          AND CASE WHEN s.lifted_at IS NULL THEN NOT ({_ALONE}) ELSE s.lifted_by <> :import END
        RETURNING s.channel, s.lifted_at IS NULL AS stands
    ),
    lifted AS MATERIALIZED (
        SELECT s.*, (
            SELECT o.id FROM suppression o
            WHERE o.organisation_id = :organisation AND (o.number = s.number OR o.email = s.email)
              AND o.channel = s.channel AND o.reason = s.reason AND o.lifted_at IS NULL
              AND (CAST(:later AS uuid) IS NULL OR o.named_by[1] <= CAST(:later AS uuid))) AS instead
        FROM suppression s
        WHERE s.organisation_id = :organisation AND s.id > :after AND s.id <= :through
          AND s.lifted_by = :import AND s.named_by IS DISTINCT FROM '{{}}'
    ),
    handed_on AS (
        UPDATE suppression s
        SET named_by = coalesce(lifted.named_by, ARRAY[CAST(:somebody AS uuid)]) || s.named_by,
            register = CASE WHEN s.register = lifted.register THEN s.register END
        FROM lifted
        WHERE s.organisation_id = :organisation AND s.id = lifted.instead AND s.source = 'import'
          AND s.named_by IS NOT NULL
    ),
    lifted_later AS (
        UPDATE suppression s SET lifted_by = CAST(:later AS uuid)
        FROM lifted
        WHERE s.organisation_id = :organisation AND s.id = lifted.id AND lifted.instead IS NULL
          AND CAST(:later AS uuid) IS NOT NULL
    ),
    barred_again AS (
        UPDATE suppression s SET lifted_at = NULL, lifted_reason = NULL, lifted_by = NULL
        FROM lifted
        WHERE s.organisation_id = :organisation AND s.id = lifted.id AND lifted.instead IS NULL
          AND CAST(:later AS uuid) IS NULL
        RETURNING s.channel
    )
    SELECT (SELECT count(*) FROM taken WHERE channel = ANY(:counted)) AS taken,
           (SELECT count(*) FROM left_to_others WHERE stands AND channel = ANY(:counted)) AS stay,
           (SELECT count(*) FROM barred_again WHERE channel = ANY(:counted)) AS barred_again,
           array(SELECT DISTINCT number FROM taken WHERE number IS NOT NULL) AS numbers
    """  # noqa: S608 -- the condition is the constant above
)
_CALLABLE_AGAIN: Final = text(
    f"""
    SELECT count(DISTINCT p.contact_id) FROM suppression s
    JOIN contact_phone p ON p.organisation_id = :organisation AND p.number = s.number AND p.removed_at IS NULL
    WHERE s.organisation_id = :organisation AND s.lifted_at IS NULL AND {_ALONE}
      AND NOT EXISTS (
          SELECT FROM suppression o
          WHERE o.organisation_id = :organisation AND o.number = s.number AND o.channel = s.channel
            AND o.lifted_at IS NULL AND NOT ({_ALONE.replace("s.", "o.")}))
      AND NOT EXISTS (
          SELECT FROM opt_out o
          WHERE o.organisation_id = :organisation AND o.contact_id = p.contact_id AND o.channel = s.channel
            AND o.lifted_at IS NULL)
    """  # noqa: S608 -- the condition is the constant above
)


def callable_again(session: Session, organisation_id: uuid.UUID, import_id: uuid.UUID) -> int:
    """How many people could be called or texted again if this import had never been."""
    given = {"organisation": organisation_id, "import": import_id}
    return int(session.scalar(_CALLABLE_AGAIN, given) or 0)


def next_bars(session: Session, organisation_id: uuid.UUID, after: uuid.UUID | None) -> uuid.UUID | None:
    """The last of the next suppressions, in the order of their ids; None when there are no more."""
    given = {"organisation": organisation_id, "after": after or SOMEBODY, "some": _AT_ONCE - 1}
    last: uuid.UUID | None = session.scalar(_THROUGH, given) or session.scalar(_LAST, given)
    return last


def take_bars_back(
    session: Session,
    organisation_id: uuid.UUID,
    import_id: uuid.UUID,
    among: tuple[uuid.UUID | None, uuid.UUID],
    now: dt.datetime,
    *,
    counted: Sequence[str],
    later: uuid.UUID | None,
) -> Row[Any]:
    """Take back what an import barred among the suppressions after one up to another, and what it lifted.

    `taken`, `stay` and `barred_again` count entries on the channels that are `counted`, so that a number with
    two of them counts once; `numbers` are those that were taken away.
    """
    given = {
        "organisation": organisation_id,
        "import": import_id,
        "after": among[0] or SOMEBODY,
        "through": among[1],
        "now": now,
        "why": "the list was undone",
        "counted": list(counted),
        "later": later,
        "somebody": SOMEBODY,
    }
    return session.execute(_TAKE_BACK, given).one()
