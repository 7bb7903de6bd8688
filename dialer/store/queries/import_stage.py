"""The staging table of one chunk of an import: filled by COPY, gone at the end of its transaction."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.orm import Session
from uuid_utils import uuid7

from dialer.domain.importing.row import PersonRow
from dialer.domain.person import fold

_COLUMNS: Final = {
    "first_row": "integer",
    "loses_number": "boolean NOT NULL",
    '"row"': "integer NOT NULL",
    "new_id": "uuid NOT NULL",
    "external_id": "text",
    "elector_number": "text",
    "elector_key": "text",
    "elector_markers": "text",
    "date_of_birth": "date",
    "first_name": "text",
    "last_name": "text",
    "first_key": "text",
    "last_key": "text",
    "email": "text",
    "address": "text",
    "postcode": "text",
    "constituency": "text",
    "ward": "text",
    "polling_district": "text",
    "polling_station": "text",
    "language": "text",
    "notes": "text",
    "tags": "text[]",
    "custom": "jsonb",
    "needs_lift": "boolean",
    "deceased": "boolean NOT NULL",
    "numbers": "text[]",
    "line_types": "text[]",
    "refused": "text[]",
    "consented": "text[]",
    "support": "smallint",
    "support_at": "timestamptz",
    "support_source": "text NOT NULL",
    "support_weak": "boolean NOT NULL",
    "voting_method": "text",
    "voted": "boolean NOT NULL",
    "voted_at": "timestamptz",
}
_PLACED: Final = 2  # the first columns, which only the whole chunk's reader can tell

_CREATE: Final = text(
    "CREATE TEMPORARY TABLE import_stage ("
    + ", ".join(f"{name} {kind}" for name, kind in _COLUMNS.items())
    + ", email_key text GENERATED ALWAYS AS (lower(email)) STORED"
    + ", name_key text GENERATED ALWAYS AS (coalesce(first_key, '') || coalesce(last_key, '')) STORED"
    + ", contact_id uuid, holder_id uuid, fate text, renumbered boolean NOT NULL DEFAULT false"
    + ") ON COMMIT DROP"
)
# To a planner that has not seen this organisation yet, its contacts look like one row: reading the whole
# chunk for each of them is then as good a plan as any, unless the chunk's rows are found by contact.
_FIND_BY_CONTACT: Final = text("CREATE INDEX ON import_stage (contact_id)")
_COPY: Final = f"COPY import_stage ({', '.join(_COLUMNS)}) FROM STDIN (NULL '')"
_ESCAPES: Final = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def _flag(value: bool | None) -> str:
    return "" if value is None else "t" if value else "f"


def _moment(value: dt.datetime | dt.date | None) -> str:
    return value.isoformat() if value else ""


def _array(values: Iterable[str]) -> str:
    """An array of words of our own, which need no quotes."""
    joined = ",".join(values)
    return f"{{{joined}}}" if joined else ""


def _quoted_array(values: Iterable[str]) -> str:
    quoted = ('"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"' for value in values)
    return _array(quoted)


def stage_line(person: PersonRow) -> str:
    """One person as a line for COPY, without the first two columns."""
    said = person.evidence
    cells = (
        str(person.row),
        str(uuid7()),
        person.external_id or "",
        person.elector_number or "",
        person.elector_key or "",
        person.elector_markers or "",
        _moment(person.date_of_birth),
        person.first_name or "",
        person.last_name or "",
        fold(person.first_name or ""),
        fold(person.last_name or ""),
        person.email or "",
        person.address or "",
        person.postcode or "",
        person.constituency or "",
        person.ward or "",
        person.polling_district or "",
        person.polling_station or "",
        person.language or "",
        person.notes or "",
        _quoted_array(person.tags),
        json.dumps(person.custom, ensure_ascii=False) if person.custom else "",
        _flag(person.needs_lift),
        _flag(person.deceased),
        _array(phone.number for phone in person.phones),
        _array(phone.type for phone in person.phones),
        _array(person.refused),
        _array(person.consented),
        str(said.support or ""),
        _moment(said.support_at),
        said.support_source,
        _flag(said.support_weak),
        said.voting_method or "",
        _flag(said.voted),
        _moment(said.voted_at),
    )
    line = "\t".join(cells)
    if "\\" in line or "\n" in line or "\r" in line or line.count("\t") != len(_COLUMNS) - _PLACED - 1:
        line = "\t".join(cell.translate(_ESCAPES) for cell in cells)
    return line


def stage(session: Session, lines: Iterable[str]) -> None:
    """Make the staging table and copy the lines into it, each with its place before it."""
    session.execute(_CREATE)
    with _cursor(session) as cursor, cursor.copy(_COPY) as copy:
        copy.write("".join(f"{line}\n" for line in lines))
    session.execute(_FIND_BY_CONTACT)
    session.execute(text("ANALYZE import_stage"))


def placed(line: str, first_row: int | None, loses_number: bool) -> str:
    """A line with its place among the rows of its chunk."""
    return f"{first_row or ''}\t{_flag(loses_number)}\t{line}"


_COPY_ISSUES: Final = """COPY import_row_issue
    (organisation_id, import_id, line, "row", outcome, reason, field, value, detail, cells) FROM STDIN"""


def copy_issues(session: Session, rows: Iterable[tuple[Any, ...]]) -> None:
    """Write entries of the report: tuples in the order of the columns, `cells` as JSON text."""
    with _cursor(session) as cursor, cursor.copy(_COPY_ISSUES) as copy:
        for row in rows:
            copy.write_row(row)


def _cursor(session: Session) -> Any:
    connection: Any = session.connection().connection.driver_connection
    return connection.cursor()
