"""What columns are taken for: the exports of other systems, and the rules that hold for every list."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialer.domain.importing.fields import is_field, twice
from dialer.domain.importing.recognition import Basis, guess, question_of
from dialer.domain.importing.vocabulary import meaning_of, squash
from tests.examples import examples

TODAY = dt.date(2026, 5, 1)

SYSTEMS = {
    "register, full": (
        "Elector Number Prefix=elector_prefix,Elector Number=elector_number,"
        "Elector Number Suffix=elector_suffix,Elector Markers=elector_markers,"
        "Elector DOB=date_of_birth,Elector Surname=last_name,"
        "Elector Forename=first_name,PostCode=postcode,Address1=address,Address2=address,Address6=address"
    ),
    "register, one name": "PD=polling_district,ENO=elector_number,Franchise Flag=elector_markers,"
    "Elector Name=full_name,Date of Attainment=custom.Date of attainment,Address 9=address,Postcode=postcode",
    "register, monthly": "Change Type=change,ElectorNumber=elector_number,"
    "MarkersRegisterText=elector_markers,"
    "ElectorDOB=date_of_birth,ElectorSurname=last_name,ElectorForename=first_name,"
    "PropertyAddress1=address,PropertyAddress5=address,PropertyPostCode=postcode",
    "NationBuilder": "nationbuilder_id=external_id,prefix=-,first_name=first_name,middle_name=-,"
    "last_name=last_name,suffix=-,full_name=full_name,is_deceased=deceased,born_at=date_of_birth,email=email,"
    "email2=-email,email_opt_in=opt_in_email,phone_number=phone,work_phone_number=phone,"
    "do_not_call=do_not_call,do_not_contact=opt_out,federal_donotcall=do_not_call,mobile_number=phone,"
    "mobile_opt_in=opt_in_text,is_mobile_bad=-,fax_number=-,support_level=support,"
    "inferred_support_level=-,note=notes,recruiter_id=-,tag_list=tags,unsubscribed_at=do_not_email,"
    "primary_address1=address,primary_address2=address,primary_city=address,primary_zip=postcode,"
    "mailing_address1=-address,mailing_zip=-postcode,registered_address1=-address,registered_zip=-postcode",
    "VAN": "Voter File VANID=external_id,LastName=last_name,FirstName=first_name,MiddleName=-,Suffix=-,"
    "Preferred Phone=phone,Home Phone=phone,Cell Phone=phone,DoNotCall=do_not_call,"
    "DoNotWalk=do_not_knock,SMS Opt-In Status=opt_in_text,Email=email,vAddress=address,vCity=address,"
    "vZip5=postcode,mAddress=-address,mZip5=-postcode,PrecinctName=polling_district,"
    "PollingLocation=polling_station,DOB=date_of_birth,Sex=-,Party=-",
    "Action Network": "uuid=external_id,first_name=first_name,last_name=last_name,email=email,"
    "zip_code=postcode,can2_user_address=address,can2_user_city=address,can2_phone=phone,"
    "can2_user_tags=tags,can2_subscription_status=opt_in_email,can2_sms_status=opt_in_text",
    "CiviCRM": "Contact ID=external_id,Contact Type=-,Do Not Phone=do_not_call,Do Not Email=do_not_email,"
    "Do Not Mail=do_not_post,Do Not Sms=do_not_text,Do Not Trade=-,"
    "No Bulk Emails (User Opt Out)=do_not_email,First Name=first_name,Last Name=last_name,"
    "Birth Date=date_of_birth,Is Deceased=deceased,Home-Street Address=address,Home-City=address,"
    "Home-Postal Code=postcode,Work-Street Address=-address,Home-Phone-Phone=phone,"
    "Home-Phone-Mobile=phone,Email=email,Group(s)=tags,Tag(s)=tags,Note(s)=notes",
    "Spoke": "campaignId=-,texter[firstName]=-,texter[cell]=-,texter[email]=-,contact[firstName]=first_name,"
    "contact[lastName]=last_name,contact[cell]=phone,contact[zip]=postcode,contact[city]=address,"
    "contact[optOut]=opt_out,contact[messageStatus]=-,contact[external_id]=external_id,contact[tags]=tags",
    "Spoke, upload": "firstName=first_name,lastName=last_name,cell=phone,zip=postcode,"
    "external_id=external_id",
    "spreadsheet": "Full name=full_name,Tel (home)=phone,Tel (mobile)=phone,WhatsApp=phone,"
    "E-mail address=email,House no.=address,Street=address,Post Code=postcode,No. of dogs=-,TPS=do_not_call",
    "Welsh": "Enw llawn=full_name,Ffôn symudol=phone,Cod post=postcode,Peidiwch â phostio=do_not_post,"
    "Cydsyniad e-bost=opt_in_email,Dim canfasio=do_not_knock",
}


@pytest.mark.parametrize("system", SYSTEMS)
def test_the_columns_of_other_systems(system: str) -> None:
    """`=field`; `=-` is kept as it is, `=-field` too, and would have been that field."""
    columns = [each.rpartition("=") for each in SYSTEMS[system].split(",")]
    headers = [header for header, _, _ in columns]
    found = guess(headers, [])
    told = [one.field or f"-{one.instead or ''}" for one in found]
    assert dict(zip(headers, told, strict=True)) == {header: wanted for header, _, wanted in columns}
    assert {one.confidence for one in found if one.field} <= {1.0, 0.95}


def test_a_system_without_phones_asks_and_with_several_does_not() -> None:
    for system, columns in SYSTEMS.items():
        headers = [each.rpartition("=")[0] for each in columns.split(",")]
        question = question_of(headers, guess(headers, []))
        assert question == ("no_phone" if system.startswith("register") else None), system


@pytest.mark.parametrize(
    ("header", "cells", "field"),
    [
        ("Best way", ["07700 900001", "01632 960002", "", "n/a"], "phone"),
        ("Where", ["CF10 1AA", "sw1a1aa"], "postcode"),
        ("Write to", ["a@example.org", "b@example.org", "?"], "email"),
        ("Line", ["KA1-12", "KA1-13/1", "KA1 14", "KB 3", "KD-2/2-289/1"], "elector_number"),
        ("Line", ["KA1-12", "KA1-12", "KA1 14", "KB 3", "KD-2/2-289/1"], None),
        ("Property", ["100090001234", "100090001235"], None),
        ("Joined", ["2026-05-01 10:11:12", "2026-05-02 10:11:12"], None),
        ("Amount", ["12", "15.50"], None),
        ("Fax", ["01632 960001", "01632 960002"], None),
        ("Canvasser mobile", ["07700 900001", "07700 900002"], None),
    ],
)
def test_what_a_column_holds_tells_where_its_name_does_not(
    header: str, cells: list[str], field: str | None
) -> None:
    (found,) = guess([header], [[cell] for cell in cells])
    assert found.field == field
    assert found.reason is (Basis.CONTENT if field else Basis.NONE)
    assert found.confidence <= 0.7


def test_cells_find_no_second_column_for_a_field_that_has_its_own() -> None:
    found = guess(["Mobile", "Best way"], [["07700 900001", "07700 900002"]])
    assert [one.field for one in found] == ["phone", None]


def test_two_that_only_their_cells_give_away_ask() -> None:
    headers = ["Best way", "Or"]
    assert question_of(headers, guess(headers, [["07700 900001", "07700 900002"]])) == "two_phones"


@pytest.mark.parametrize(
    ("headers", "row", "fields"),
    [
        ("Phone,Telephone", "07700 900001,maybe", ["phone", None]),
        ("Name,Number", "Ann Lee,12", ["full_name", None]),
        ("Name,Number", "Ann Lee,07700 900001", ["full_name", "phone"]),
        ("Number,Contact", "07700 900001,Ann Lee", ["phone", None]),
    ],
)
def test_cells_tell_which_of_two_names_is_the_phone(headers: str, row: str, fields: list[str | None]) -> None:
    assert [one.field for one in guess(headers.split(","), [row.split(",")])] == fields


@pytest.mark.parametrize("header", ["Phone", "Mobile", "Email", "Post address"])
def test_a_column_of_yes_and_no_is_no_way_to_reach_anybody(header: str) -> None:
    (found,) = guess([header], [["Y"], ["N"], [""]])
    assert found.field is None


def test_a_score_out_of_a_hundred_is_no_support() -> None:
    (score,) = guess(["Support score"], [["3"], ["87.5"]])
    assert (score.field, score.reason, score.instead) == (None, Basis.UNLIKE, "support")
    (support,) = guess(["Support score"], [["3"], ["1 - Strong Support"]])
    assert support.field == "support"


@pytest.mark.parametrize(
    ("headers", "row", "fields"),
    [
        ("Prefix,Number of elector,Suffix", "KA1,1,0", [None, None, None]),
        ("Prefix,ENO,Suffix", "KA1,1,0", ["elector_prefix", "elector_number", "elector_suffix"]),
        ("Prefix,ENO,Suffix", "Mr,1,Jr", [None, "elector_number", None]),
    ],
)
def test_prefix_and_suffix_belong_to_an_elector_number_or_to_a_name(
    headers: str, row: str, fields: list[str | None]
) -> None:
    assert [one.field for one in guess(headers.split(","), [row.split(",")])] == fields


REGISTER = ["polling_district", "elector_number", "elector_suffix"]


@pytest.mark.parametrize(
    ("headers", "rows", "fields"),
    [
        ("PD,Number,Suffix,Surname,Forename", ["KA1,1,0,Lee,Ann", "KA1,2,0,Lee,Bob"], REGISTER),
        ("PD,Number,Suffix,Elector Name", ["KD-2/2,289,0,Lee Ann", "KD-2/2,289,1,Lee Bob"], REGISTER),
        ("PD,No,Suffix,Name,Mobile", ["KA1,1,0,Ann Lee,07700 900001", "KA2,1,0,Bob Lee,"], REGISTER),
        ("Prefix,Number,Suffix,Surname", ["KA1,1,0,Lee"], ["elector_prefix", *REGISTER[1:]]),
        ("PD,Rhif,Olddodiad,Enw llawn", ["KA1,1,0,Ann Lee"], REGISTER),
        ("PD,Number,Suffix,Surname", [f"KA1,{n},,Lee" for n in range(20)], REGISTER),
        ("PD,Number,Suffix,Surname,Address 1", [f"KA1,{n},,Lee,{n} High St" for n in range(20)], REGISTER),
        ("PD,Number,Suffix,Prefix,Surname", ["KA1,1,0,Mr,Lee"], REGISTER),
        # what may be something else waits for a person
        ("PD,Number,Suffix,Surname,Street", ["KA1,1,,Lee,High St", "KA1,2,,Lee,High St"], [REGISTER[0]]),
        ("PD,Number,Suffix,Surname,Street", [f"KA1,{n // 2},,Lee,High St" for n in range(50)], [REGISTER[0]]),
        ("PD,Number,Suffix,Surname,Street", [f"KA1,{n},,Lee,High St" for n in range(50)], [REGISTER[0]]),
        ("PD,Number,Suffix,Surname,Street", ["KA1,1,A,Lee,High St"], [REGISTER[0]]),
        ("PD,Number,Suffix,Surname", ["KA1,1,0,Lee", "KA1,1,0,Lee"], [REGISTER[0]]),
        ("PD,Number,Suffix", ["KA1,1,0"], [REGISTER[0]]),
        ("PD,Number,Surname", ["KA1,1,Lee"], [REGISTER[0]]),
        ("PD,Number,Suffix,Surname", ["KA1,07700 900001,0,Lee"], [REGISTER[0], "phone"]),
        ("PD,Number,Suffix,Surname", [], [REGISTER[0], "phone"]),
        ("PD,Number,Suffix,No,Surname", ["KA1,1,0,7,Lee"], [REGISTER[0]]),
        ("Prefix,Number,Suffix,Surname", ["Mr,1,0,Lee"], []),
        ("PD,ENO,Suffix,Number,Surname", ["KA1,1,0,7,Lee"], REGISTER),
    ],
)
def test_bare_names_of_a_register_count_where_the_cells_agree(
    headers: str, rows: list[str], fields: list[str]
) -> None:
    found = guess(headers.split(","), [row.split(",") for row in rows])
    taken = [one.field for one in found if one.field in {*REGISTER, "elector_prefix", "phone"}]
    assert taken == [*fields, *(["phone"] if "Mobile" in headers else [])]
    assert {one.confidence for one in found if one.field == "elector_number"} <= {0.8, 1.0}


def test_one_address_is_taken_whole() -> None:
    headers = ["Home address", "Home postcode", "Mailing address 1", "Mailing postcode"]
    assert [one.field for one in guess(headers, [])] == ["address", "postcode", None, None]
    only = ["Mailing address 1", "Mailing city", "Mailing zip"]
    assert [one.field for one in guess(only, [])] == ["address", "address", "postcode"]
    assert [one.field for one in guess(["Home address", "Postcode"], [])] == ["address", "postcode"]


def test_columns_without_names_are_known_by_their_cells() -> None:
    row = ["Ann", "07700 900001", "a@example.org", "CF10 1AA", "03/04/1971", "03/04/2025"]
    found = guess([""] * 6, [row], today=TODAY)
    assert [one.field for one in found] == [None, "phone", "email", "postcode", "date_of_birth", None]


def test_every_name_means_a_field() -> None:
    words = {"line", "plain line", "perhaps line", "keep"}
    names = [each.rpartition("=")[0] for columns in SYSTEMS.values() for each in columns.split(",")]
    for name in names:
        meaning = meaning_of(name)
        assert meaning is None or meaning.field in words or is_field(meaning.field), name


NAMES = sorted({each.rpartition("=")[0] for columns in SYSTEMS.values() for each in columns.split(",")})
DOUBTFUL = [
    "Phone",
    "Telephone",
    "Number",
    "Contact",
    "Email 2",
    "Work email",
    "ID",
    "Support",
    "Thing",
    "x",
    "No",
    "PD",
    "Prefix",
]
headers_of_lists = st.lists(st.sampled_from(NAMES + DOUBTFUL), max_size=12, unique_by=squash)
cells = st.sampled_from(
    ["", "Y", "N", "3", "87", "07700 900001", "a@example.org", "CF10 1AA", "Mr", "KA1-1", "KA1", "12"]
)


@st.composite
def lists(draw: st.DrawFn) -> tuple[list[str], list[list[str]]]:
    headers = draw(headers_of_lists)
    width = len(headers)
    rows = draw(st.lists(st.lists(cells, min_size=width, max_size=width), max_size=6))
    return headers, rows


@settings(max_examples=examples(60), deadline=None)
@given(lists(), st.randoms(use_true_random=False))
def test_order_does_not_matter_and_no_field_is_filled_twice(
    found: tuple[list[str], list[list[str]]], random: object
) -> None:
    headers, rows = found
    guesses = guess(headers, rows)
    assert not twice(one.field for one in guesses if one.field)
    assert all(0 <= one.confidence <= 1 and (one.confidence > 0) == bool(one.field) for one in guesses)
    order = list(range(len(headers)))
    random.shuffle(order)  # type: ignore[attr-defined]
    turned = guess([headers[i] for i in order], [[row[i] for i in order] for row in rows])
    assert turned == [guesses[i] for i in order]
    assert question_of([headers[i] for i in order], turned) == question_of(headers, guesses)
