"""Telephone numbers in any usual writing."""

from __future__ import annotations

import random

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from phonenumbers import PhoneNumberType

from dialer.domain import phone
from dialer.domain.fictional import fictional_kind
from dialer.domain.phone import LineType, Phone, PhoneFault, PhonePolicy, country_of, read_phone, read_phones
from dialer.domain.phone_blocks import blocks
from tests.examples import examples

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


@pytest.mark.parametrize("text", ["442070000000", "02070000000", "+442070000000", "447700900000"])
def test_round_numbers_are_numbers(text: str) -> None:
    reading = read_phones(text, "GB", True)
    assert (len(reading.phones), reading.fault) == (1, None)


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
        ("447000000000", PhoneFault.DAMAGED),
        ("447700000000.0", PhoneFault.DAMAGED),
        ("4.47000000000E+11", PhoneFault.DAMAGED),
        ("448000000000", PhoneFault.DAMAGED),
        ("354000000000", PhoneFault.DAMAGED),
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


@given(st.from_regex(r"\+1[2-9]\d{9}", fullmatch=True, alphabet="+0123456789"))
@settings(max_examples=examples(300))
def test_the_country_of_an_american_number_is_that_of_its_block(number: str) -> None:
    assert country_of(number) == phone._looked_up_country(number)


def test_one_number_that_a_person_typed() -> None:
    assert read_phone("07700 900123", ALLOWED) == Phone("+447700900123", LineType.MOBILE)
    assert read_phone("nobody", ALLOWED) is PhoneFault.NONE
    assert read_phone("212-736-5000", ALLOWED, "US") == Phone("+12127365000", LineType.UNKNOWN)


@pytest.mark.parametrize(
    ("region", "kind", "meant"),
    [
        ("IM", PhoneNumberType.MOBILE, LineType.MOBILE),
        ("IM", PhoneNumberType.FIXED_LINE, LineType.LANDLINE),
        ("JE", PhoneNumberType.MOBILE, LineType.MOBILE),
        ("JE", PhoneNumberType.FIXED_LINE, LineType.LANDLINE),
        ("GG", PhoneNumberType.MOBILE, LineType.MOBILE),
        ("GG", PhoneNumberType.FIXED_LINE, LineType.LANDLINE),
        ("GB", PhoneNumberType.VOIP, LineType.VOIP),
        ("GB", PhoneNumberType.PAGER, LineType.UNKNOWN),
        ("GB", PhoneNumberType.PERSONAL_NUMBER, LineType.UNKNOWN),
        ("GB", PhoneNumberType.TOLL_FREE, LineType.UNKNOWN),
        ("CA", PhoneNumberType.FIXED_LINE, LineType.UNKNOWN),
        ("BS", PhoneNumberType.MOBILE, LineType.MOBILE),
    ],
)
def test_islands_and_neighbours_that_share_a_calling_code(region: str, kind: int, meant: LineType) -> None:
    example = phonenumbers.example_number_for_type(region, kind)
    assert example is not None
    number = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
    assert read_phones(number, "GB", False).phones == (Phone(number, meant),)
    assert country_of(number) == region or kind == PhoneNumberType.TOLL_FREE


def test_numbers_of_the_islands_may_be_rung_only_where_the_islands_are_allowed() -> None:
    example = phonenumbers.example_number_for_type("JE", PhoneNumberType.MOBILE)
    number = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
    assert not PhonePolicy().allows(number)
    assert PhonePolicy(allowed_countries=frozenset({"GB", "JE"})).allows(number)


# --- the fast path ------------------------------------------------------------------------------------

LEADS = {"GB": ["0", "+44", "0044", "44", "+440", "00440", ""], "US": ["", "1", "+1"]}
CODES = {"GB": 44, "US": 1}


def _agrees(text: str, region: str, allowed: bool) -> None:
    quick = phone.read_plain(text, region, allowed)
    assert quick is None or quick == phone._read_slowly(text, region, allowed), text


@given(
    region=st.sampled_from(["GB", "US", "IE"]),
    lead=st.sampled_from([*LEADS["GB"], *LEADS["US"]]),
    digits=st.from_regex(r"[1-9][0-9]{8,10}", fullmatch=True)
    | st.from_regex(r"(7700900|1632960|2079460|2125550|9098790|2425550)[0-9]{3}", fullmatch=True),
    gaps=st.lists(st.sampled_from(["", "", " ", "-", "(", ") "]), min_size=16, max_size=16),
    allowed=st.booleans(),
)
def test_the_fast_path_agrees_with_libphonenumber(
    region: str, lead: str, digits: str, gaps: list[str], allowed: bool
) -> None:
    text = "".join(f"{digit}{gap}" for digit, gap in zip(lead + digits, gaps, strict=False))
    _agrees(text, region, allowed)


@given(
    text=st.from_regex(
        r"(\+44|0|0044|)[ .(/-]{0,2}(7[0-9]{3}|1[0-9]{3}|20)[) ./\u2013-]{0,2}[0-9]{5,8}", fullmatch=True
    )
)
def test_a_cell_reads_the_same_without_the_fast_path(text: str) -> None:
    quick = read_phones(text, "GB", True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(phone, "read_plain", lambda *_: None)
        assert read_phones(text, "GB", True) == quick


@pytest.mark.parametrize("text", ["0800000000", "+44 0800 000000", "0845 464 7", "0800 1111"])
def test_short_numbers_after_a_trunk_0_are_read_the_slow_way(text: str) -> None:
    _agrees(text, "GB", True)


@pytest.mark.parametrize("text", ["07700 900123", "+44 (0)1632 960123", "7700900123", "0207 946 0123"])
def test_common_writings_take_the_fast_path(text: str) -> None:
    assert phone.read_plain(text, "GB", True)


@pytest.mark.slow
@pytest.mark.parametrize("region", ["GB", "US"])
def test_the_fast_path_agrees_with_libphonenumber_in_every_block(region: str) -> None:
    """Another number of each block than the fast path asked about; a tenth of the small blocks.

    `scripts/bench phones` takes all of them, and a million numbers.
    """
    chance = random.Random(20260507)
    for block in blocks(CODES[region]):
        if len(block) > 5 and chance.random() > 0.1:
            continue
        digits = block + "".join(chance.choices("0123456789", k=9 - len(block))) + chance.choice("123456789")
        _agrees(chance.choice(LEADS[region]) + digits, region, chance.random() < 0.5)


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
