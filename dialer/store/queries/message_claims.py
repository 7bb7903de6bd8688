"""Texts that wait, taken by a lease: a row stays `queued`, and comes back by itself if its holder dies."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import text

from dialer.store.session import UnitOfWork

_CLAIM: Final = """
    WITH next AS (
        SELECT m.id FROM {of}
        WHERE m.organisation_id = :organisation AND m.sender = :sender AND m.state = 'queued'
          AND {wanted}
          AND m.not_before <= :now AND (m.leased_until IS NULL OR m.leased_until <= :now)
        ORDER BY {order} LIMIT :limit FOR UPDATE OF m SKIP LOCKED
    )
    UPDATE message SET lease = :lease, leased_until = :until
    FROM next
    WHERE message.organisation_id = :organisation AND message.id = next.id
    RETURNING message.id, message.number, message.purpose, message.blast_id, message.campaign_id,
              message.segments, message.sender, message.picture_code IS NOT NULL AS has_picture
"""
_ANY: Final = "message m"
_OF_BLAST: Final = text(
    _CLAIM.format(of=_ANY, wanted="m.purpose = 'blast' AND m.blast_id = :blast", order="m.not_before, m.id")
)
_OF_WAVE: Final = text(
    _CLAIM.format(
        of="first_wave_text w"
        " JOIN message m ON m.organisation_id = w.organisation_id AND m.id = w.message_id",
        wanted="w.organisation_id = :organisation AND w.blast_id = :blast",
        order="m.not_before, m.id",
    )
)
_SINGLE: Final = text(
    _CLAIM.format(of=_ANY, wanted="m.purpose <> 'blast'", order="m.priority, m.not_before, m.id")
)
_PRESSED: Final = text(
    _CLAIM.format(
        of=_ANY,
        wanted="m.purpose = 'blast' AND m.pressed_at IS NOT NULL"
        " AND m.blast_id = ANY (CAST(:blasts AS uuid[]))",
        order="m.pressed_at, m.id",
    )
)
"""Each has an index of its own in that order, so that none looks at the others' rows; of a first wave there
are few, and they are found by their ids.
"""

_GIVE_BACK: Final = text(
    """
    UPDATE message SET lease = NULL, leased_until = NULL
    WHERE organisation_id = :organisation AND id = ANY (CAST(:ids AS uuid[]))
      AND lease = :lease AND state = 'queued'
    """
)

_SENDERS_WITH_SINGLES: Final = text(
    """
    SELECT DISTINCT m.sender FROM message m
    WHERE m.organisation_id = :organisation AND m.state = 'queued' AND m.purpose <> 'blast'
      AND m.sender IS NOT NULL AND m.not_before <= :now
    """
)

_LINES_WITH_PRESSED: Final = text(
    """
    SELECT DISTINCT m.sender, m.blast_id FROM message m
    JOIN blast b ON b.organisation_id = m.organisation_id AND b.id = m.blast_id AND b.state = 'running'
    WHERE m.organisation_id = :organisation AND m.state = 'queued' AND m.pressed_at IS NOT NULL
      AND m.sender IS NOT NULL AND m.not_before <= :now
    """
)

_DUE: Final = """
    m.organisation_id = :organisation AND m.blast_id = :blast AND m.purpose = 'blast' AND m.state = 'queued'
    AND m.sender = ANY (CAST(:senders AS text[])) AND m.not_before <= :now
    AND (m.leased_until IS NULL OR m.leased_until <= :now)
"""
_BLAST_HAS_DUE: Final = text(f"SELECT EXISTS (SELECT 1 FROM message m WHERE {_DUE})")
_WAVE_HAS_DUE: Final = text(
    f"""
    SELECT EXISTS (
        SELECT 1 FROM first_wave_text w
        JOIN message m ON m.organisation_id = w.organisation_id AND m.id = w.message_id
        WHERE w.organisation_id = :organisation AND w.blast_id = :blast AND {_DUE}
    )
    """
)

_SENDERS_WITH: Final = """
    SELECT s.address FROM unnest(CAST(:senders AS text[])) AS s(address)
    WHERE EXISTS (
        SELECT 1 FROM {of}
        WHERE m.organisation_id = :organisation AND m.blast_id = :blast AND m.sender = s.address
          AND m.state = 'queued' AND m.purpose = 'blast'
    )
