"""Who is in a blast's lists, and what the gate has to know of them: read by the chunk, by contact id."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.engine import Row

from dialer.domain.texting import EMAIL, SMS
from dialer.store.queries.places import PLACES
from dialer.store.queries.texting_rules import RINGS, TEXTED_AT, TEXTS
from dialer.store.session import UnitOfWork

_MEMBERS: Final = text(
    """
    SELECT DISTINCT member.contact_id
    FROM unnest(CAST(:lists AS uuid[])) AS list(id)
    CROSS JOIN LATERAL (
        SELECT m.contact_id FROM list_member m
        WHERE m.organisation_id = :organisation AND m.list_id = list.id
          AND (CAST(:after AS uuid) IS NULL OR m.contact_id > :after)
        ORDER BY m.contact_id LIMIT :limit
    ) AS member
    ORDER BY member.contact_id LIMIT :limit
    """
)
"""Each list gives its own next ones, so that a chunk never sorts a whole list."""

_EVERYBODY: Final = text(
    """
    SELECT c.id FROM contact c
    WHERE c.organisation_id = :organisation AND (CAST(:after AS uuid) IS NULL OR c.id > :after)
    ORDER BY c.id LIMIT :limit
    """
)

_PEOPLE: Final = """
    SELECT c.id, c.status, c.tags, c.polling_district, c.first_name, c.last_name, c.postcode,
           c.constituency, c.polling_station, c.custom, c.language,
           v.support, v.voting_method, v.voted_at IS NOT NULL AS voted,
           {said_no} AS opted_out, {consented} AS consented
    FROM contact c
    LEFT JOIN voter_record v
      ON v.organisation_id = :organisation AND v.contact_id = c.id AND v.election_id = :election
    WHERE c.organisation_id = :organisation AND c.id = ANY (CAST(:contacts AS uuid[]))
    ORDER BY c.id
"""

_LAST_CONTACTED: Final = text(
    f"""
    SELECT contact_id, max(at) AS at FROM (
        SELECT x.contact_id, {TEXTED_AT} AS at FROM message x
        WHERE x.organisation_id = :organisation AND x.contact_id = ANY (CAST(:contacts AS uuid[]))
          AND {TEXTS}
        UNION ALL
        SELECT x.contact_id, x.at FROM result x
        WHERE x.organisation_id = :organisation AND x.contact_id = ANY (CAST(:contacts AS uuid[]))
          AND {RINGS}
        UNION ALL
        SELECT x.contact_id, x.created_at FROM call x
        WHERE x.organisation_id = :organisation AND x.contact_id = ANY (CAST(:contacts AS uuid[]))
          AND x.direction = 'outbound'
    ) AS touch
    GROUP BY contact_id
    """
)

_LAST_TEXTED: Final = text(
    f"""
    SELECT x.number, max({TEXTED_AT}) AS at FROM message x
    WHERE x.organisation_id = :organisation AND x.number = ANY (CAST(:numbers AS text[])) AND {TEXTS}
    GROUP BY x.number
    """
)

_NUMBERS: Final = """
    SELECT p.contact_id, p.number, p.line_type,
           {opted_out} OR {holder_said_no} AS opted_out, {suppressed} AS suppressed,
           EXISTS (
               SELECT 1 FROM conversation t
               WHERE t.organisation_id = :organisation AND t.number = p.number AND t.state = 'review'
           ) AS in_review
    FROM ({living}) AS p
    ORDER BY p.contact_id, p.position, p.number
