"""A chunk's fields as they are now, what imports changed of them, and how they are written back."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from dialer.domain.importing.undoing import CHANGED_AT, FieldChange
from dialer.store.queries.import_changes import ALONE, CUSTOM, PHONE, TAG, TOGETHER, image, parts
from dialer.store.queries.uuids import uuid_array

ELECTOR: Final = "elector_number"

_MINE: Final = """
    SELECT contact_id, before, after FROM import_change
    WHERE organisation_id = :organisation AND import_id = :import
      AND contact_id = ANY(CAST(:people AS uuid[]))
"""
_LATER: Final = """
    SELECT contact_id, import_id, before, after FROM import_change
    WHERE organisation_id = :organisation AND import_id > CAST(:import AS uuid)
      AND contact_id = ANY(CAST(:people AS uuid[]))
    ORDER BY contact_id, import_id
"""
_PRESENT: Final = f"""
    SELECT c.id, {image("c")} || {parts("c.tags", "c.custom")} || coalesce((
        SELECT jsonb_object_agg('{PHONE}' || p.number, true) FROM contact_phone AS p
        WHERE p.organisation_id = :organisation AND p.contact_id = c.id AND p.removed_at IS NULL), '{{}}')
    FROM contact AS c
    WHERE c.organisation_id = :organisation AND c.id = ANY(CAST(:people AS uuid[]))
"""
_INHERIT: Final = """
    UPDATE import_change AS c SET before = c.before || CAST(given.before AS jsonb)
    FROM unnest(CAST(:contacts AS uuid[]), CAST(:imports AS uuid[]), CAST(:befores AS text[]))
        AS given(contact_id, import_id, before)
    WHERE c.organisation_id = :organisation AND c.import_id = given.import_id
      AND c.contact_id = given.contact_id
"""
_DROP: Final = """
    DELETE FROM import_change
    WHERE organisation_id = :organisation AND import_id = :import
      AND contact_id = ANY(CAST(:people AS uuid[]))
    RETURNING contact_id
"""
_KEEP_ELECTORS: Final = f"""
    INSERT INTO import_change (organisation_id, import_id, contact_id, before, after)
    SELECT :organisation, CAST(:import AS uuid), contact_id,
        jsonb_build_object('{ELECTOR}', CAST(before AS jsonb)), '{{}}'
    FROM unnest(CAST(:contacts AS uuid[]), CAST(:befores AS text[])) AS given(contact_id, before)
"""


def _column(column: str, name: str, place: int | None = None) -> str:
    path = f"{{{name},{place}}}" if place is not None else f"{{{name}}}"
    cast = {"date_of_birth": "date", "needs_lift": "boolean"}.get(column, "text")
    return f"CASE WHEN p.patch ? '{name}' THEN CAST(p.patch #>> '{path}' AS {cast}) ELSE c.{column} END"


_COLUMNS: Final = {
    **{name: _column(name, name) for name in ALONE},
    **{
        column: _column(column, name, place)
        for name, columns in TOGETHER.items()
        for place, column in enumerate(columns)
    },
}
_WRITE: Final = f"""
    UPDATE contact AS c SET {", ".join(f"{name} = {value}" for name, value in _COLUMNS.items())},
        name_key = ({_COLUMNS["first_key"]}) || ({_COLUMNS["last_key"]}),
        tags = ARRAY(SELECT tag FROM unnest(c.tags) WITH ORDINALITY AS had(tag, nth)
            WHERE NOT p.patch ? ('{TAG}' || tag) ORDER BY nth),
        custom = (c.custom || coalesce((
            SELECT jsonb_object_agg(substr(key, {len(CUSTOM) + 1}), value) FROM jsonb_each(p.patch)
            WHERE starts_with(key, '{CUSTOM}') AND value <> 'null'), '{{}}')) - ARRAY(
            SELECT substr(key, {len(CUSTOM) + 1}) FROM jsonb_each(p.patch)
            WHERE starts_with(key, '{CUSTOM}') AND value = 'null'),
        updated_at = CASE WHEN p.patch ? '{CHANGED_AT}'
            THEN CAST(p.patch ->> '{CHANGED_AT}' AS timestamp) AT TIME ZONE 'UTC' ELSE c.updated_at END
    FROM (SELECT contact_id, CAST(patch AS jsonb) AS patch
        FROM unnest(CAST(:contacts AS uuid[]), CAST(:patches AS text[])) AS given(contact_id, patch)) AS p
    WHERE c.organisation_id = :organisation AND c.id = p.contact_id
