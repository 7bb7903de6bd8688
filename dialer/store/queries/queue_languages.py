"""Under which language numbers wait: looked up from the people on them, many in a statement."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Final

from sqlalchemy import text

from dialer.domain.languages import HOME, SPOKEN, LanguageMatch
from dialer.store.session import UnitOfWork

_CODE: Final = """
    CASE WHEN said.code = ANY (CAST(:spoken AS text[])) AND said.code <> e.home THEN said.code ELSE '' END
"""
_MEMBER: Final = """
    EXISTS (
        SELECT 1 FROM campaign_list l
        JOIN list_member m ON m.organisation_id = l.organisation_id AND m.list_id = l.list_id
        WHERE l.organisation_id = e.organisation_id AND l.campaign_id = e.campaign_id
          AND m.contact_id = c.id
    )
"""
_SET: Final = f"""
    , spoken AS MATERIALIZED (
        SELECT e.id, people.language
        FROM looked_at e
        CROSS JOIN LATERAL (
            SELECT CASE WHEN min(code.code) = max(code.code) THEN min(code.code) ELSE '' END AS language
            FROM contact_phone p
            JOIN contact c ON c.organisation_id = p.organisation_id AND c.id = p.contact_id AND {_MEMBER}
            CROSS JOIN LATERAL (
                SELECT split_part(replace(lower(btrim(c.language)), '_', '-'), '-', 1) AS code
            ) AS said
            CROSS JOIN LATERAL (SELECT {_CODE} COLLATE "C" AS code) AS code
            WHERE p.organisation_id = e.organisation_id AND p.number = e.number AND p.removed_at IS NULL
            HAVING count(*) > 0
        ) AS people
    )
    UPDATE queue_entry q SET language = s.language FROM spoken s
    WHERE q.organisation_id = :organisation_id AND q.id = s.id AND q.language <> s.language
"""  # noqa: S608 - words of ours
_RUNNING: Final = """
    JOIN campaign k ON k.organisation_id = e.organisation_id AND k.id = e.campaign_id
     AND k.state IN ('active', 'paused') AND k.call_policy ->> 'language_match' IS DISTINCT FROM :off
"""

# Each step is made by itself: taken together, tables that look empty to the planner, as after a large list
# was taken back, are gone through once for each pair of their rows.
OF_CHUNK = text(
    f"""
    WITH looked_at AS MATERIALIZED (
        SELECT e.organisation_id, e.campaign_id, e.id, e.number, CAST(:home AS text) AS home
        FROM queue_entry e
        WHERE e.organisation_id = :organisation_id AND e.campaign_id = :campaign_id
          AND e.number > :after AND e.number <= :up_to
    ) {_SET}
    """  # noqa: S608 - words of ours
)
OF_PEOPLE = text(
    f"""
    WITH numbers AS MATERIALIZED (
        SELECT DISTINCT p.number FROM contact_phone p
        WHERE p.organisation_id = :organisation_id AND p.contact_id = ANY (CAST(:contact_ids AS uuid[]))
    )
    , looked_at AS MATERIALIZED (
        SELECT e.organisation_id, e.campaign_id, e.id, e.number,
               coalesce(k.call_policy ->> 'home_language', :home) AS home
        FROM numbers n JOIN queue_entry e ON e.number = n.number {_RUNNING}
        WHERE e.organisation_id = :organisation_id
    ) {_SET}
    """  # noqa: S608 - words of ours
)
_FORGET = text(
    """
    UPDATE queue_entry SET language = ''
    WHERE organisation_id = :organisation_id AND campaign_id = :campaign_id AND language <> ''
    """
)


def learn_of_chunk(unit: UnitOfWork, campaign_id: uuid.UUID, home: str, after: str, up_to: str) -> None:
    """Put the numbers of a campaign, whose home language that is, after one, up to another, under the
    language of their people.
    """
    given = {"campaign_id": campaign_id, "home": home, "after": after, "up_to": up_to}
    unit.session.execute(OF_CHUNK, _given(unit) | given)


def learn_of_people(unit: UnitOfWork, contact_ids: Sequence[uuid.UUID]) -> None:
    """The same for all numbers of these people, in every campaign that runs and goes by languages."""
    unit.session.execute(
        OF_PEOPLE, _given(unit) | _when_off() | {"home": HOME, "contact_ids": list(contact_ids)}
    )


def forget(unit: UnitOfWork, campaign_id: uuid.UUID) -> None:
    """Have all numbers of a campaign wait in one line, whatever people speak."""
    given = {"organisation_id": unit.organisation_id, "campaign_id": campaign_id}
    unit.session.execute(_FORGET, given)


def _given(unit: UnitOfWork) -> dict[str, object]:
    return {"organisation_id": unit.organisation_id, "spoken": sorted(SPOKEN)}


def _when_off() -> dict[str, object]:
    return {"off": LanguageMatch.OFF.value}
