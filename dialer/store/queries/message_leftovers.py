"""Texts of blasts that wait at one sender: counted, locked by the chunk, given to others."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Final

from sqlalchemy import text

from dialer.store.session import UnitOfWork

_OF_SENDER: Final = """
    m.organisation_id = :organisation AND m.blast_id = :blast AND m.sender = :sender
    AND m.state = 'queued' AND m.purpose = 'blast'
"""
"""The beginning of `ix_message_queued_blast`."""

_WAITING: Final = text(f"SELECT count(*) FROM message m WHERE {_OF_SENDER}")

_IN_CONVERSATION: Final = text(
    f"""
    SELECT count(*) FROM message m
    JOIN conversation t
      ON t.organisation_id = :organisation AND t.number = m.number AND t.sender = :sender
    WHERE {_OF_SENDER}
    """
)

_SINGLES: Final = text(
    """
    SELECT count(*) FROM message m
    WHERE m.organisation_id = :organisation AND m.sender = :sender
      AND m.state = 'queued' AND m.purpose <> 'blast'
    """
)

_LOCK: Final = text(
    f"""
    SELECT m.id, m.number FROM message m
    WHERE {_OF_SENDER}
    ORDER BY m.not_before, m.id LIMIT :limit FOR UPDATE SKIP LOCKED
    """
)

_GIVE: Final = text(
    """
    UPDATE message SET sender = given.sender, lease = NULL, leased_until = NULL
    FROM unnest(CAST(:ids AS uuid[]), CAST(:senders AS text[])) AS given(id, sender)
    WHERE message.organisation_id = :organisation AND message.id = given.id AND message.state = 'queued'
    """
)
"""Whoever had one claimed loses it: the gate judges only what is still under the lease that it names."""


def count_waiting(unit: UnitOfWork, blast_id: uuid.UUID, sender: str) -> int:
    """How many texts of a blast wait at a sender."""
    given = {"organisation": unit.organisation_id, "blast": blast_id, "sender": sender}
    return unit.session.scalar(_WAITING, given) or 0


def count_in_conversation(unit: UnitOfWork, blast_id: uuid.UUID, sender: str) -> int:
    """How many of these are to people who have written with this sender."""
    given = {"organisation": unit.organisation_id, "blast": blast_id, "sender": sender}
    return unit.session.scalar(_IN_CONVERSATION, given) or 0


def count_singles(unit: UnitOfWork, sender: str) -> int:
    """How many texts of no blast wait at a sender."""
    return unit.session.scalar(_SINGLES, {"organisation": unit.organisation_id, "sender": sender}) or 0


def lock_waiting(unit: UnitOfWork, blast_id: uuid.UUID, sender: str, limit: int) -> Mapping[uuid.UUID, str]:
    """Some texts of a blast that wait at a sender, with their numbers; what somebody is just at is left."""
    given = {"organisation": unit.organisation_id, "blast": blast_id, "sender": sender, "limit": limit}
    return {row.id: row.number for row in unit.session.execute(_LOCK, given)}


def give(unit: UnitOfWork, senders: Mapping[uuid.UUID, str]) -> None:
    """Let each of these texts, by its id, come from another sender."""
    if senders:
        given = {
            "organisation": unit.organisation_id,
            "ids": list(senders),
            "senders": list(senders.values()),
        }
        unit.session.execute(_GIVE, given)
