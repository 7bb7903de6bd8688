"""Texts that wait with pictures: those that are to lead to theirs instead, those whose picture is gone."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.engine import Row

from dialer.store.session import UnitOfWork

_BODIES: Final = text(
    """
    SELECT m.id, m.body, m.picture_code FROM message m
    WHERE m.organisation_id = :organisation AND m.id = ANY (CAST(:ids AS uuid[]))
      AND m.lease = :lease AND m.state = 'queued' AND m.picture_code IS NOT NULL
    ORDER BY m.id FOR UPDATE
    """
)
_LEAD: Final = text(
    """
    UPDATE message m
    SET body = given.body, encoding = given.encoding, segments = given.segments, picture_code = NULL,
        lease = NULL, leased_until = NULL
    FROM unnest(CAST(:ids AS uuid[]), CAST(:bodies AS text[]), CAST(:encodings AS text[]),
                CAST(:segments AS smallint[])) AS given(id, body, encoding, segments)
    WHERE m.organisation_id = :organisation AND m.id = given.id AND m.state = 'queued'
      AND m.picture_code IS NOT NULL
    """
)


_LEAVE_OUT: Final = """
    UPDATE message m
    SET state = 'skipped', skip_reason = :reason, lease = NULL, leased_until = NULL
    FROM picture p
    WHERE m.organisation_id = :organisation AND m.state = 'queued' AND m.purpose <> 'blast'
      AND p.organisation_id = :organisation AND p.gone_at IS NOT NULL AND {whose}
    RETURNING m.id, m.blast_id, m.campaign_id, m.purpose, m.number
"""
_CLAIMED_GONE: Final = text(
    _LEAVE_OUT.format(
        whose="m.id = ANY (CAST(:ids AS uuid[])) AND m.lease = :lease AND m.picture_code = p.code"
    )
)
_WITH_IT: Final = "(m.picture_code = p.code OR strpos(m.body, :address) > 0)"
_ALL_GONE: Final = text(_LEAVE_OUT.format(whose=f"p.id = :picture AND {_WITH_IT}"))
_WAITING: Final = text(
    f"""
    SELECT count(*) FROM message m
    JOIN picture p ON p.organisation_id = :organisation AND p.id = :picture
    WHERE m.organisation_id = :organisation AND m.state = 'queued' AND m.purpose <> 'blast' AND {_WITH_IT}
    """
)
"""What waits and is no blast's has an index of its own, and is little."""


@dataclass(frozen=True, slots=True)
class Led:
    """What a text says that leads to its picture."""

    id: uuid.UUID
    body: str = field(repr=False)
    encoding: str
    segments: int


def claimed_bodies(unit: UnitOfWork, lease: uuid.UUID, ids: Collection[uuid.UUID]) -> Sequence[Row[Any]]:
    """The words of those of these texts that are still this holder's, and the codes of their pictures."""
    given = {"organisation": unit.organisation_id, "lease": lease, "ids": list(ids)}
    return unit.session.execute(_BODIES, given).all()


def lead(unit: UnitOfWork, texts: Sequence[Led]) -> None:
    """Let texts that wait lead to their pictures; whoever had one claimed loses it."""
    if texts:
        given = {
            "organisation": unit.organisation_id,
            "ids": [one.id for one in texts],
            "bodies": [one.body for one in texts],
            "encodings": [one.encoding for one in texts],
            "segments": [one.segments for one in texts],
        }
        unit.session.execute(_LEAD, given)


def leave_out_gone(
    unit: UnitOfWork, lease: uuid.UUID, ids: Collection[uuid.UUID], reason: str
) -> Sequence[Row[Any]]:
    """Leave those of these claimed texts out, for this reason, that are no blast's and whose picture was
    taken away.
    """
    given = {"organisation": unit.organisation_id, "lease": lease, "ids": list(ids), "reason": reason}
    return unit.session.execute(_CLAIMED_GONE, given).all()


def leave_out_with(unit: UnitOfWork, picture_id: uuid.UUID, address: str, reason: str) -> Sequence[Row[Any]]:
    """Leave out all that waits, but for blasts, with a picture that is gone or with its address; whoever had
    one claimed loses it.
    """
    of_it = {"organisation": unit.organisation_id, "picture": picture_id, "address": address}
    return unit.session.execute(_ALL_GONE, {**of_it, "reason": reason}).all()


def count_waiting_with(unit: UnitOfWork, picture_id: uuid.UUID, address: str) -> int:
    """How many texts wait, those of blasts aside, with a picture or with its address."""
    of_it = {"organisation": unit.organisation_id, "picture": picture_id, "address": address}
    return unit.session.scalar(_WAITING, of_it) or 0
