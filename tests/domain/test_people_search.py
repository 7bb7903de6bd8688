"""What a few typed words may mean."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.people_search import Sought, sought
from dialer.domain.person import name_words
from dialer.domain.phone import PhonePolicy

ALLOWED = PhonePolicy(allow_fictional=True)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("07700 900123", {"numbers": ("+447700900123",), "elector": "7700-900123"}),
        ("+44 (0)7700-900123", {"numbers": ("+447700900123",)}),
        ("07700 9001", {"number_starts": ("+4477009001",)}),
        ("+44 7700 9", {"number_starts": ("+4477009",)}),
        ("0044 7700", {"number_starts": ("+447700",)}),
        ("44770", {"number_starts": ("+4444770", "+44770")}),
        ("0770", {"number_starts": (), "number_end": "0770"}),
        ("900 123", {"number_end": "900123"}),
        ("123", {"number_end": ""}),
        ("+1234", {"number_end": ""}),
        ("1234a", {"number_end": ""}),
        ("07700 900123", {"number_end": ""}),
        ("ka1 012/1", {"elector": "ka1-12-1", "words": ("ka1", "012", "1")}),
        ("12/1", {"elector": "12-1", "words": ()}),
        ("cf101aa", {"postcode_start": "CF10 1AA"}),
        ("cf101", {"postcode_start": "CF10 1"}),
        ("CF10", {"postcode_start": "CF10"}),
        ("Sian@Exa", {"email_start": "sian@exa", "words": (), "elector": ""}),
        ("Jones, Siân  Mair", {"words": ("jones", "sian", "mair")}),
        ("Jones, Siân", {"names": ("jonessian", "sianjones")}),
        ("O’Neill-Smith", {"words": ("oneill", "smith"), "names": ("o'neill-smith",)}),
    ],
)
def test_what_is_typed_may_mean(text: str, meant: dict[str, object]) -> None:
    found = sought(text, ALLOWED)
    assert {name: getattr(found, name) for name in meant} == meant


@given(st.text(max_size=60))
def test_any_text_means_something_or_nothing_and_never_fails(text: str) -> None:
    found = sought(text, ALLOWED)
    assert isinstance(found, Sought)
    assert all(start[1:].isascii() and start[1:].isdecimal() for start in found.number_starts)


def test_the_words_of_a_name() -> None:
    assert name_words("Siân  Mair O'Neill-Jones (Mrs.) JONES") == ("sian", "mair", "oneill", "jones", "mrs")
    assert name_words(" - ’ ") == ()