"""
_DROP_NUMBERS: Final = """
    DELETE FROM contact_phone AS n
    USING unnest(CAST(:contacts AS uuid[]), CAST(:numbers AS text[])) AS given(contact_id, number)
    WHERE n.organisation_id = :organisation AND n.contact_id = given.contact_id AND n.number = given.number
"""
_ELECTORS_LEFT: Final = """
    SELECT contact_id FROM import_change
    WHERE organisation_id = :organisation AND import_id = :import ORDER BY contact_id LIMIT :limit
"""
# A number that somebody else has meanwhile stays theirs.
_GIVE_BACK: Final = f"""
    UPDATE contact AS c SET elector_number = was.before ->> 0, elector_key = was.before ->> 1,
        register = was.before ->> 2
    FROM (SELECT DISTINCT ON (before #>> '{{{ELECTOR},2}}', before #>> '{{{ELECTOR},1}}')
            contact_id, before -> '{ELECTOR}' AS before
        FROM import_change
        WHERE organisation_id = :organisation AND import_id = :import
          AND contact_id = ANY(CAST(:people AS uuid[]))) AS was
    WHERE c.organisation_id = :organisation AND c.id = was.contact_id AND c.elector_key IS NULL
      AND NOT EXISTS (
        SELECT FROM contact AS other WHERE other.organisation_id = :organisation
          AND other.register = was.before ->> 2 AND other.elector_key = was.before ->> 1)
    RETURNING c.id
"""
# The first later import that stands and named whoever has it is what keeps it from them: it takes over what
# stood before, as if it had taken the number from them itself.
_HAND_ON: Final = f"""
    INSERT INTO import_change AS c (organisation_id, import_id, contact_id, before, after)
    SELECT DISTINCT ON (was.contact_id) :organisation, i.id, was.contact_id,
        jsonb_build_object('{ELECTOR}', was.number),
        jsonb_build_object('{ELECTOR}', jsonb_build_array(NULL, NULL, was.number -> 2))
    FROM (SELECT contact_id, before -> '{ELECTOR}' AS number FROM import_change
        WHERE organisation_id = :organisation AND import_id = :import
          AND contact_id = ANY(CAST(:people AS uuid[]))) AS was
    JOIN contact AS mine ON mine.organisation_id = :organisation AND mine.id = was.contact_id
        AND mine.elector_key IS NULL
    JOIN contact AS holder ON holder.organisation_id = :organisation
        AND holder.register = was.number ->> 2 AND holder.elector_key = was.number ->> 1
    JOIN import AS i ON i.organisation_id = :organisation AND i.id > CAST(:import AS uuid)
        AND i.state NOT IN ('undoing', 'undone')
    JOIN import_contact AS named ON named.organisation_id = :organisation AND named.import_id = i.id
        AND named.contact_id = holder.id
    ORDER BY was.contact_id, i.id
    ON CONFLICT (organisation_id, import_id, contact_id)
        DO UPDATE SET before = c.before || excluded.before, after = excluded.after || c.after
    RETURNING contact_id
"""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some of the people whom an import named or changed."""

    organisation_id: uuid.UUID
    import_id: uuid.UUID
    people: Sequence[uuid.UUID]

    def parameters(self) -> dict[str, Any]:
        """The names that the statements use."""
        people = uuid_array(self.people)
        return {"organisation": self.organisation_id, "import": self.import_id, "people": people}


def changes_of(session: Session, chunk: Chunk) -> dict[uuid.UUID, FieldChange]:
    """What the import changed of each."""
    rows = session.execute(text(_MINE), chunk.parameters())
    return {row.contact_id: FieldChange(row.before, row.after) for row in rows}


def later_changes(session: Session, chunk: Chunk) -> dict[uuid.UUID, list[tuple[uuid.UUID, FieldChange]]]:
    """What imports after it changed of each, in their order."""
    found: dict[uuid.UUID, list[tuple[uuid.UUID, FieldChange]]] = {}
    for row in session.execute(text(_LATER), chunk.parameters()):
        found.setdefault(row.contact_id, []).append((row.import_id, FieldChange(row.before, row.after)))
    return found


def present_fields(session: Session, chunk: Chunk) -> dict[uuid.UUID, dict[str, Any]]:
    """Each person's fields as they are."""
    return {row[0]: row[1] for row in session.execute(text(_PRESENT), chunk.parameters())}


def inherit(session: Session, chunk: Chunk, given: Mapping[tuple[uuid.UUID, uuid.UUID], Any]) -> None:
    """Give later changes, by contact and import, what stood before the one that goes."""
    if given:
        session.execute(
            text(_INHERIT),
            {
                **chunk.parameters(),
                "contacts": [contact_id for contact_id, _ in given],
                "imports": [import_id for _, import_id in given],
                "befores": [json.dumps(before) for before in given.values()],
            },
        )


def drop_changes(session: Session, chunk: Chunk) -> int:
    """Forget what the import changed of these, which is put back or stays for good; of how many."""
    return len(session.execute(text(_DROP), chunk.parameters()).all())


def write_back(session: Session, chunk: Chunk, patches: Mapping[uuid.UUID, dict[str, Any]]) -> int:
    """Write values back and take numbers away; returns how many numbers.

    Elector numbers are let go here; `give_back_electors` gives them back, when nobody of the import has them.
    """
    if not patches:
        return 0
    electors = {who: patch[ELECTOR] for who, patch in patches.items() if patch.get(ELECTOR, [None] * 3)[1]}
    freed = {who: {**patches[who], ELECTOR: [None, None, before[2]]} for who, before in electors.items()}
    written = {**patches, **freed}
    contacts, dumped = list(written), [json.dumps(patch) for patch in written.values()]
    session.execute(text(_WRITE), {**chunk.parameters(), "contacts": contacts, "patches": dumped})
    befores = [json.dumps(before) for before in electors.values()]
    session.execute(
        text(_KEEP_ELECTORS), {**chunk.parameters(), "contacts": list(electors), "befores": befores}
    )
    return _drop_numbers(session, chunk, patches)


def _drop_numbers(session: Session, chunk: Chunk, patches: Mapping[uuid.UUID, dict[str, Any]]) -> int:
    gone = [
        (who, name.removeprefix(PHONE))
        for who, patch in patches.items()
        for name in patch
        if name.startswith(PHONE)
    ]
    if gone:
        numbers = {"contacts": [who for who, _ in gone], "numbers": [number for _, number in gone]}
        session.execute(text(_DROP_NUMBERS), {**chunk.parameters(), **numbers})
    return len(gone)


def electors_left(session: Session, organisation_id: uuid.UUID, import_id: uuid.UUID, limit: int) -> Chunk:
    """The next people whose elector number is to be given back."""
    given = {"organisation": organisation_id, "import": import_id, "limit": limit}
    return Chunk(organisation_id, import_id, session.scalars(text(_ELECTORS_LEFT), given).all())


def give_back_electors(session: Session, chunk: Chunk) -> int:
    """Give these their elector numbers back where nobody has them now; how many got theirs, or will when a
    later import goes by which somebody else has it.
    """
    got = len(session.execute(text(_GIVE_BACK), chunk.parameters()).all())
    return got + len(session.execute(text(_HAND_ON), chunk.parameters()).all())
