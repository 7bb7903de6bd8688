"""Excel workbooks: their rows as the sheet shows them, from any program that writes them, or from none."""

from __future__ import annotations

import datetime as dt
import io
import tempfile
import zipfile
from collections import Counter
from typing import Any

import openpyxl
import pytest
import python_calamine
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from dialer.domain.importing.workbook.sheet import Sheet, SheetRow
from dialer.domain.importing.workbook.strings import SharedStrings
from dialer.domain.importing.workbook.xlsx import Xlsx
from dialer.domain.importing.workbook.xlsx_rows import column_of
from dialer.domain.importing.workbook.xml import DamagedWorkbook
from tests.examples import examples
from tests.workbooks import handmade, xlsx

NEWEST = dt.date(2026, 11, 22)


def opened(data: bytes, store: Any = None) -> Xlsx:
    return Xlsx(io.BytesIO(data), store or io.BytesIO(), day_first=True, newest=NEWEST)


def rows_of(data: bytes, name: str = "People") -> list[SheetRow]:
    return list(opened(data).rows(name))


def cells_of(data: bytes) -> list[list[str]]:
    return [row.cells for row in rows_of(data)]


def test_rows_keep_their_numbers_and_cells_their_columns() -> None:
    def place(book: openpyxl.Workbook) -> None:
        book["People"]["B3"] = "Ann"
        book["People"]["AA5"] = 7700900123

    data = xlsx({"People": []}, place)
    assert rows_of(data) == [SheetRow(3, ["", "Ann"]), SheetRow(5, [""] * 26 + ["7700900123"])]


def test_values_are_as_shown() -> None:
    def formats(book: openpyxl.Workbook) -> None:
        for cell, code in zip(
            book["People"][1], ("00000000000", "0%", "dd/mm/yyyy", "General"), strict=False
        ):
            cell.number_format = code

    row = [7700900123, 0.25, dt.date(2026, 5, 8), 447700900123.0, True, "4.47E+11", "  a\nb "]
    assert cells_of(xlsx({"People": [row]}, formats)) == [
        ["07700900123", "25%", "08/05/2026", "447700900123", "TRUE", "4.47E+11", "  a\nb "]
    ]


def test_hidden_rows_and_sheets_are_told_and_merged_cells_counted() -> None:
    def hide(book: openpyxl.Workbook) -> None:
        book["People"].row_dimensions[2].hidden = True
        book["People"].merge_cells("A1:B1")
        book["Old"].sheet_state = "hidden"
        book["Older"].sheet_state = "veryHidden"

    book = opened(xlsx({"Old": [["x"]], "People": [["a", "b"], ["c"]], "Older": []}, hide))
    assert book.sheets == (Sheet("Old", True), Sheet("People", False), Sheet("Older", True))
    assert list(book.rows("People")) == [SheetRow(1, ["a"]), SheetRow(2, ["c"], True)]
    assert book.seen["merged_cells"] == 1


def test_formulas_give_their_result_errors_nothing() -> None:
    sheet = (
        '<sheetData><row><c><f>A2</f><v>5</v></c><c t="str"><f>B2</f><v>Ann</v></c><c t="e"><v>#N/A</v></c>'
        "<c><f>C2</f></c><c><v>9</v></c></row></sheetData>"
    )
    book = opened(handmade(sheet))
    assert list(book.rows("People")) == [SheetRow(1, ["5", "Ann", "", "", "9"])]
    assert book.seen == Counter(formula_errors=1, uncalculated=1)


def test_texts_of_many_runs_without_how_to_say_them() -> None:
    strings = (
        "<si><r><t>Si</t></r><r><rPr><b/></rPr><t>ân</t></r><rPh><t>SHAN</t></rPh></si><si><t/></si>"
        "<si><t>a_x000D_b&amp;&#10;c</t></si>"
    )
    sheet = (
        '<sheetData><row r="2"><c t="s"><v>0</v></c><c t="s"><v>1</v></c><c t="s"><v>2</v></c>'
        '<c t="inlineStr"><is><r><t>in</t></r><r><t>line</t></r></is></c></row></sheetData>'
    )
    assert rows_of(handmade(sheet, strings)) == [SheetRow(2, ["Siân", "", "a\rb&\nc", "inline"])]


def test_a_namespace_with_a_prefix() -> None:
    sheet = '<x:sheetData><x:row r="1"><x:c r="A1"><x:v>7</x:v></x:c></x:row></x:sheetData>'
    assert cells_of(handmade(sheet, prefix="x")) == [["7"]]


