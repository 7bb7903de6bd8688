"""A file for a spreadsheet runs nothing."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.csv_cells import csv_line, harmless


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("Siân", "Siân"),
        ("=HYPERLINK()", "'=HYPERLINK()"),
        ("+1+1", "'+1+1"),
        ("-2", "'-2"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("+447700900123", "+447700900123"),
        ("", ""),
    ],
)
def test_what_starts_a_formula_becomes_text(cell: str, shown: str) -> None:
    assert harmless(cell) == shown


def test_a_line_quotes_what_it_must() -> None:
    assert csv_line(["a,b", None, 3, 'say "hi"']) == '"a,b",,3,"say ""hi"""\r\n'


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")), min_size=1))
def test_every_cell_comes_back_harmless(cells: list[str]) -> None:
    (row,) = csv.reader(io.StringIO(csv_line(cells), newline=""))
    assert [cell.lstrip("'") for cell in row] == [cell.lstrip("'") for cell in cells]
    assert not any(cell.startswith(("=", "@", "-", "\t", "\r")) for cell in row)
