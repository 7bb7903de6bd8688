"""Which row is the header, and what its columns mean."""

from __future__ import annotations

import pytest

from dialer.domain.importing.delimited import Record
from dialer.domain.importing.header import Columns, apply_mapping, bad_fields, find_header, recognise


def records(*rows: str) -> list[Record]:
    return [Record(nth, nth, row.split(",")) for nth, row in enumerate(rows, start=1)]


def recognised(*rows: str) -> Columns:
    found = records(*rows)
    return recognise(find_header(found, None, None), found)


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("First Name", "first_name"),
        ("firstname", "first_name"),
        ("FORENAME(S)", "first_name"),
        ("Enw cyntaf", "first_name"),
        ("Surname", "last_name"),
        ("Cyfenw", "last_name"),
        ("Enw llawn", "full_name"),
        ("Post-code", "postcode"),
        ("Cod Post", "postcode"),
        ("E-bost", "email"),
        ("Address Line 2", "address"),
        ("Cyfeiriad 1", "address"),
        ("Dosbarth pleidleisio", "polling_district"),
        ("Elector No.", "elector_number"),
        ("Rhif etholwr", "elector_number"),
        ("Membership number", "external_id"),
        ("Iaith", "language"),
        ("Do not call?", "do_not_call"),
        ("Peidiwch â ffonio", "do_not_call"),
        ("Dim negeseuon testun", "do_not_text"),
        ("Unsubscribed", "opt_out"),
        ("Cydsyniad", "opt_in"),
        ("Wedi pleidleisio", "voted"),
        ("Pleidlais bost", "postal_vote"),
        ("Angen lifft", "needs_lift"),
        ("Dyddiad geni", "date_of_birth"),
        ("Nodiadau", "notes"),
        ("Shoe size", "custom.Shoe size"),
    ],
)
def test_names_of_columns_in_english_and_welsh(header: str, field: str) -> None:
    assert recognised(f"Phone,{header}").fields == ("phone", field)


@pytest.mark.parametrize(
    "header",
    [
        "Phone",
        "Tel no.",
        "Telephone Number",
        "Mobile",
        "Rhif ffôn",
        "Ffôn symudol",
        "Contact number",
        "Number",
    ],
)
def test_one_column_that_is_the_phone(header: str) -> None:
    columns = recognised(f"Name,{header}")
    assert (columns.fields, columns.question) == (("full_name", "phone"), None)


@pytest.mark.parametrize(
    "headers",
    [
        "Mobile,Landline",
        "Phone 1,Phone 2",
        "Phone,Mobile",
        "Home phone,Work phone",
        "Ffôn symudol,Ffôn cartref",
    ],
)
def test_lines_that_are_told_apart_are_all_phones(headers: str) -> None:
    columns = recognised(f"Name,{headers}")
    assert (columns.fields[1:], columns.question) == (("phone", "phone"), None)


@pytest.mark.parametrize("headers", ["Phone,Telephone", "Phone,Phone", "Number,Contact", "Ffôn,Rhif ffôn"])
def test_two_that_could_be_the_phone_need_a_person(headers: str) -> None:
    assert recognised(f"Name,{headers}").question == "two_phones"


def test_none_that_could_be_the_phone_needs_a_person() -> None:
    assert recognised("Name,Postcode").question == "no_phone"


def test_the_header_is_found_below_titles_and_blank_lines() -> None:
    columns = recognised("Aber branch 2026", "", ",,", "Name,Tel,Postcode", "Ann Lee,07700900001,CF10 1AA")
    assert (columns.row, columns.headers) == (4, ("Name", "Tel", "Postcode"))


def test_people_are_never_taken_for_a_header() -> None:
    columns = recognised("Ann,07700900001", "Bob,07700900002")
    assert (columns.row, columns.question, columns.width) == (0, "header", 0)
    assert len(columns.headers) == 2


def test_somebody_says_that_there_is_a_header_of_strange_names() -> None:
    found = records("", "Alpha,Beta", "Ann,07700900001")
    header = find_header(found, True, None)
    assert header is not None
    assert header.row == 2
    assert find_header(found, False, {"Alpha": "phone"}) is None


def test_a_mapping_finds_its_header_and_leaves_the_rest_recognised() -> None:
    found = records("Title", "Alpha,Surname,Phone,Tel", "Ann,Lee,1,2")
    mapping = {"Alpha": "first_name", "Tel": "phone"}
    columns = apply_mapping(find_header(found, None, mapping), found, mapping)
    assert columns.fields == ("first_name", "last_name", "custom.Phone", "phone")
    assert (columns.row, columns.question, columns.unknown) == (2, None, ())


def test_equal_headers_are_mapped_by_number() -> None:
    found = records("Phone,Phone,Name", "1,2,Ann")
    columns = apply_mapping(found[0], found, {"1": "phone", "Fax": "phone", "9": "phone"})
    assert columns.fields == ("custom.Phone", "phone", "full_name")
    assert columns.unknown == ("Fax", "9")
    assert columns.mapping() == {"0": "custom.Phone", "1": "phone", "Name": "full_name"}


def test_a_list_without_header_is_mapped_by_number() -> None:
    found = records("Ann,07700900001")
    columns = apply_mapping(None, found, {"0": "full_name", "1": "phone"})
    assert columns.fields == ("full_name", "phone")


def test_the_reports_own_columns_are_ignored() -> None:
    columns = recognised("Name,Phone,line,outcome,reason,detail")
    assert columns.fields[2:] == ("ignore",) * 4
    assert recognised("Name,Phone,Reason").fields[2] == "custom.Reason"


def test_custom_fields_have_names_of_their_own() -> None:
    assert recognised("Phone,Shoe,Shoe,").fields == (
        "phone",
        "custom.Shoe",
        "custom.Shoe 2",
        "custom.column 4",
    )


def test_fields_that_there_are_not() -> None:
    assert bad_fields({"a": "phone", "b": "custom.x", "c": "fax", "d": "custom."}) == ["c", "d"]
