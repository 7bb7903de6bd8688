"""What texts to one person wait for, as it stands at this moment, read in one statement."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Final, NamedTuple

from dialer.store.models.messaging import Message
from dialer.store.quick import Quick
from dialer.store.session import UnitOfWork


class StandingOf(NamedTuple):
    """Of one text: whether its sender rests (`resting_for`, until `resting_until`) or is stopped
    (`pause_reason`), whether its conversation is in review, and its person's postcode.
    """

    id: uuid.UUID
    pause_reason: str | None
    resting_until: dt.datetime | None
    resting_for: str | None
    in_review: bool
    postcode: str | None


_STANDING: Final = Quick(
    """
    SELECT t.id, s.pause_reason, s.resting_until, s.resting_for,
        EXISTS (
            SELECT FROM conversation v
            WHERE v.organisation_id = o.id AND v.number = t.number AND v.state = 'review'),
        c.postcode
    FROM (SELECT CAST(:organisation AS uuid) AS id) o
    CROSS JOIN unnest(CAST(:ids AS uuid[]), CAST(:numbers AS text[]), CAST(:senders AS text[]),
        CAST(:contacts AS uuid[])) AS t(id, number, sender, contact_id)
    LEFT JOIN sender s ON s.organisation_id = o.id AND s.address = t.sender
    LEFT JOIN contact c ON c.organisation_id = o.id AND c.id = t.contact_id
    """
)


def standing_of(unit: UnitOfWork, rows: Sequence[Message]) -> dict[uuid.UUID, StandingOf]:
    """What stands for each of these texts, by their ids."""
    given = {
        "organisation": unit.organisation_id,
        "ids": [row.id for row in rows],
        "numbers": [row.number for row in rows],
        "senders": [row.sender for row in rows],
        "contacts": [row.contact_id for row in rows],
    }
    return {found[0]: StandingOf._make(found) for found in _STANDING.rows(unit.session, given)}