def test_more_columns_than_a_list_may_have_are_seen_to_be_too_many() -> None:
    sheet = '<sheetData><row r="1"><c r="A1"><v>1</v></c><c r="XFD1"><v>2</v></c></row></sheetData>'
    assert [len(cells) for cells in cells_of(handmade(sheet))] == [513]


DAMAGED = {
    "a number that is none": '<sheetData><row r="1"><c><v>x</v></c></row></sheetData>',
    "no number at all": '<sheetData><row r="1"><c><v>NaN</v></c></row></sheetData>',
    "a missing text": '<sheetData><row r="1"><c t="s"><v>7</v></c></row></sheetData>',
    "a text before the first": '<sheetData><row r="1"><c t="s"><v>-1</v></c></row></sheetData>',
    "rows out of order": '<sheetData><row r="2"/><row r="1"/></sheetData>',
    "a row beyond the last": '<sheetData><row r="1048577"/></sheetData>',
    "a row that is no number": '<sheetData><row r="x"/></sheetData>',
    "elements that don't close": "<sheetData>",
    "elements without end": "<a>" * 100,
}


@pytest.mark.parametrize("sheet", DAMAGED.values(), ids=DAMAGED)
def test_what_is_damaged_is_said(sheet: str) -> None:
    with pytest.raises(DamagedWorkbook):
        rows_of(handmade(sheet))


def test_a_document_type_is_refused() -> None:
    data = handmade("<sheetData/>")
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            if name.endswith("sheet1.xml"):
                text = b'<!DOCTYPE w [<!ENTITY a "aaaa">]><worksheet>&a;</worksheet>'
            new.writestr(name, text)
    with pytest.raises(DamagedWorkbook, match="document type"):
        rows_of(out.getvalue())


def test_of_a_sheet_that_is_formatted_to_its_end_only_the_beginning_is_looked_at() -> None:
    blank = "".join(f'<row r="{row}"><c s="0"/></row>' for row in range(2, 9_000))
    last = '<row r="9999"><c><v>2</v></c></row>'
    book = opened(handmade(f'<sheetData><row r="1"><c><v>1</v></c></row>{blank}{last}</sheetData>'))
    assert [row.row for row in book.rows("People", within=1 << 16)] == [1]
    assert book.seen["cut_short"] == 1
    assert [row.row for row in book.rows("People")] == [1, 9999]


@pytest.mark.slow
def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    with pytest.raises(DamagedWorkbook, match="unpacks to 80 MiB"):
        rows_of(handmade(" " * (80 << 20)))


def test_texts_are_read_no_further_than_they_are_asked_for() -> None:
    part = io.BytesIO(b"<sst>" + b"<si><t>Ann</t></si>" * 100_000 + b"</sst>")
    with tempfile.TemporaryFile() as store:
        strings = SharedStrings(part, store)
        assert strings.get(5) == "Ann"
        assert part.tell() < 100_000


@given(st.integers(0, 16383))
def test_columns_by_their_letters(number: int) -> None:
    letters, left = "", number + 1
    while left:
        left, digit = divmod(left - 1, 26)
        letters = chr(ord("A") + digit) + letters
    assert column_of(letters) == number


CELLS = st.one_of(
    st.none(),
    st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="_\ufffe\uffff"), max_size=20),
    st.integers(-(10**14), 10**14),
    st.booleans(),
)


@settings(max_examples=examples(40), deadline=None)
@given(st.lists(st.lists(CELLS, min_size=1, max_size=5), min_size=1, max_size=8), st.booleans())
def test_any_table_is_read_as_it_was_and_as_calamine_reads_it(table: list[list[Any]], inline: bool) -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "constant_memory": inline}) as book:
        sheet = book.add_worksheet("People")
        for at, row in enumerate(table):
            for column, value in enumerate(row):
                if isinstance(value, str):
                    sheet.write_string(at, column, value)
                elif value is not None:
                    sheet.write(at, column, value)
    read = {row.row - 1: row.cells for row in rows_of(out.getvalue())}
    wanted = [[_as_text(value) for value in row] for row in table]
    assert [_trimmed(read.get(at, [])) for at in range(len(table))] == [_trimmed(row) for row in wanted]
    theirs = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(out.getvalue()))
    calamine = theirs.get_sheet_by_index(0).to_python(skip_empty_area=False)
    for at, values in enumerate(calamine):
        ours = read.get(at, [])
        assert [_as_text(value) for value in values][: len(ours)] == ours


def _as_text(value: Any) -> str:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        value = int(value)
    return "" if value is None else str(value)


def _trimmed(row: list[str]) -> list[str]:
    """Without the empty cells behind the last filled one; a row of spaces has no content."""
    while row and not row[-1]:
        row = row[:-1]
    return row if any(map(str.strip, row)) else []
