"""Reading delimited text: letters, edges of cells, lines and rows."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.importing.delimited import (
    MAX_CELL,
    MAX_COLUMNS,
    Record,
    TextFormat,
    has_lost_letters,
    read_records,
    show_lost_letters,
)
from dialer.domain.importing.encoding import NotText
from dialer.domain.importing.issues import Reason
from dialer.domain.importing.sniffing import sniff


def records_of(data: bytes) -> list[Record]:
    return list(read_records(io.BytesIO(data), sniff(io.BytesIO(data))))


def cells_of(data: bytes) -> list[list[str]]:
    return [record.cells for record in records_of(data)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_usual_writing_of_a_list(encoding: str, delimiter: str, end: str) -> None:
    lines = [delimiter.join(cells) for cells in (["Enw", "Ffôn"], ["Siân", "07700 900123"])]
    assert cells_of((end.join(lines) + end).encode(encoding)) == [["Enw", "Ffôn"], ["Siân", "07700 900123"]]


def test_big_endian_utf_16() -> None:
    assert cells_of(b"\xfe\xff" + "Siân,1\n".encode("utf-16-be")) == [["Siân", "1"]]


@pytest.mark.parametrize("mark", ["sep=;", "sep=|", "SEP=;", '"sep=;"'])
def test_a_leading_sep_line_says_what_stands_between_cells(mark: str) -> None:
    edge = mark.strip('"')[-1]
    (record,) = records_of(f"{mark}\r\na,b{edge}c\r\n".encode())
    assert (record.cells, record.row, record.line) == (["a,b", "c"], 2, 2)


def test_bars_and_semicolons_within_cells_are_no_edges() -> None:
    rows = "\n".join(f"Ann,0770090{n},a|b;c" for n in range(50))
    assert sniff(io.BytesIO(f"Name,Tel,Tags\n{rows}".encode())).delimiter == ","


def test_a_decimal_comma_is_no_edge_where_semicolons_are() -> None:
    assert sniff(io.BytesIO(b"Name;Score\nAnn;1,5\nBob;2,5\n")).delimiter == ";"


def test_a_line_break_in_quotes_stays_in_its_row_and_lines_are_counted() -> None:
    records = records_of(b'a,b\n1,"x\ny"\n\n2,z\n')
    assert [(record.row, record.line, record.cells) for record in records] == [
        (1, 1, ["a", "b"]),
        (2, 2, ["1", "x\ny"]),
        (3, 4, []),
        (4, 5, ["2", "z"]),
    ]


@pytest.mark.parametrize(
    "rest",
    [
        b"3,4\n5,6\n",  # nothing closes it to the end of the file
        b'3,4\n5,"z"\n',  # the next quote opens another cell
        b'3,4\n"5","6"\n',
        b"3,4\n" + b"5,6\n" * MAX_CELL,  # it would be far too big a value
    ],
)
def test_an_unclosed_quote_breaks_its_own_line_only(rest: bytes) -> None:
    records = records_of(b'a,b\n2,"open\n' + rest)
    assert (records[1].fault, records[1].split, records[1].cells) == (Reason.UNDECODABLE, False, ['2,"open'])
    assert (records[2].line, records[2].cells, records[2].fault) == (3, ["3", "4"], None)
    assert max(len(cell) for record in records for cell in record.cells) < 20


def test_quotes_within_a_cell_are_letters() -> None:
    assert cells_of(b'a,b\n5" pipe,"say ""hi"""\n') == [["a", "b"], ['5" pipe', 'say "hi"']]


def test_a_line_without_end_is_cut_and_reported() -> None:
    records = records_of(b"a,b\n" + b"x" * 3_000_000 + b"\n1,2\n")
    assert records[1].fault is Reason.VALUE_TOO_LONG
    assert len(records[1].cells[0]) <= MAX_CELL
    assert (records[2].line, records[2].cells) == (3, ["1", "2"])


