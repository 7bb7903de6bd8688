"""Whoever asked not to be contacted: persons, and the numbers and addresses that they have or get."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection
from string import Template
from typing import Final

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from dialer.domain.opt_out import BY_US, SAID_BY_TEXT, SAID_TO_VOLUNTEER
from dialer.domain.suppressing import OF_ADDRESSES, OF_NUMBERS
from dialer.store.queries.uuids import UUID7

# How much a no weighs, as `domain/opt_out.weight` has it; a test holds the two together.
_WEIGHT: Final = """CASE WHEN {0}.source = ANY(CAST(:by_us AS text[])) THEN 0
    WHEN {0}.source = CAST(:by_text AS text) THEN 1
    WHEN {0}.source = ANY(CAST(:to_volunteers AS text[])) THEN 2 ELSE 3 END"""
_WEIGHTS: Final = {
    "by_us": sorted(BY_US),
    "by_text": SAID_BY_TEXT,
    "to_volunteers": sorted(SAID_TO_VOLUNTEER),
}


def ours_missing(row: str) -> str:
    """Write the SQL that tells of a no that stands whether it is the person's own, and none of ours is kept
    beneath it.
    """
    return f"""{row}.source <> ALL (CAST(:by_us AS text[])) AND NOT EXISTS (
        SELECT FROM jsonb_array_elements({row}.beneath) AS kept(no)
        WHERE kept.no ->> 'source' = ANY (CAST(:by_us AS text[])))"""


def with_ours(row: str, by: str = "NULL") -> str:
    """Write the SQL of what is beneath a no that stands, with that of a list brought in `:now`: the lightest.

    So a START, or a mistake taken back, leaves what the list said (`services/people/weighing.py`).
    """
    return f"""jsonb_build_array(jsonb_build_object('source', 'import', 'at', CAST(:now AS timestamptz),
        'by', {by}, 'note', NULL)) || coalesce({row}.beneath, '[]')"""


OURS: Final = {"by_us": _WEIGHTS["by_us"]}
"""The names that these two use, but for `:now`."""

# Where a no stands already the heavier of both counts from now on, and the other is kept beneath it.
_COVER: Final = Template(
    """
    INSERT INTO suppression AS s
        (organisation_id, id, $place, channel, reason, source, contact_id, opt_out_id, created_by, created_at)
    SELECT DISTINCT ON (reach.place, o.channel) :organisation, $uuid7, reach.place, o.channel, 'opt_out',
        o.source, o.contact_id, o.id, o.created_by, o.created_at
    FROM opt_out AS o JOIN LATERAL ($reach) AS reach ON true
    WHERE o.organisation_id = :organisation AND o.lifted_at IS NULL AND o.channel = ANY(:channels)
      AND o.contact_id = ANY(CAST(:contacts AS uuid[]))
    ORDER BY reach.place, o.channel, $weight_of_no DESC, o.created_at
    ON CONFLICT (organisation_id, $place, channel, reason) WHERE lifted_at IS NULL AND $place IS NOT NULL
    DO UPDATE SET
        beneath = coalesce(s.beneath, '[]') || jsonb_build_array(
            jsonb_build_object('source', s.source, 'at', s.created_at, 'by', s.created_by, 'note', s.note)
            || jsonb_strip_nulls(jsonb_build_object('contact_id', s.contact_id, 'opt_out_id', s.opt_out_id))),
        source = excluded.source, created_at = excluded.created_at, created_by = excluded.created_by,
        note = NULL, contact_id = excluded.contact_id, opt_out_id = excluded.opt_out_id
    WHERE $weight_of_new > $weight_of_standing
    RETURNING s.$place AS place, old.id IS NULL AS is_new
    """
)
_OF_NUMBERS: Final = """
    SELECT p.number AS place FROM contact_phone AS p
    WHERE p.organisation_id = :organisation AND p.contact_id = o.contact_id AND p.removed_at IS NULL"""
_OF_ADDRESSES: Final = """
    SELECT c.email_key AS place FROM contact AS c
    WHERE c.organisation_id = :organisation AND c.id = o.contact_id AND c.email_key IS NOT NULL"""


def _cover(place: str, reach: str) -> TextClause:
    weights = {
        "weight_of_no": _WEIGHT.format("o"),
        "weight_of_new": _WEIGHT.format("excluded"),
        "weight_of_standing": _WEIGHT.format("s"),
    }
    return text(_COVER.substitute(place=place, reach=reach, uuid7=UUID7, **weights))


_COVER_NUMBERS: Final = _cover("number", _OF_NUMBERS)
_COVER_ADDRESSES: Final = _cover("email", _OF_ADDRESSES)


_OF_IMPORT: Final = """
    SELECT o.channel, count(*) AS people
    FROM import_contact AS named
    JOIN opt_out AS o ON o.organisation_id = :organisation AND o.contact_id = named.contact_id
    WHERE named.organisation_id = :organisation AND named.import_id = :import AND o.lifted_at IS NULL
    GROUP BY o.channel