"""
_SENDERS_WITH_TEXTS: Final = text(_SENDERS_WITH.format(of=_ANY))
_SENDERS_WITH_WAVE: Final = text(
    _SENDERS_WITH.format(
        of="message m JOIN first_wave_text w ON w.organisation_id = m.organisation_id"
        " AND w.blast_id = m.blast_id AND w.message_id = m.id"
    )
)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A text that is ours to send until its lease ends."""

    id: uuid.UUID
    number: str = field(repr=False)
    purpose: str
    blast_id: uuid.UUID | None
    campaign_id: uuid.UUID | None
    segments: int
    sender: str = field(repr=False)
    has_picture: bool = False


@dataclass(frozen=True, slots=True)
class Lease:
    """Who holds claimed texts, and until when; after it they are anybody's."""

    id: uuid.UUID
    until: dt.datetime


def claim(
    unit: UnitOfWork,
    sender: str,
    blast_id: uuid.UUID | None,
    lease: Lease,
    *,
    limit: int,
    now: dt.datetime,
    of_wave: bool = False,
) -> list[Claimed]:
    """Take the next texts of a blast (None: single ones) that go out from one sender and are due; of one that
    is in its first wave only those of the wave (`of_wave`).
    """
    given = {
        "organisation": unit.organisation_id,
        "sender": sender,
        "blast": blast_id,
        "lease": lease.id,
        "until": lease.until,
        "limit": limit,
        "now": now,
    }
    of_blast = _OF_WAVE if of_wave else _OF_BLAST
    rows = unit.session.execute(_SINGLE if blast_id is None else of_blast, given).all()
    claimed = [Claimed(*row) for row in rows]
    return sorted(claimed, key=lambda one: one.id)


def claim_pressed(
    unit: UnitOfWork,
    sender: str,
    blast_ids: Sequence[uuid.UUID],
    lease: Lease,
    *,
    limit: int,
    now: dt.datetime,
) -> list[Claimed]:
    """Take the texts of these blasts from one sender for which somebody has pressed."""
    given = {
        "organisation": unit.organisation_id,
        "sender": sender,
        "blasts": list(blast_ids),
        "lease": lease.id,
        "until": lease.until,
        "limit": limit,
        "now": now,
    }
    return sorted((Claimed(*row) for row in unit.session.execute(_PRESSED, given)), key=lambda one: one.id)


def give_back(unit: UnitOfWork, lease: uuid.UUID, ids: Sequence[uuid.UUID]) -> None:
    """Let go of what was claimed and not sent."""
    given = {"organisation": unit.organisation_id, "lease": lease, "ids": list(ids)}
    unit.session.execute(_GIVE_BACK, given)


def senders_with_singles(unit: UnitOfWork, now: dt.datetime) -> Sequence[str]:
    """The senders from which single texts wait to go out."""
    given = {"organisation": unit.organisation_id, "now": now}
    return unit.session.scalars(_SENDERS_WITH_SINGLES, given).all()


def lines_with_pressed(unit: UnitOfWork, now: dt.datetime) -> dict[str, set[uuid.UUID]]:
    """The senders, each with those blasts of its that run and are sent by hand, of which something pressed
    waits to go out.
    """
    found: dict[str, set[uuid.UUID]] = {}
    given = {"organisation": unit.organisation_id, "now": now}
    for sender, blast_id in unit.session.execute(_LINES_WITH_PRESSED, given):
        found.setdefault(sender, set()).add(blast_id)
    return found


def blast_has_due(
    unit: UnitOfWork,
    blast_id: uuid.UUID,
    senders: Sequence[str],
    now: dt.datetime,
    *,
    of_wave: bool = False,
) -> bool:
    """Whether a text of a blast, or of its first wave, could be claimed now."""
    given = {
        "organisation": unit.organisation_id,
        "blast": blast_id,
        "senders": list(senders),
        "now": now,
    }
    return bool(unit.session.scalar(_WAVE_HAS_DUE if of_wave else _BLAST_HAS_DUE, given))


def senders_with_texts(
    unit: UnitOfWork, blast_id: uuid.UUID, senders: Sequence[str], *, of_wave: bool = False
) -> Sequence[str]:
    """Those of these senders from which texts of a blast wait to go out, now or later (of its wave)."""
    given = {"organisation": unit.organisation_id, "blast": blast_id, "senders": list(senders)}
    return unit.session.scalars(_SENDERS_WITH_WAVE if of_wave else _SENDERS_WITH_TEXTS, given).all()