def test_more_cells_than_the_bound_are_cut_and_reported() -> None:
    (record,) = records_of(",".join("x" * (MAX_COLUMNS + 9)).encode())
    assert (len(record.cells), record.fault) == (MAX_COLUMNS, Reason.LONG_ROW)


def test_broken_bytes_in_a_utf_8_list_break_their_row_only() -> None:
    records = records_of("Siân,1\n".encode() + b"Si\xe2n,2\n" + "Siôn,3\n".encode())
    assert [record.fault for record in records] == [None, Reason.UNDECODABLE, None]
    assert records[2].cells == ["Siôn", "3"]


def test_bytes_that_windows_1252_does_not_know_break_their_row() -> None:
    records = records_of(b"Si\xe2n,1\nB\x81b,2\n")
    assert [record.fault for record in records] == [None, Reason.UNDECODABLE]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "an empty file"),
        (b"\xef\xbb\xbf", "an empty file"),
        (b"\xff\xfe", "an empty file"),
        (b"a,b\n1,\x002\n", "a NUL byte on line 2"),
        (b"\xef\xbb\xbfa,b\n1,\x002\n", "a NUL byte on line 2"),
        ("a,b\n".encode("utf-16-le"), "UTF-16 file without its mark"),
        (b"\xff\xfe" + bytes(range(256)) * 9, "bytes that are no letters"),
        (b"PK\x03\x04" + b"x" * 100, "a spreadsheet"),
        (b"%PDF-1.7", "a PDF"),
        (b"<!DOCTYPE html><p>", "a web page"),
        (bytes(range(1, 32)) * 9, "bytes that are no letters"),
    ],
)
def test_what_is_no_list_is_named(data: bytes, said: str) -> None:
    with pytest.raises(NotText, match=said):
        sniff(io.BytesIO(data))


@given(
    rows=st.lists(
        st.lists(
            st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20),
            min_size=2,
        ),
        max_size=8,
    ),
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
)
def test_what_is_written_well_is_read_as_it_was(rows: list[list[str]], delimiter: str) -> None:
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows(rows)
    data = buffer.getvalue().encode()
    read = [record.cells for record in read_records(io.BytesIO(data), TextFormat("utf-8", delimiter))]
    assert read == rows


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        records = records_of(data)
    except NotText:
        return
    assert [record.row for record in records] == sorted({record.row for record in records})


LETTERS = st.characters(exclude_characters="\0\ufeff", exclude_categories=["Cs"])
CELL = st.text(LETTERS, max_size=12).map(str.strip)
ENCODINGS = {
    "utf-8": b"",
    "utf-8-sig": b"",
    "utf-16-le": b"\xff\xfe",
    "utf-16-be": b"\xfe\xff",
}


@given(
    table=st.lists(st.lists(CELL, min_size=2, max_size=4), min_size=1, max_size=5),
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    encoding=st.sampled_from(sorted(ENCODINGS)),
)
def test_any_table_in_any_writing_is_read_as_it_was(
    table: list[list[str]], delimiter: str, end: str, encoding: str
) -> None:
    buffer = io.StringIO(newline="")
    buffer.write(f"sep={delimiter}{end}")
    # only with CRLF does Python's writer quote a cell for either of them
    quoting = csv.QUOTE_MINIMAL if end == "\r\n" else csv.QUOTE_ALL
    csv.writer(buffer, delimiter=delimiter, lineterminator=end, quoting=quoting).writerows(table)
    data = ENCODINGS[encoding] + buffer.getvalue().encode(encoding)
    try:
        read = cells_of(data)
    except NotText:  # so few letters, so many signs that control machines
        return
    assert read == table


@given(st.text(st.sampled_from("aé€\U0001f600\ud7ff\ue000\ufffc\ufffd\0\ud800\udcef\udfff")))
def test_letters_are_lost_where_one_is_shown_for_them(text: str) -> None:
    shown = show_lost_letters(text)
    lost = set(text) & set("\0\ufffd\ud800\udcef\udfff")
    assert has_lost_letters(text) == bool(lost)
    assert len(shown) == len(text)
    assert not set(shown) & (lost - {"\ufffd"})
