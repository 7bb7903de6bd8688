"""The staging table of one chunk of an import: filled by COPY, gone at the end of its transaction.

Every row is staged as a new person with an id of their own, one that repeats an earlier row of the chunk as
its duplicate, and one of somebody gone from the register as `gone`; `import_match` then finds those who are
known.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from itertools import repeat
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.orm import Session
from uuid_utils import uuid7

from dialer.domain.importing.person_row import PersonRow
from dialer.domain.importing.register_change import Change
from dialer.domain.importing.repeats import Place
from dialer.domain.person import RULES, fold

PLAIN: Final = (
    "elector_markers",
    "date_of_birth",
    "first_name",
    "last_name",
    "email",
    "email_key",
    "address",
    "postcode",
    "constituency",
    "ward",
    "polling_district",
    "polling_station",
    "language",
    "notes",
    "needs_lift",
)
"""What a person's row in `contact` takes as it is."""

_COLUMNS: Final = {
    "first_row": "integer",
    "why": "smallint",
    "renumbered": "boolean NOT NULL",
    '"row"': "integer NOT NULL",
    "contact_id": "uuid",
    "fate": "text",
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
    "added": "boolean NOT NULL",
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
_STANDING: Final = 6
PERSON: Final = tuple(_COLUMNS)[_STANDING:]
"""The columns that say of a person what their row says; those before them are its place in the chunk."""

# PostgreSQL takes a row apart from its left end up to what a statement asks for, and most ask for these.
_ASKED_MOST: Final = (
    '"row"',
    "renumbered",
    "fate",
    "contact_id",
    "first_row",
    "refused",
    "consented",
    "support",
    "voting_method",
    "voted",
    "elector_key",
    "external_id",
    "first_key",
    "last_key",
    "numbers",
    "line_types",
)
_CREATE: Final = text(
    "CREATE TEMPORARY TABLE import_stage ("
    + ", ".join(f"{name} {_COLUMNS[name]}" for name in dict.fromkeys((*_ASKED_MOST, *_COLUMNS)))
    + ", email_key text GENERATED ALWAYS AS (lower(email)) VIRTUAL"
    + ", name_key text GENERATED ALWAYS AS (coalesce(first_key, '') || coalesce(last_key, '')) VIRTUAL"
    + ", holder_id uuid, gone_id uuid"
    + ") ON COMMIT DROP"
)
# A row that is written again beside its old version, which no index then tells apart, keeps an index that is
# made afterwards out of every plan of this transaction (PostgreSQL's README.HOT, `indcheckxmin`). Where an
# index has the columns that are written, be there no row in it, none is written so.
_LATER_INDEX_COUNTS: Final = text("CREATE INDEX ON import_stage (contact_id, holder_id, gone_id) WHERE false")
# To a planner that has not seen this organisation yet, its contacts look like one row: reading the whole
# chunk for each of them is then as good a plan as any, unless the chunk's rows are found by contact.
_FIND_BY_CONTACT: Final = text("CREATE INDEX ON import_stage (contact_id)")
# What a plan goes by, whether everybody is new or nobody, a tenth of the rows tells as well.
_SMALL_SAMPLE: Final = text("SET LOCAL default_statistics_target = 3")
_USUAL_SAMPLE: Final = text("SET LOCAL default_statistics_target = DEFAULT")
_LEARN_SIZES: Final = text('ANALYZE import_stage ("row", first_row, fate, contact_id)')
_OTHERS: Final = text("SELECT EXISTS (SELECT FROM import_stage WHERE fate <> 'created')")
_COPY: Final = f"COPY import_stage ({', '.join(_COLUMNS)}) FROM STDIN (NULL '')"
_ESCAPES: Final = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def _flag(value: bool | None) -> str:
    return "" if value is None else "t" if value else "f"


def _moment(value: dt.datetime | dt.date | None) -> str:
    return value.isoformat() if value else ""


def _array(values: Sequence[str]) -> str:
    """An array of words of our own, which need no quotes."""
    return "{" + ",".join(values) + "}" if values else ""


def _quoted_array(values: Sequence[str]) -> str:
    return _array(['"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"' for value in values])


def new_ids(count: int) -> list[str]:
    """Ids for new people, in their order: people are listed as they stood in the file."""
    return [str(uuid7()) for _ in range(count)]


def stage_line(person: PersonRow, new_id: str, place: Place) -> str:
    """One person, in their place among the rows of the chunk, as a line for COPY."""
    return placed_line(person.row, str(person.own_id or new_id), stage_cells(person), place)


def placed_line(row: int, new_id: str, person: Sequence[str], place: Place) -> str:
    """One person, of whom PERSON is known already, in their place as a line for COPY.

    A row whose elector number an earlier row of another person holds comes without it.
    """
    standing = (
        "" if place.first is None else str(place.first),
        "" if place.why is None else str(RULES.index(place.why)),
        _flag(place.loses_number),
        str(row),
        new_id,
        "created" if place.first is None else "duplicate",
    )
    if place.loses_number:
        cells = dict(zip(PERSON, person, strict=True)) | {"elector_number": "", "elector_key": ""}
        person = tuple(cells.values())
    return _line(standing, tuple(person))


def new_lines(rows: Sequence[int], ids: Iterable[str], columns: Iterable[Sequence[str]]) -> list[str]:
    """People of whom none repeats another, as lines for COPY: their rows, ids and PERSON's columns."""
    places = repeat(""), repeat(""), repeat(_flag(False)), map(str, rows), ids, repeat("created")
    everybody = list(zip(*places, *columns, strict=False))
    lines = list(map("\t".join, everybody))
    whole = "\n".join(lines)
    tabs, ends = len(lines) * (len(_COLUMNS) - 1), len(lines) - 1
    if "\\" in whole or "\r" in whole or whole.count("\t") != tabs or whole.count("\n") != ends:
        return [_line(cells[:_STANDING], cells[_STANDING:]) for cells in everybody]
    return [f"{line}\n" for line in lines]


def gone_line(person: PersonRow, place: Place) -> str:
    """One person whom the register no longer has, as a line for COPY: new to nobody, and of no list.

    `place` is theirs among the chunk's rows of that kind.
    """
    fate = "gone" if place.first is None else "gone_again"
    return _line(("", "", _flag(False), str(person.row), "", fate), stage_cells(person))


def stage_cells(person: PersonRow) -> tuple[str, ...]:
    """What the columns of PERSON hold of a person."""
    said = person.evidence
    return (
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
        _flag(person.change is Change.ADDED),
        _array([phone.number for phone in person.phones]),
        _array([phone.type for phone in person.phones]),
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


def _line(standing: tuple[str, ...], person: tuple[str, ...]) -> str:
    cells = standing + person
    line = "\t".join(cells)
    if "\\" in line or "\n" in line or "\r" in line or line.count("\t") != len(_COLUMNS) - 1:
        line = "\t".join(cell.translate(_ESCAPES) for cell in cells)
    return line + "\n"


def stage(session: Session, lines: bytes) -> None:
    """Make the staging table and copy the lines into it."""
    session.execute(_CREATE)
    session.execute(_LATER_INDEX_COUNTS)
    with _cursor(session) as cursor, cursor.copy(_COPY) as copy:
        copy.write(lines)
    session.execute(_SMALL_SAMPLE)
    session.execute(_LEARN_SIZES)
    session.execute(
        _USUAL_SAMPLE
    )  # this transaction may look at the queue's tables too, which everybody uses


def find_by_contact(session: Session) -> None:
    """Have the staged rows found by the contact whom they name: for who is known, or stands in two rows.

    New people are made by reading the table from its first row to its last, which needs none of this. Rows
    whose contact, holder or person gone has been found by then may be found so too.
    """
    session.execute(_FIND_BY_CONTACT)


def all_new(session: Session) -> bool:
    """Whether each staged row, as it stands by now, is a new person of its own."""
    return not session.scalar(_OTHERS)


def reach_disk_later(session: Session) -> None:
    """Let this transaction's commit be over before it has reached the disk.

    A crash of the machine may then take it away, whole, with all that was committed after it.
    """
    session.execute(text("SET LOCAL synchronous_commit = off"))


_COPY_ISSUES: Final = """COPY import_row_issue
    (organisation_id, import_id, line, "row", outcome, reason, field, value, detail, cells) FROM STDIN"""


def copy_issues(session: Session, rows: Iterable[tuple[Any, ...]]) -> None:
    """Write entries of the report: tuples in the order of the columns, `cells` as JSON text."""
    with _cursor(session) as cursor, cursor.copy(_COPY_ISSUES) as copy:
        for row in rows:
            copy.write_row(row)


def _cursor(session: Session) -> Any:
    connection: Any = session.connection().connection.dbapi_connection
    return connection.cursor()