"""

_LIVING: Final = {
    SMS: """
        SELECT p.contact_id, p.number, p.line_type, p.position FROM contact_phone p
        WHERE p.organisation_id = :organisation AND p.contact_id = ANY (CAST(:contacts AS uuid[]))
          AND p.removed_at IS NULL AND p.dead_at IS NULL
    """,
    EMAIL: """
        SELECT c.id AS contact_id, c.email_key AS number, 'unknown' AS line_type, 0 AS position FROM contact c
        WHERE c.organisation_id = :organisation AND c.id = ANY (CAST(:contacts AS uuid[]))
          AND c.email_key IS NOT NULL
    """,
}

_PEOPLE_OF: Final = {
    channel: text(_PEOPLE.format(said_no=of.said_no("c.id"), consented=of.consented("c.id")))
    for channel, of in PLACES.items()
}
_NUMBERS_OF: Final = {
    channel: text(
        _NUMBERS.format(
            opted_out=of.barred("p.number", "= 'opt_out'"),
            suppressed=of.barred("p.number", "<> 'opt_out'"),
            holder_said_no=of.holder_said_no("p.number"),
            living=_LIVING[channel],
        )
    )
    for channel, of in PLACES.items()
}

_TAKEN: Final = text(
    """
    SELECT m.number FROM message m
    WHERE m.organisation_id = :organisation AND m.blast_id = :blast AND m.purpose = 'blast'
      AND m.state <> 'skipped' AND m.number = ANY (CAST(:numbers AS text[]))
    """
)

_KNOWN_SENDERS: Final = text(
    """
    SELECT wanted.number, coalesce(conversation.sender, last.sender) AS sender
    FROM unnest(CAST(:numbers AS text[])) AS wanted(number)
    LEFT JOIN conversation
      ON conversation.organisation_id = :organisation AND conversation.number = wanted.number
    LEFT JOIN LATERAL (
        SELECT m.sender FROM message m
        WHERE m.organisation_id = :organisation AND m.number = wanted.number
          AND m.direction = 'outbound' AND m.sent_at IS NOT NULL
        ORDER BY m.id DESC LIMIT 1
    ) AS last ON true
    WHERE coalesce(conversation.sender, last.sender) IS NOT NULL
    """
)


def members_after(
    unit: UnitOfWork, list_ids: Sequence[uuid.UUID], after: uuid.UUID | None, limit: int
) -> Sequence[uuid.UUID]:
    """The next contacts of these lists, each once, by id."""
    given = {"organisation": unit.organisation_id, "lists": list(list_ids), "after": after, "limit": limit}
    return unit.session.scalars(_MEMBERS, given).all()


def contacts_after(unit: UnitOfWork, after: uuid.UUID | None, limit: int) -> Sequence[uuid.UUID]:
    """The next of all contacts, by id."""
    given = {"organisation": unit.organisation_id, "after": after, "limit": limit}
    return unit.session.scalars(_EVERYBODY, given).all()


def people(
    unit: UnitOfWork, election_id: uuid.UUID, contacts: Sequence[uuid.UUID], channel: str = SMS
) -> Sequence[Row[Any]]:
    """What is known of these people, with what a text may say of them."""
    given = {"organisation": unit.organisation_id, "election": election_id, "contacts": list(contacts)}
    return unit.session.execute(_PEOPLE_OF[channel], given).all()


def last_contacted(unit: UnitOfWork, contacts: Sequence[uuid.UUID]) -> dict[uuid.UUID, dt.datetime | None]:
    """When each of these people was last texted or rung by anybody here."""
    given = {"organisation": unit.organisation_id, "contacts": list(contacts)}
    return {row.contact_id: row.at for row in unit.session.execute(_LAST_CONTACTED, given)}


def last_texted(unit: UnitOfWork, numbers: Sequence[str]) -> dict[str, dt.datetime | None]:
    """When each of these numbers was last texted by anybody here, whoever that was meant for."""
    given = {"organisation": unit.organisation_id, "numbers": list(numbers)}
    return {row.number: row.at for row in unit.session.execute(_LAST_TEXTED, given)}


def living_numbers(unit: UnitOfWork, contacts: Sequence[uuid.UUID], channel: str = SMS) -> Sequence[Row[Any]]:
    """The numbers of these people in the order to try them, or the address of each, with what stands against
    it.
    """
    given = {"organisation": unit.organisation_id, "contacts": list(contacts)}
    return unit.session.execute(_NUMBERS_OF[channel], given).all()


def numbers_taken(unit: UnitOfWork, blast_id: uuid.UUID, numbers: Sequence[str]) -> set[str]:
    """Those of these numbers that somebody in the blast stands for already."""
    given = {"organisation": unit.organisation_id, "blast": blast_id, "numbers": list(numbers)}
    return set(unit.session.scalars(_TAKEN, given))


def known_senders(unit: UnitOfWork, numbers: Sequence[str]) -> dict[str, str]:
    """The sender that whoever has a number heard from last, where there is one."""
    given = {"organisation": unit.organisation_id, "numbers": list(numbers)}
    return {row.number: row.sender for row in unit.session.execute(_KNOWN_SENDERS, given)}
