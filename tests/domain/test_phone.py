"""Telephone numbers in any usual writing."""

from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain import phone
from dialer.domain.fictional import fictional_kind
from dialer.domain.phone import LineType, Phone, PhoneFault, PhonePolicy, country_of, read_phone, read_phones

ALLOWED = PhonePolicy(allow_fictional=True)


@pytest.mark.parametrize(
    "text",
    [
        "07700 900123",
        "+44 7700 900123",
        "+44 (0)7700 900123",
        "00447700900123",
        "447700900123",
        "'07700900123",
        "tel: 07700900123",
        "07700\u00a0900123",
        "07700-900-123",
        "07700.900.123",
        "(07700) 900123",
        " 07700 900123 ext. 45",
        "07700900123 x12",
        "07700 900123 (after 6)",
        "447700900123.0",
        "4.47700900123E+11",
        "０７７００９００１２３",
    ],
)
def test_one_number_in_many_writings(text: str) -> None:
    assert read_phones(text, "GB", True).phones == (Phone("+447700900123", LineType.MOBILE),)


@pytest.mark.parametrize("text", ["7700900123", "7700 900 123", "7700900123.0"])
def test_a_missing_zero_is_mended_where_the_region_makes_it_certain(text: str) -> None:
    assert read_phones(text, "GB", True).phones == (Phone("+447700900123", LineType.MOBILE, mended=True),)


def test_an_american_number_without_its_one_is_whole() -> None:
    assert read_phones("(212) 736-5000", "US", False).phones == (Phone("+12127365000", LineType.UNKNOWN),)


@pytest.mark.parametrize(
    "text",
    [
        "07700 900123 / 01632 960456",
        "07700 900123; 01632 960456",
        "07700 900123 or 01632 960456",
        "07700900123,01632960456",
        "07700 900123 01632 960456",
        "Mob 07700 900123, home 01632 960456",
        "07700 900123\n01632 960456",
    ],
)
def test_two_numbers_in_a_cell_are_two_numbers(text: str) -> None:
    numbers = [found.number for found in read_phones(text, "GB", True).phones]
    assert numbers == ["+447700900123", "+441632960456"]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", PhoneFault.NONE),
        ("n/a", PhoneFault.NONE),
        ("not given", PhoneFault.NONE),
        ("########", PhoneFault.NONE),
        ("12345", PhoneFault.INVALID),
        ("999", PhoneFault.INVALID),
        ("0000000000", PhoneFault.INVALID),
        ("07700 9001", PhoneFault.INVALID),
        ("4.47E+11", PhoneFault.DAMAGED),
        ("4.4770E+11", PhoneFault.DAMAGED),
        ("4,4770E+11", PhoneFault.DAMAGED),
        ("0909 8790000", PhoneFault.PREMIUM),
        ("0909 123 4567", PhoneFault.PREMIUM),
        ("0871 123 4567", PhoneFault.PREMIUM),
        ("+870 773 111 632", PhoneFault.PREMIUM),
        ("+881 612 345 678", PhoneFault.PREMIUM),
    ],
)
def test_what_is_no_number_says_why(text: str, fault: PhoneFault) -> None:
    reading = read_phones(text, "GB", True)
    assert (reading.phones, reading.fault) == ((), fault)


def test_a_bad_number_beside_a_good_one_is_told() -> None:
    reading = read_phones("07700 900123 or 12345678", "GB", True)
    assert [found.number for found in reading.phones] == ["+447700900123"]
    assert reading.fault is PhoneFault.INVALID


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("01632 960123", LineType.LANDLINE),
        ("0115 496 0123", LineType.LANDLINE),
        ("020 7946 0123", LineType.LANDLINE),
        ("020 7219 3000", LineType.LANDLINE),
        ("07911 123456", LineType.MOBILE),
        ("056 0000 0000", LineType.VOIP),
        ("03069 990123", LineType.UNKNOWN),
        ("08081 570123", LineType.UNKNOWN),
        ("+1 212 555 0123", LineType.UNKNOWN),
        ("+353 85 012 3456", LineType.MOBILE),
    ],
)
def test_the_kind_of_line(text: str, kind: LineType) -> None:
    (found,) = read_phones(text, "GB", True).phones
    assert found.type is kind


@pytest.mark.parametrize("text", ["07700 900123", "01632 960123", "020 7946 0123", "+1 212 555 0123"])
def test_numbers_for_fiction_count_only_where_they_are_allowed(text: str) -> None:
    assert read_phones(text, "GB", True).phones
    assert read_phones(text, "GB", False).fault is PhoneFault.INVALID


def test_countries_that_may_be_rung() -> None:
    policy = PhonePolicy(allowed_countries=frozenset({"GB"}))
    assert policy.allows("+447700900123")
    assert policy.allows("+442072193000")
    assert not policy.allows("+12127365000")
    assert country_of("+870773111632") is None or not policy.allows("+870773111632")
    assert country_of("rubbish") is None


def test_one_number_that_a_person_typed() -> None:
    assert read_phone("07700 900123", ALLOWED) == Phone("+447700900123", LineType.MOBILE)
    assert read_phone("nobody", ALLOWED) is PhoneFault.NONE
    assert read_phone("212-736-5000", ALLOWED, "US") == Phone("+12127365000", LineType.UNKNOWN)


@given(
    lead=st.sampled_from(["0", "+44", "0044", "44", "+440", ""]),
    digits=st.from_regex(r"[127][0-9]{9}", fullmatch=True),
    allowed=st.booleans(),
)
def test_the_fast_path_agrees_with_libphonenumber_on_british_shapes(
    lead: str, digits: str, allowed: bool
) -> None:
    text = lead + digits
    quick = phone._read_fast(text, "GB", allowed)
    if quick is not None:
        assert quick == phone._read_slowly(text, "GB", allowed)


@given(
    lead=st.sampled_from(["", "1", "+1"]), digits=st.from_regex(r"[2-9][0-9]{2}[2-9][0-9]{6}", fullmatch=True)
)
def test_the_fast_path_agrees_with_libphonenumber_on_american_shapes(lead: str, digits: str) -> None:
    quick = phone._read_fast(lead + digits, "US", True)
    if quick is not None:
        assert quick == phone._read_slowly(lead + digits, "US", True)


@given(st.text(max_size=60))
def test_any_text_gives_numbers_or_a_fault_and_never_fails(text: str) -> None:
    reading = read_phones(text, "GB", True)
    assert reading.phones or reading.fault
    for found in reading.phones:
        parsed = phonenumbers.parse(found.number)
        assert phonenumbers.is_valid_number(parsed) or fictional_kind(found.number)


@given(st.integers(min_value=0, max_value=999))
def test_a_number_read_again_is_the_same(last: int) -> None:
    (found,) = read_phones(f"07700 900{last:03}", "GB", True).phones
    assert read_phones(found.number, "GB", True).phones == (found,)