"""


def noes_of_import(session: Session, organisation_id: uuid.UUID, import_id: uuid.UUID) -> dict[str, int]:
    """How many of the people whom an import named said no, by channel, to this day."""
    given = {"organisation": organisation_id, "import": import_id}
    return {row.channel: row.people for row in session.execute(text(_OF_IMPORT), given)}


def cover_reach(
    session: Session, organisation_id: uuid.UUID, contacts: Collection[uuid.UUID]
) -> frozenset[str]:
    """Suppress every number and address of people who opted out, those they got since too.

    Returns the numbers that are newly suppressed.
    """
    if not contacts:
        return frozenset()
    given = {"organisation": organisation_id, "contacts": list(contacts), **_WEIGHTS}
    rows = session.execute(_COVER_NUMBERS, {**given, "channels": list(OF_NUMBERS)}).all()
    session.execute(_COVER_ADDRESSES, {**given, "channels": list(OF_ADDRESSES)})
    return frozenset(row.place for row in rows if row.is_new)


# A row of somebody gone whom nobody here is names no person who could keep their no: what they had keeps it.
_BAR_STRANGERS: Final = Template(
    """
    INSERT INTO suppression AS s (organisation_id, id, $place, channel, reason, source, import_id, created_at)
    SELECT DISTINCT ON (reach.place, refused.channel) :organisation, $uuid7, reach.place, refused.channel,
        'opt_out', 'import', CAST(:import AS uuid), CAST(:now AS timestamptz)
    FROM import_stage AS staged, unnest($places) AS reach(place), unnest(staged.refused) AS refused(channel)
    WHERE staged.fate IN ('gone', 'gone_again') AND staged.gone_id IS NULL
      AND refused.channel = ANY(:channels) AND reach.place IS NOT NULL
    ORDER BY reach.place, refused.channel
    ON CONFLICT (organisation_id, $place, channel, reason) WHERE lifted_at IS NULL AND $place IS NOT NULL
    DO UPDATE SET beneath = $with_ours WHERE $ours_missing
    """
)


def _bar_strangers(place: str, places: str) -> TextClause:
    written = {"uuid7": UUID7, "with_ours": with_ours("s"), "ours_missing": ours_missing("s")}
    return text(_BAR_STRANGERS.substitute(place=place, places=places, **written))


_BAR_NUMBERS: Final = _bar_strangers("number", "staged.numbers")
_BAR_ADDRESSES: Final = _bar_strangers("email", "ARRAY[staged.email_key]")


def bar_strangers(
    session: Session, organisation_id: uuid.UUID, import_id: uuid.UUID, now: dt.datetime
) -> None:
    """Keep the noes of those who are gone from a register and whom nobody here is, with what they had."""
    given = {"organisation": organisation_id, "import": import_id, "now": now, **OURS}
    session.execute(_BAR_NUMBERS, {**given, "channels": list(OF_NUMBERS)})
    session.execute(_BAR_ADDRESSES, {**given, "channels": list(OF_ADDRESSES)})
