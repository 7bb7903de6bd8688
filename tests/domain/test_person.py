"""When are two records the same person?"""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.person import Identity, Match, address_key, fold, match

BORN = dt.date(1950, 3, 1)
MOBILE, OTHER = "+447700900001", "+447700900002"


def somebody(first: str = "Siân", last: str = "Jones", **fields: object) -> Identity:
    return Identity(fold(first), fold(last), **fields)  # type: ignore[arg-type]


def _elector(elector: str, register: str, **fields: object) -> Identity:
    return somebody(**{"elector": elector, "register": register, "address": "1highstreet", **fields})


def test_addresses_are_compared_by_letters_and_digits() -> None:
    assert address_key("1, High Street ", "CF10 1AA") == address_key("1 HIGH STREET", "cf101aa")
    assert address_key("", "CF10 1AA") == ""


@pytest.mark.parametrize(
    ("one", "other"),
    [("Siân", "SIAN"), ("O’Hara", "o'hara"), ("Łukasz", "lukasz"), ("Mary Ann", "MaryAnn"), ("Zoë ", "zoe")],
)
def test_names_are_compared_without_case_accents_and_spaces(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("a", "b", "rule"),
    [
        # external id within its source
        (somebody(external_id="7"), somebody("Ann", "Lee", external_id="7"), Match.EXTERNAL_ID),
        (somebody(external_id="7", source="x"), somebody(external_id="7", source="y"), None),
        # a differing identifier rules out every later rule
        (somebody(external_id="7", phones=(MOBILE,)), somebody(external_id="8", phones=(MOBILE,)), None),
        (somebody(elector="aa-1", phones=(MOBILE,)), somebody(elector="aa-2", phones=(MOBILE,)), None),
        (
            somebody(elector="aa-1", register="2025", phones=(MOBILE,)),
            somebody(elector="aa-2", register="2026", phones=(MOBILE,)),
            Match.PHONE,
        ),
        # elector number within its register
        (somebody(elector="aa-1"), somebody("Siân", "Lloyd", elector="aa-1"), Match.ELECTOR),
        (somebody(elector="aa-1"), somebody("Bob", "Jones", elector="aa-1"), Match.ELECTOR),
        (somebody(elector="aa-1"), somebody("Bob", "Roe", elector="aa-1"), Match.RENUMBERED),
        (somebody(elector="aa-1"), somebody("", "", elector="aa-1"), Match.ELECTOR),
        # another register: name and address, unless the dates of birth differ
        (_elector("aa-1", "2025"), _elector("bb-7", "2026"), Match.NAME_AND_ADDRESS),
        (_elector("aa-1", "2025"), _elector("aa-1", "2026", phones=(MOBILE,)), Match.NAME_AND_ADDRESS),
        (_elector("aa-1", "2025", born=BORN), _elector("bb-7", "2026"), Match.NAME_AND_ADDRESS),
        (_elector("aa-1", "2025", born=BORN), _elector("bb-7", "2026", born=BORN.replace(year=1980)), None),
        (_elector("aa-1", "2025"), _elector("bb-7", "2026", address="2highstreet"), None),
        (_elector("aa-1", "2025"), _elector("bb-7", "2025"), None),
        (_elector("aa-1", "2025"), somebody(address="1highstreet"), None),
        # phone and name
        (somebody(phones=(MOBILE,)), somebody("SIAN", "JONES", phones=(OTHER, MOBILE)), Match.PHONE),
        (somebody(phones=(MOBILE,)), somebody("Gwyn", phones=(MOBILE,)), None),
        (somebody("", "", phones=(MOBILE,)), somebody("", "", phones=(MOBILE,)), Match.PHONE),
        # email and name, where one has no phone
        (somebody(email="s@example.org"), somebody(email="s@example.org", phones=(MOBILE,)), Match.EMAIL),
        (
            somebody(email="s@example.org", phones=(OTHER,)),
            somebody(email="s@example.org", phones=(MOBILE,)),
            None,
        ),
        (somebody(email="s@example.org"), somebody("Gwyn", email="s@example.org"), None),
    ],
)
def test_the_rules_in_their_order(a: Identity, b: Identity, rule: Match | None) -> None:
    assert match(a, b) == rule


identities = st.builds(
    Identity,
    first=st.sampled_from(["", "sian", "bob"]),
    last=st.sampled_from(["", "jones", "roe"]),
    phones=st.sampled_from([(), (MOBILE,), (OTHER,), (MOBILE, OTHER)]),
    email=st.sampled_from(["", "s@example.org"]),
    external_id=st.sampled_from(["", "7", "8"]),
    source=st.sampled_from(["", "crm"]),
    elector=st.sampled_from(["", "aa-1", "aa-2"]),
    register=st.sampled_from(["", "2026"]),
)


@given(identities, identities)
def test_it_makes_no_difference_who_is_asked_about_whom(a: Identity, b: Identity) -> None:
    assert match(a, b) == match(b, a)


@given(identities)
def test_somebody_who_can_be_told_apart_is_themselves(a: Identity) -> None:
    if a.external_id or a.elector or a.phones or a.email:
        assert match(a, a) in {Match.EXTERNAL_ID, Match.ELECTOR, Match.PHONE, Match.EMAIL}
