"""Where numbers and people stand in a campaign, as it changes with what is recorded: the places of numbers in
its waiting line, locked and given anew, and its progress with each person.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from dialer.domain.queue_order import Place
from dialer.domain.retry import Standing
from dialer.store.models.base import new_id
from dialer.store.quick import Quick
from dialer.store.session import UnitOfWork

_LOCK = Quick(
    """
    SELECT id FROM queue_entry
    WHERE organisation_id = :organisation_id AND campaign_id = :campaign_id
      AND number IN (
          SELECT :number
          UNION
          SELECT p.number FROM contact_phone p
          WHERE p.organisation_id = :organisation_id AND p.removed_at IS NULL AND p.dead_at IS NULL
            AND p.contact_id IN (
                SELECT o.contact_id FROM contact_phone o
                WHERE o.organisation_id = :organisation_id AND o.number = :number AND o.removed_at IS NULL
                UNION
                SELECT unnest(CAST(:contact_ids AS uuid[]))
            )
      )
    ORDER BY id
    FOR UPDATE
    """
)


def lock_numbers(
    unit: UnitOfWork, campaign_id: uuid.UUID, number: str, contact_ids: Sequence[uuid.UUID]
) -> None:
    """Lock the entries that a result on this number may move, before any hold on them is let go: of the
    number itself, and of every live number of these people and of whoever else is on it.
    """
    common = {"organisation_id": unit.organisation_id, "campaign_id": campaign_id}
    _LOCK.do(unit.session, common | {"number": number, "contact_ids": list(contact_ids)})


_FREE = """
    NOT EXISTS (SELECT 1 FROM hold h WHERE h.organisation_id = :organisation_id AND h.number = place.number)
"""

_FINISH = f"""
    UPDATE queue_entry SET state = 'done'
    FROM unnest(CAST(:over_numbers AS text[])) AS place(number)
    WHERE organisation_id = :organisation_id AND campaign_id = :campaign_id
      AND queue_entry.number = place.number AND {_FREE}
"""  # noqa: S608 - put together from fixed words only

_PLACE = f"""
    INSERT INTO queue_entry
        (organisation_id, id, campaign_id, number, priority, due_at, for_account_id, language)
    SELECT :organisation_id, id, :campaign_id, number, priority, due_at, for_account_id, language
    FROM unnest(
        CAST(:ids AS uuid[]), CAST(:places AS text[]), CAST(:priorities AS integer[]),
        CAST(:place_due AS timestamptz[]), CAST(:accounts AS uuid[]), CAST(:languages AS text[])
    ) AS place(id, number, priority, due_at, for_account_id, language)
    WHERE {_FREE}
    ON CONFLICT (organisation_id, campaign_id, number) DO UPDATE
    SET state = 'waiting', priority = excluded.priority, due_at = excluded.due_at,
        for_account_id = excluded.for_account_id, language = excluded.language, out_reason = NULL
"""  # noqa: S608 - put together from fixed words only

_PROGRESS = """
    INSERT INTO contact_progress (
        organisation_id, campaign_id, contact_id, turn, attempts, last_attempt_at, disposition, due_at,
        next_number, over)
    SELECT :organisation_id, :campaign_id, stands.*
    FROM unnest(
        CAST(:contacts AS uuid[]), CAST(:turns AS text[]), CAST(:attempts AS integer[]),
        CAST(:last AS timestamptz[]), CAST(:outcomes AS text[]), CAST(:due AS timestamptz[]),
        CAST(:numbers AS text[]), CAST(:over AS boolean[])
    ) AS stands
    ON CONFLICT (organisation_id, campaign_id, contact_id) DO UPDATE
    SET turn = excluded.turn, attempts = excluded.attempts, last_attempt_at = excluded.last_attempt_at,
        disposition = excluded.disposition, due_at = excluded.due_at, next_number = excluded.next_number,
        over = excluded.over
"""

_SAVE = Quick(_PROGRESS)
_SAVE_AND_PLACE = Quick(f"WITH progress AS ({_PROGRESS}), finished AS ({_FINISH}) {_PLACE}")
"""In one turn; the numbers that are finished and those that are placed are others."""


def save_progress(unit: UnitOfWork, campaign_id: uuid.UUID, standings: Mapping[uuid.UUID, Standing]) -> None:
    """Keep where people stand in a campaign."""
    if standings:
        common = {"organisation_id": unit.organisation_id, "campaign_id": campaign_id}
        _SAVE.do(unit.session, common | _stands(standings))


def keep_places(
    unit: UnitOfWork,
    campaign_id: uuid.UUID,
    standings: Mapping[uuid.UUID, Standing],
    places: Mapping[str, Place | None],
    now: dt.datetime,
) -> None:
    """Keep where people stand in a campaign, and give numbers (locked) their place in the line; None means
    that nobody is to be called on it any more. One in somebody's hands is left alone.
    """
    over = sorted(number for number, place in places.items() if place is None)
    placed = sorted((number, place) for number, place in places.items() if place is not None)
    common = {"organisation_id": unit.organisation_id, "campaign_id": campaign_id, "over_numbers": over}
    _SAVE_AND_PLACE.do(unit.session, common | _stands(standings) | _columns(placed, now))


def _stands(standings: Mapping[uuid.UUID, Standing]) -> dict[str, list[Any]]:
    contacts = sorted(standings)
    stands = [standings[one] for one in contacts]
    return {
        "contacts": contacts,
        "turns": [one.turn for one in stands],
        "attempts": [one.attempts for one in stands],
        "last": [one.last_at for one in stands],
        "outcomes": [one.outcome.value if one.outcome else None for one in stands],
        "due": [one.due_at for one in stands],
        "numbers": [one.number for one in stands],
        "over": [one.over for one in stands],
    }


def _columns(placed: Sequence[tuple[str, Place]], now: dt.datetime) -> dict[str, list[Any]]:
    return {
        "ids": [new_id() for _ in placed],
        "places": [number for number, _ in placed],
        "priorities": [int(place.rank) for _, place in placed],
        "place_due": [place.due_at or now for _, place in placed],
        "accounts": [place.reserved_for for _, place in placed],
        "languages": [place.language for _, place in placed],
    }
