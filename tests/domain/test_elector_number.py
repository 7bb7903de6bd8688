"""Elector numbers are matched by their parts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.elector_number import (
    elector_key,
    elector_parts,
    elector_tail,
    join_elector_number,
    listed_numbers,
    polling_district_of,
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("KA1-12/1", "ka1 012/1"),
        ("KA1-12/0", "KA1 12"),
        ("AA-1", "aa.0001"),
        ("AA-1/0", "AA-1"),
        ("aa--7", "AA 7"),
    ],
)
def test_equal_by_parts(one: str, other: str) -> None:
    assert elector_key(one) == elector_key(other)


@pytest.mark.parametrize(("one", "other"), [("KA1-12/1", "KA1-12"), ("KA1-12", "KA2-12"), ("AA-1", "AA-10")])
def test_different_by_parts(one: str, other: str) -> None:
    assert elector_key(one) != elector_key(other)


def test_a_number_without_its_prefix_belongs_to_its_polling_district() -> None:
    assert elector_key("12/1", "KA1") == elector_key("KA1-12/1")
    assert elector_key("KA1-12/1", "XY") == elector_key("KA1-12/1")
    assert elector_key("12", "") == "12"
    assert elector_key(" ", "KA1") == ""


def test_the_tail_is_what_a_teller_writes_down() -> None:
    assert elector_tail("KA1-012/1") == elector_tail("12/1") == "12-1"


@pytest.mark.parametrize(
    ("columns", "written"),
    [
        (("AA", "1", "0"), "AA-1"),
        (("AA", "1", ""), "AA-1"),
        (("AA", "1", "2"), "AA-1/2"),
        (("", "17", "0"), "17"),
        (("AA", "", "0"), ""),
    ],
)
def test_three_columns_are_written_as_one_number(columns: tuple[str, str, str], written: str) -> None:
    assert join_elector_number(*columns) == written


def test_the_prefix_names_the_polling_district() -> None:
    assert polling_district_of("KA1-12/1") == "KA1"
    assert polling_district_of("12/1") == ""
    assert polling_district_of("KA1") == ""


@given(st.from_regex(r"[kK][aA]1?[ /.-]0{0,2}[1-9][0-9]{0,3}([ /.-][0-2])?", fullmatch=True))
def test_a_key_is_its_own_key(text: str) -> None:
    key = elector_key(text)
    assert elector_key(key) == key
    assert elector_parts(text.upper()) == elector_parts(text.lower())


def test_numbers_are_read_from_a_list_however_it_was_pasted() -> None:
    pasted = " KA1 1284\r\n1285,1286/1 ;; KA1-1287\n\n"
    assert listed_numbers(pasted) == ["KA1 1284", "1285", "1286/1", "KA1-1287"]
    assert listed_numbers(" ,;\n") == []
