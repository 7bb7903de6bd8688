"""What an import changes of people who were there: kept field by field, so that it can be taken back.

A field is what is put back as one thing: a value with the keys that follow from it, one tag (`tag.NAME`), one
field of the list's own (`custom.NAME`), one telephone number (`phone.NUMBER`). Null: it isn't there.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from dialer.domain.importing.undoing import CHANGED_AT

TOGETHER: Final = {
    "first_name": ("first_name", "first_key"),
    "last_name": ("last_name", "last_key"),
    "email": ("email", "email_key"),
    "elector_number": ("elector_number", "elector_key", "register"),
    "external_id": ("external_id", "id_source"),
}
"""Columns that change and are put back as one."""

ALONE: Final = (
    "elector_markers",
    "date_of_birth",
    "address",
    "postcode",
    "constituency",
    "ward",
    "polling_district",
    "polling_station",
    "language",
    "notes",
    "needs_lift",
    "status",
)
"""Columns that are a field each."""

TAG, CUSTOM, PHONE = "tag.", "custom.", "phone."


def image(row: str) -> str:
    """Write the SQL of a contact's fields, but for tags, custom fields and numbers, as one JSON object."""
    fields = [f"'{name}', {row}.{name}" for name in ALONE]
    for name, columns in TOGETHER.items():
        values = ", ".join(f"{row}.{column}" for column in columns)
        fields.append(f"'{name}', jsonb_build_array({values})")
    fields.append(f"'{CHANGED_AT}', {row}.updated_at AT TIME ZONE 'UTC'")
    return f"jsonb_build_object({', '.join(fields)})"


def parts(tags: str, custom: str) -> str:
    """Write the SQL of tags and custom fields, one field each."""
    return f"""coalesce((SELECT jsonb_object_agg('{TAG}' || tag, true) FROM unnest({tags}) AS tag), '{{}}')
        || coalesce((SELECT jsonb_object_agg('{CUSTOM}' || key, value) FROM jsonb_each({custom})), '{{}}')"""


RETURNED: Final = f"""c.id, c.created_by_import, {image("old")} AS before, {image("new")} AS after,
    old.tags AS tags_before, new.tags AS tags_after,
    old.custom AS custom_before, new.custom AS custom_after"""
"""What a statement that updates `contact AS c` returns to be recorded."""

# What was changed before by the same import keeps its first value before.
_ADD: Final = """
    INSERT INTO import_change AS kept (organisation_id, import_id, contact_id, before, after)
    {rows}
    ON CONFLICT (organisation_id, import_id, contact_id) DO UPDATE
        SET before = excluded.before || kept.before, after = kept.after || excluded.after
"""
_DIFFERENCES: Final = f"""
    SELECT :organisation, CAST(:import AS uuid), done.id, field.before, field.after
    FROM done CROSS JOIN LATERAL (
        SELECT done.before || {parts("done.tags_before", "done.custom_before")} AS before,
            done.after || {parts("done.tags_after", "done.custom_after")} AS after OFFSET 0
    ) AS whole CROSS JOIN LATERAL (
        SELECT jsonb_object_agg(key, coalesce(whole.before -> key, 'null')) AS before,
            jsonb_object_agg(key, value) AS after
        FROM jsonb_each(whole.after) WHERE whole.before -> key IS DISTINCT FROM value
    ) AS field
    WHERE done.created_by_import IS DISTINCT FROM CAST(:import AS uuid) AND field.after IS NOT NULL
"""


def recorded(statement: str) -> str:
    """Have an update that ends with `RETURNING` `RETURNED` recorded; the whole returns whom it changed.

    Whom this import made itself is left out: they go whole, or stay whole.
    """
    return f"""
        WITH done AS ({statement}), recorded AS ({_ADD.format(rows=_DIFFERENCES)})
        SELECT id FROM done
    """


def recorded_numbers(statement: str) -> str:
    """Have an insert of numbers that ends with `RETURNING contact_id, number` recorded."""
    rows = f"""
        SELECT :organisation, CAST(:import AS uuid), contact_id,
            jsonb_object_agg('{PHONE}' || number, 'null'::jsonb),
            jsonb_object_agg('{PHONE}' || number, true)
        FROM done JOIN contact AS c ON c.organisation_id = :organisation AND c.id = done.contact_id
        WHERE c.created_by_import IS DISTINCT FROM CAST(:import AS uuid)
        GROUP BY contact_id
    """
    return f"""
        WITH done AS ({statement}), recorded AS ({_ADD.format(rows=rows)})
        SELECT contact_id FROM done
    """


_GIVEN: Final = {
    **{name: f"s.{name} IS NOT NULL" for name in (*ALONE, *TOGETHER) if name != "status"},
    "status": "s.deceased",
}
_SAID: Final = " ".join(f"WHEN '{name}' THEN {given}" for name, given in _GIVEN.items())

# What this list says too of what an earlier import changed: that one's undoing leaves it as it is.
_CONFIRM: Final = _ADD.format(
    rows=f"""
    SELECT :organisation, CAST(:import AS uuid), said.contact_id, jsonb_object_agg(said.key, said.value),
        jsonb_object_agg(said.key, said.value)
    FROM (
        SELECT DISTINCT ON (s.contact_id, field.key) s.contact_id, field.key, field.value
        FROM import_stage AS s
        JOIN contact AS c ON c.organisation_id = :organisation AND c.id = s.contact_id
        JOIN import_change AS earlier ON earlier.organisation_id = :organisation
            AND earlier.contact_id = s.contact_id AND earlier.import_id <> CAST(:import AS uuid)
        CROSS JOIN LATERAL (SELECT {image("c")} AS image OFFSET 0) AS now
        CROSS JOIN LATERAL jsonb_each(earlier.after) AS field
        WHERE s.fate IN ('matched', 'duplicate') AND NOT :skip
          AND CASE
            WHEN starts_with(field.key, '{TAG}') THEN
                field.value = 'true' AND substr(field.key, {len(TAG) + 1}) = ANY (s.tags)
            WHEN starts_with(field.key, '{PHONE}') THEN
                field.value = 'true' AND substr(field.key, {len(PHONE) + 1}) = ANY (s.numbers)
            WHEN starts_with(field.key, '{CUSTOM}') THEN
                field.value = s.custom -> substr(field.key, {len(CUSTOM) + 1})
                AND field.value = c.custom -> substr(field.key, {len(CUSTOM) + 1})
            ELSE field.value = now.image -> field.key AND CASE field.key {_SAID} ELSE false END
          END
    ) AS said
    GROUP BY said.contact_id
    """
)
_ANY_OTHERS: Final = """
    SELECT EXISTS (SELECT FROM import_change AS earlier
        WHERE earlier.organisation_id = :organisation AND earlier.import_id <> CAST(:import AS uuid))
"""


def confirm_changes(session: Session, parameters: dict[str, object]) -> None:
    """Note what the staged rows say just as an earlier import of this organisation changed it."""
    if session.scalar(text(_ANY_OTHERS), parameters):
        session.execute(text(_CONFIRM), parameters)
