"""What a file in a container is, and the workbooks that calamine reads."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.importing.encoding import NotText
from dialer.domain.importing.workbook.containers import workbook_format
from dialer.domain.importing.workbook.other import OtherWorkbook, Value, shown
from dialer.domain.importing.workbook.parts import Parts
from dialer.domain.importing.workbook.sheet import Sheet, SheetRow
from dialer.domain.importing.workbook.xml import DamagedWorkbook
from tests.workbooks import ODS, compound, locked_ods, ods, packed, xls, xlsb, xlsx

ROWS = [["Name", "Mobile"], ["Siân", 7700900001.0]]
READ = [SheetRow(1, ["Name", "Mobile"]), SheetRow(2, ["Siân", "7700900001"])]

OTHERS = {
    "an encrypted workbook": (compound("EncryptedPackage"), "a password-protected workbook"),
    "a document": (compound("WordDocument"), "a Word document"),
    "slides": (compound("PowerPoint Document"), "a presentation"),
    "an email": (compound("__properties_version1.0"), "an email saved from Outlook"),
    "another": (compound("Something"), "an old office file"),
    "a header alone": (compound()[:300], "a damaged old office file"),
    "a header of no sectors": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1_000),
        "a damaged old office file",
    ),
    "a newer document": (packed({"[Content_Types].xml": "", "word/document.xml": ""}), "a Word document"),
    "Numbers": (packed({"Index/Document.iwa": ""}), "an Apple Numbers document"),
    "an archive": (packed({"list.csv": "a,b"}), "an archive"),
    "a cut archive": (xlsx({"People": [["a"]]})[:900], "a damaged workbook"),
}


@pytest.mark.parametrize(("data", "seen"), OTHERS.values(), ids=OTHERS)
def test_what_is_no_workbook_is_named(data: bytes, seen: str) -> None:
    with pytest.raises(NotText, match=seen):
        workbook_format(io.BytesIO(data))


@pytest.mark.parametrize(("kind", "write"), [("xls", xls), ("xlsb", xlsb), ("ods", ods)])
def test_other_workbooks_are_known_and_read(kind: str, write: object, tmp_path: Path) -> None:
    path = tmp_path / "x.upload"
    path.write_bytes(write(ROWS))  # type: ignore[operator]
    assert workbook_format(io.BytesIO(path.read_bytes())) == kind
    book = OtherWorkbook(path, kind)
    assert book.sheets == (Sheet("People", hidden=False),)
    assert list(book.rows("People")) == READ


def test_hidden_sheets_of_an_old_workbook_are_told(tmp_path: Path) -> None:
    path = tmp_path / "x.upload"
    path.write_bytes(xls(ROWS, hidden=True))
    assert OtherWorkbook(path, "xls").sheets == (Sheet("Old", hidden=True), Sheet("People", hidden=False))


def test_a_locked_spreadsheet_and_a_damaged_one_are_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "x.upload"
    path.write_bytes(locked_ods())
    with pytest.raises(DamagedWorkbook, match="password-protected"):
        OtherWorkbook(path, "ods")
    path.write_bytes(packed({"mimetype": ODS, "content.xml": "<"}))
    with pytest.raises(DamagedWorkbook, match="damaged"):
        OtherWorkbook(path, "ods")


def test_any_part_that_unpacks_to_too_much_is_refused() -> None:
    parts = Parts(io.BytesIO(packed({"mimetype": ODS, "content.xml": "x" * 2_000})))
    parts.check(2_000)
    with pytest.raises(DamagedWorkbook, match="unpacks"):
        parts.check(1_999)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "TRUE"),
        (7700900123.0, "7700900123"),
        (0.5, "0.5"),
        (dt.datetime(2026, 5, 8, tzinfo=dt.UTC).replace(tzinfo=None), "2026-05-08"),
        (dt.datetime(2026, 5, 8, 7, 30, tzinfo=dt.UTC).replace(tzinfo=None), "2026-05-08 07:30:00"),
        (dt.time(7, 30), "07:30"),
        (dt.time(7, 30, 5), "07:30:05"),
        (dt.date(2026, 5, 8), "2026-05-08"),
    ],
)
def test_values_without_a_format(value: Value, text: str) -> None:
    assert shown(value) == text


@given(st.binary(max_size=1_500))
def test_any_bytes_behind_an_office_mark_are_named_or_refused(data: bytes) -> None:
    for mark in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        try:
            assert workbook_format(io.BytesIO(mark + data)) in {"xlsx", "xlsb", "ods", "xls"}
        except NotText:
            continue
