"""Who is behind a number in a campaign, and what the gate has to know of them."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from dialer.domain.disposition import Disposition
from dialer.domain.retry import Attempt
from dialer.store.quick import Quick
from dialer.store.session import UnitOfWork

HISTORY_MAX: Final = 10

_FACTS: Final = """
    c.id, c.first_name, c.last_name, c.status, c.postcode, c.tags, c.language,
    ARRAY(
        SELECT p.number FROM contact_phone p
        WHERE p.organisation_id = c.organisation_id AND p.contact_id = c.id
          AND p.removed_at IS NULL AND p.dead_at IS NULL
        ORDER BY p.position, p.number
    ) AS numbers,
    EXISTS (
        SELECT 1 FROM opt_out o
        WHERE o.organisation_id = c.organisation_id AND o.contact_id = c.id
          AND o.channel = 'voice' AND o.lifted_at IS NULL
    ) AS opted_out,
    (
        SELECT json_agg(json_build_array(r.at, r.number, r.disposition, r.callback_at, r.account_id))
        FROM result r
        LEFT JOIN contact_progress p
          ON p.organisation_id = r.organisation_id AND p.campaign_id = r.campaign_id
         AND p.contact_id = r.contact_id
        WHERE r.organisation_id = c.organisation_id AND r.contact_id = c.id
          AND r.campaign_id = :campaign_id
          AND r.superseded_at IS NULL AND r.voided_at IS NULL
          AND (p.recycled_at IS NULL OR r.at >= p.recycled_at)
    ) AS attempts,
    v.support, v.voted_at
"""
_SHOWN: Final = f"""
    json_build_array(
        c.constituency, c.polling_district, c.polling_station, c.custom,
        (
            SELECT json_agg(json_build_array(lately.at, lately.disposition, lately.notes))
            FROM (
                SELECT r.at, r.disposition, r.notes FROM result r
                WHERE r.organisation_id = c.organisation_id AND r.contact_id = c.id
                  AND r.superseded_at IS NULL AND r.voided_at IS NULL
                ORDER BY r.at DESC
                LIMIT {HISTORY_MAX}
            ) AS lately
        )
    )
"""  # noqa: S608 - put together from fixed words only
_CONTACTS: Final = """
    FROM contact c
    LEFT JOIN voter_record v
      ON v.organisation_id = c.organisation_id AND v.contact_id = c.id AND v.election_id = :election_id
    WHERE c.organisation_id = :organisation_id
      AND EXISTS (
          SELECT 1 FROM list_member m
          JOIN campaign_list l ON l.organisation_id = m.organisation_id AND l.list_id = m.list_id
          WHERE m.organisation_id = c.organisation_id AND m.contact_id = c.id
            AND l.campaign_id = :campaign_id
      )
"""
_ASKED_FOR: Final = """
      AND c.id IN (
          SELECT p.contact_id FROM contact_phone p
          WHERE p.organisation_id = :organisation_id AND p.number = ANY (:numbers) AND p.removed_at IS NULL
          UNION
          SELECT unnest(CAST(:contact_ids AS uuid[]))
      )
    ORDER BY c.id
"""
_FOUND: Final = Quick(f"SELECT {_FACTS}, NULL AS shown {_CONTACTS} {_ASKED_FOR}")
_FOUND_AND_SHOWN: Final = Quick(f"SELECT {_FACTS}, {_SHOWN} AS shown {_CONTACTS} {_ASKED_FOR}")


@dataclass(frozen=True, slots=True)
class Shown:
    """What of a person is shown to whoever calls them, beside the rest, or may stand in a script."""

    constituency: str | None
    polling_district: str | None
    polling_station: str | None
    custom: Mapping[str, Any]
    history: tuple[tuple[dt.datetime, str, str | None], ...]
    """Their last calls in any campaign, the latest first: when, what came of it, notes."""


@dataclass(frozen=True, slots=True)
class Callee:
    """A person in a campaign's lists, with their live numbers in the order to try them."""

    id: uuid.UUID
    first_name: str | None
    last_name: str | None
    status: str
    postcode: str | None
    tags: tuple[str, ...]
    numbers: tuple[str, ...]
    opted_out: bool
    attempts: tuple[Attempt, ...]
    """What was tried with them in the campaign, corrected and void results left out, and what was before they
    were called anew.
    """
    support: int | None
    voted_at: dt.datetime | None
    language: str | None
    shown: Shown | None
    """Where that was asked for."""


def callees(
    unit: UnitOfWork,
    campaign_id: uuid.UUID,
    election_id: uuid.UUID,
    *,
    numbers: Sequence[str] = (),
    contact_ids: Sequence[uuid.UUID] = (),
    shown: bool = False,
) -> list[Callee]:
    """The people of a campaign's lists who have any of these numbers, or are among these contacts."""
    asked_for = _FOUND_AND_SHOWN if shown else _FOUND
    rows = asked_for.rows(
        unit.session,
        {
            "organisation_id": unit.organisation_id,
            "campaign_id": campaign_id,
            "election_id": election_id,
            "numbers": list(numbers),
            "contact_ids": list(contact_ids),
        },
    )
    return [_callee(row) for row in rows]


def _callee(row: Sequence[Any]) -> Callee:
    (contact_id, first_name, last_name, status, postcode, tags, language, numbers, opted_out, attempts) = row[
        :10
    ]
    support, voted_at, shown = row[10:]
    return Callee(
        contact_id,
        first_name,
        last_name,
        status,
        postcode,
        tuple(tags),
        tuple(numbers),
        opted_out,
        _attempts(attempts),
        support,
        voted_at,
        language,
        _shown(*shown) if shown is not None else None,
    )


def _shown(
    constituency: str | None,
    polling_district: str | None,
    polling_station: str | None,
    custom: Mapping[str, Any],
    history: Sequence[tuple[str, str, str | None]] | None,
) -> Shown:
    lately = tuple((dt.datetime.fromisoformat(at), said, notes) for at, said, notes in history or ())
    return Shown(constituency, polling_district, polling_station, custom, lately)


def _attempts(found: Sequence[tuple[str, str, str, str | None, str | None]] | None) -> tuple[Attempt, ...]:
    read = dt.datetime.fromisoformat
    return tuple(
        Attempt(read(at), number, Disposition(disposition), read(back) if back else None, account_id)
        for at, number, disposition, back, account_id in found or ()
    )
