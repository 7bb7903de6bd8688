"""People for an export: one statement, in the order of their ids, read through a cursor."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from dialer.store.queries.export_reading import AT_ONCE, within

_FIELDS: Final = (
    "id",
    "external_id",
    "elector_number",
    "polling_district",
    "elector_markers",
    "date_of_birth",
    "first_name",
    "last_name",
    "email",
    "address",
    "postcode",
    "constituency",
    "ward",
    "polling_station",
    "language",
    "tags",
    "notes",
    "needs_lift",
    "status",
    "created_at",
    "updated_at",
)
_OF: Final = "{0}.organisation_id = c.organisation_id AND {0}.contact_id = c.id"
_CONSENTS: Final = f"""(
    SELECT json_object_agg(channel, json_build_array(source, at)) FROM (
        SELECT DISTINCT ON (channel) channel, source, at FROM consent AS given
        WHERE {_OF.format("given")} AND withdrawn_at IS NULL ORDER BY channel, at DESC) AS last)"""
_BARS: Final = f"""
    SELECT s.channel, s.reason, s.created_at FROM contact_phone AS p
    JOIN suppression AS s ON s.organisation_id = p.organisation_id AND s.number = p.number
        AND s.lifted_at IS NULL
    WHERE {_OF.format("p")} AND p.removed_at IS NULL
    UNION ALL
    SELECT s.channel, s.reason, s.created_at FROM suppression AS s
    WHERE s.organisation_id = c.organisation_id AND s.email = c.email_key AND s.lifted_at IS NULL"""

# --- as a table: every cell a text or nothing
_TABLE: Final = {
    "phones": f"""ARRAY(SELECT number FROM contact_phone AS p WHERE {_OF.format("p")}
        AND removed_at IS NULL ORDER BY position, number)""",
    "noes": f"ARRAY(SELECT channel FROM opt_out AS o WHERE {_OF.format('o')} AND lifted_at IS NULL)",
    "bars": f"""(SELECT json_object_agg(channel, reasons) FROM (
        SELECT channel, string_agg(DISTINCT reason, '; ' ORDER BY reason) AS reasons
        FROM ({_BARS}) AS barred GROUP BY channel) AS summed)""",
    "consents": _CONSENTS,
    "custom": "(SELECT jsonb_object_agg(key, value) FROM jsonb_each_text(c.custom))",
}
# --- as the API shows them
_SHOWN: Final = {
    "phones": f"""(SELECT json_agg(json_build_array(number, line_type) ORDER BY position, number)
        FROM contact_phone AS p WHERE {_OF.format("p")} AND removed_at IS NULL)""",
    "noes": f"""(SELECT json_object_agg(channel, at) FROM (
        SELECT channel, min(created_at) AS at FROM (
            SELECT channel, created_at FROM opt_out AS o WHERE {_OF.format("o")} AND lifted_at IS NULL
            UNION ALL
            SELECT channel, created_at FROM ({_BARS}) AS barred WHERE reason IN ('opt_out', 'complaint')
        ) AS said GROUP BY channel) AS first)""",
    "list_ids": f"""ARRAY(SELECT list_id FROM list_member AS m WHERE {_OF.format("m")}
        ORDER BY list_id)""",
    "consents": _CONSENTS,
    "custom": "c.custom",
}
_RECORD: Final = "v.support, v.voting_method, v.learned_at, v.learned_source, v.voted_at"


@dataclass(frozen=True, slots=True)
class People:
    """Whose people, which of them, and by which election their support and vote are told."""

    organisation_id: uuid.UUID
    election_id: uuid.UUID
    campaign_id: uuid.UUID | None = None
    list_id: uuid.UUID | None = None

    def parameters(self) -> dict[str, Any]:
        """The names that the statements use."""
        return {
            "organisation": self.organisation_id,
            "election": self.election_id,
            "campaign": self.campaign_id,
            "list": self.list_id,
        }

    def condition(self) -> str:
        """Who they are."""
        return "c.organisation_id = :organisation" + within("c.id", self.campaign_id, self.list_id)


def read_people(session: Session, people: People, *, shown: bool) -> Iterator[Row[Any]]:
    """Everybody who is wanted, a thousand in hand at a time; `shown`: as the API shows them."""
    beside = ", ".join(f"{value} AS {name}" for name, value in (_SHOWN if shown else _TABLE).items())
    statement = f"""
        SELECT {", ".join(f"c.{name}" for name in _FIELDS)}, {_RECORD}, {beside}
        FROM contact AS c
        LEFT JOIN voter_record AS v ON v.organisation_id = c.organisation_id AND v.election_id = :election
            AND v.contact_id = c.id
        WHERE {people.condition()}
        ORDER BY c.id
    """
    options = {"yield_per": AT_ONCE}
    return iter(session.execute(text(statement), people.parameters(), execution_options=options))


def custom_names(session: Session, people: People) -> Sequence[str]:
    """Return the names of all custom fields of these people, those that most have first."""
    statement = f"""
        SELECT name FROM contact AS c, jsonb_object_keys(c.custom) AS name
        WHERE {people.condition()} AND c.custom <> '{{}}'
        GROUP BY name ORDER BY count(*) DESC, name
    """
    return session.scalars(text(statement), people.parameters()).all()


def most_phones(session: Session, people: People) -> int:
    """Return how many numbers one of these people has at most."""
    statement = f"""
        SELECT coalesce(max(numbers), 0) FROM (
            SELECT count(*) AS numbers FROM contact_phone AS p
            JOIN contact AS c ON c.organisation_id = p.organisation_id AND c.id = p.contact_id
            WHERE {people.condition()} AND p.removed_at IS NULL GROUP BY p.contact_id
        ) AS counted
    """
    return session.scalar(text(statement), people.parameters()) or 0
