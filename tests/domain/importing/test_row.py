"""What one row gives: a person, what is wrong with it, or both."""

from __future__ import annotations

import datetime as dt

import pytest

from dialer.domain.importing.delimited import MAX_CELL, Record
from dialer.domain.importing.header import recognise
from dialer.domain.importing.issues import Reason, RowIssue
from dialer.domain.importing.person_row import PersonRow
from dialer.domain.importing.row import RowReader, RowRules

NOW = dt.datetime(2026, 5, 7, 12, tzinfo=dt.UTC)


def read(header: str, row: str, fault: Reason | None = None) -> tuple[PersonRow | None, RowIssue | None]:
    top = Record(1, 1, header.split(","))
    rules = RowRules(recognise(top, [top]), "GB", allow_fictional=True, now=NOW)
    return RowReader(rules).read(Record(2, 2, row.split(","), fault))


@pytest.mark.parametrize(
    ("header", "row", "outcome"),
    [
        ("Name,Phone,Email", "Ann Lee,07700900001,", None),
        ("Name,Phone,Email", "Ann Lee,,", "rejected no_phone"),
        ("Name,Phone,Email", "Ann Lee,n/a,a@example.org", "kept no_phone"),
        ("Name,Phone,Email", "Ann Lee,12345,", "rejected invalid_phone"),
        ("Name,Phone,Email", "Ann Lee,12345,a@example.org", "kept invalid_phone"),
        ("Name,Phone,Email", "Ann Lee,12345,not an email", "rejected invalid_phone"),
        ("Name,Phone,Email", "Ann Lee,07700900001,not an email", "kept invalid_email"),
        ("Name,Phone,Email", "Ann Lee,0909 8790000,", "rejected premium_rate"),
        ("Name,Phone,Email", "Ann Lee,4.47E+11,", "rejected damaged_number"),
        ("Name,Phone,Email", "Ann Lee", "rejected short_row"),
        ("Name,Phone,Email", "Ann Lee,07700900001", "kept short_row"),
        ("Name,Phone,Email", "Ann Lee,12345", "rejected invalid_phone"),
        ("Name,Phone,Email", "Ann Lee,07700900001,,more", "kept long_row"),
        ("Name,Phone,Email", "Ann Lee,07700900001,,,", None),
        ("Name,Phone,Elector number", "Ann Lee,,KA1-1", None),
        ("Name,Phone,Elector number", "Ann Lee,n/a,KA1-1", None),
        ("Name,Phone,Elector number", "Ann Lee,12345,KA1-1", "kept invalid_phone"),
        ("Name,Phone,Member ID", "Ann Lee,,7", "kept no_phone"),
        ("Name,Mobile,Landline", "Ann Lee,,01632960001", None),
        ("Name,Mobile,Landline", "Ann Lee,12345,01632960001", "kept invalid_phone"),
        ("Name,Phone,Postcode", "Ann Lee,07700900001," + "x" * 21, "kept value_too_long"),
        ("Name,Phone,Shoe", "Ann Lee,07700900001," + "x" * (MAX_CELL + 1), "kept value_too_long"),
    ],
)
def test_the_one_fault_that_is_reported(header: str, row: str, outcome: str | None) -> None:
    person, issue = read(header, row)
    assert (f"{issue.outcome} {issue.reason}" if issue else None) == outcome
    assert (person is None) == (outcome is not None and outcome.startswith("rejected"))


def test_unreadable_letters_lose_their_cell_only() -> None:
    person, issue = read("Name,Phone,Postcode", "Si\udce2n Lee,07700900001,CF10 1AA", Reason.UNDECODABLE)
    assert person is not None
    assert issue is not None
    assert (person.first_name, person.postcode) == (None, "CF10 1AA")
    assert (issue.outcome, issue.reason) == ("kept", "undecodable")


def test_a_row_that_cannot_be_split_is_rejected() -> None:
    top = Record(1, 1, ["Name", "Phone"])
    rules = RowRules(recognise(top, [top]), "GB", allow_fictional=True, now=NOW)
    torn = Record(2, 2, ['Ann,"07700900001'], Reason.UNDECODABLE, split=False)
    person, issue = RowReader(rules).read(torn)
    assert person is None
    assert issue is not None
    assert (issue.outcome, issue.reason) == ("rejected", "undecodable")


def test_three_columns_make_an_elector_number_and_its_district() -> None:
    header = "Elector Number Prefix,Elector Number,Elector Number Suffix,Phone"
    person, _ = read(header, "KA1,12,1,")
    assert person is not None
    assert (person.elector_number, person.elector_key, person.polling_district) == (
        "KA1-12/1",
        "ka1-12-1",
        "KA1",
    )


def test_a_number_without_prefix_belongs_to_the_district_beside_it() -> None:
    person, _ = read("Elector number,Polling district,Phone", "12,KA1,")
    assert person is not None
    assert (person.elector_number, person.elector_key) == ("12", "ka1-12")


def test_our_reports_mark_before_a_formula_is_taken_off_again() -> None:
    person, _ = read("Name,Phone,Shoe", "Ann Lee,07700900001,'=1+1")
    assert person is not None
    assert person.custom == {"Shoe": "=1+1"}


@pytest.mark.parametrize("said", ["na\udcef", "never ring " + "x" * MAX_CELL])
def test_a_no_that_cannot_be_read_is_a_no_and_such_a_yes_is_none(said: str) -> None:
    person, _ = read("Name,Phone,Do not call", f"Ann Lee,07700900001,{said}", Reason.UNDECODABLE)
    assert person is not None
    assert person.refused == ("voice",)
    person, _ = read("Name,Phone,Opt in", f"Ann Lee,07700900001,{said}", Reason.UNDECODABLE)
    assert person is not None
    assert (person.refused, person.consented) == ((), ())
