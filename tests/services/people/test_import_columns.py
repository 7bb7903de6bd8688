"""Reading column by column is reading row by row."""

from __future__ import annotations

import csv
import datetime as dt
import io
import random
import re

from hypothesis import given, settings
from hypothesis import strategies as st

from dialer.domain.importing.delimited import MAX_CELL, Record, Rows, TextFormat
from dialer.domain.importing.fields import FIELDS
from dialer.domain.importing.header import Columns
from dialer.domain.importing.issues import Reason
from dialer.domain.importing.row import RowRules
from dialer.services.people.import_batches import Batch, Chunk, ChunkReader
from dialer.services.people.import_parts import Part

NOW = dt.datetime(2026, 5, 7, 12, tzinfo=dt.UTC)
ID = re.compile(rb"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
ANYTHING = ["", "", "x", " ", "'=1+1", "y", "N", "a\\b", "a\tb\n'c'", 'say "no"', "é ok", "n/a", "7", "0"]
PHONES = ["07700 900001", "7700900001", "+447700900002", "01632 960001 / 07700 900003", "0909 8790000"]
PHONES += ["4.47E+11", "12345", "'+447700900001", "+1 212-555-0123", "07700900002"]
CELLS = {
    "phone": PHONES,
    "email": ["Ann@Example.org", "b@example.org", "not an email", "x" * 250 + "@example.org"],
    "elector_prefix": ["KA1", "ka1 ", "12", "KD-2"],
    "elector_number": ["1", "12", "012", "KA1-12", "KA1-12/1", "KD-2/2-289/1", "KA1 3", "K4", "1/0", "12 "],
    "elector_suffix": ["0", "1", "00"],
    "polling_district": ["KA1", "3", "KD-2"],
    "first_name": ["Ann", "ANN", "Siân  Mair", "x" * 201],
    "last_name": ["Lee", "O\u2019Neill", "Łee"],
    "full_name": ["Mr Ann Lee", "LEE Ann", "Lee, Ann", "Ann"],
    "address": ["12", "12a", "-14", "- 14", "Flat 2,", "High  Street", ",", "3", "12-14"],
    "postcode": ["cf101aa", "CF10 1AA", "75001", "x" * 21],
    "date_of_birth": ["1/2/1980", "1980-02-01", "soon"],
    "change": ["A", "D", "deleted", "M", "?"],
    "support": ["1", "strong", "Z"],
    "pledge": ["yes", "maybe", "?"],
    "pledged_at": ["01/05/2026 10:00", "01/05/2027", "later"],
    "pledge_source": ["doorstep", "web"],
    "voting_method": ["postal", "?"],
    "voted_at": ["9:15", "7 May 2026"],
    "tags": ["a, b", 'c;"d"', "a\\"],
    "language": ["Welsh", "EN"],
    "external_id": ["1", "2", "a  b"],
    "opt_in": ["subscribed", "stop"],
    "notes": ["Ring after 6"],
}
COLUMNS = [*FIELDS, *FIELDS, "custom.Shoe", 'custom.A "b"', *["phone", "phone", "address", "address"]]


def seen(batch: Batch) -> tuple[object, ...]:
    ids = [found[0] for found in ID.finditer(batch.lines)]
    assert ids == sorted(ids)
    return ID.sub(b"", batch.lines), batch.issues, batch.warnings, batch.row_count, batch.rejected_count


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(),
    fields=st.lists(st.sampled_from(COLUMNS), min_size=1, max_size=12),
    header=st.booleans(),
)
def test_columns_give_what_rows_give(seed: int, fields: list[str], header: bool) -> None:
    chance = random.Random(seed)
    rules = RowRules(
        Columns(int(header), tuple(fields), tuple(fields)),
        chance.choice(["GB", "US"]),
        allow_fictional=True,
        now=NOW,
        on=NOW.date(),
        register="Powys 2026",
        tags=("new", "a"),
    )
    texts = []
    for _ in range(38):
        cells = [chance.choice([*CELLS.get(name, ["yes", "no"]) * 3, *ANYTHING]) for name in fields]
        if chance.random() < 0.05:
            cells = chance.choice(
                [cells[:-1], [*cells, ""], [*cells, "more"], ["x" * (MAX_CELL + 1), *cells[1:]]]
            )
        if chance.random() < 0.1:
            cells[:1] = [cell + "\udce2" for cell in cells[:1]]
        line = io.StringIO()
        csv.writer(line).writerow(cells)
        texts.append(line.getvalue())
    faults = {3: Reason.UNDECODABLE} if chance.random() < 0.1 else {}
    given_rows = Rows(2, list(range(2, 40)), texts, faults, TextFormat("utf-8", ","))
    chunk = Chunk(given_rows, 2, 1.0)
    columns, rows = ChunkReader(rules), ChunkReader(rules, by_columns=False)
    assert seen(columns.read(chunk)) == seen(columns.read(chunk)) == seen(rows.read(chunk))


def test_rows_like_most_are_read_by_column() -> None:
    """Nothing above would tell if everything were left to the other reader."""
    names = ("elector_prefix", "elector_number", "last_name", "phone", "address", "address")
    rules = RowRules(Columns(1, names, names), "GB", allow_fictional=True, now=NOW)
    cells = ["KA1", "12", "Prys", "07700 900001", "1", "High Street"]
    reader = ChunkReader(rules)
    assert reader.columns is not None
    people, others = reader.columns.read([Record(2, 2, cells), Record(3, 3, [*cells, "more"])])
    assert people.rows == [2]
    assert [record.row for record in others] == [3]


def test_long_cells_are_not_remembered() -> None:
    columns = Columns(0, ("id", "ward"), ("external_id", "ward"), None)
    reader = ChunkReader(RowRules(columns, "GB", allow_fictional=True, now=NOW))
    assert reader.columns
    records = [Record(n, n, [str(n), f"{n} {'x' * MAX_CELL}"]) for n in range(50)]
    reader.columns.read(records)
    ward = next(part for part in reader.columns._parts if isinstance(part, Part) and "ward" in part.names)
    assert sum(map(len, ward._known)) < MAX_CELL
