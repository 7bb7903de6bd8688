"""Texts that had their picture with them and are to lead to it instead."""

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
