"""An address has one form, whoever wrote it down."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.email_address import ascii_domain, channel_of, domain_of, read_address

LONG = "a" * 64


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("ann@example.org", "ann@example.org"),
        (" Ann.Evans+vote@Example.ORG ", "ann.evans+vote@example.org"),
        ("<ann@example.org>", "ann@example.org"),
        ("mailto:ann@example.org", "ann@example.org"),
        (f"{LONG}@example.org", f"{LONG}@example.org"),
        (f"{LONG}a@example.org", None),
        (f"ann@{'a' * 63}.{'b' * 63}.{'c' * 63}.{'d' * 63}.org", None),
        ("ann@example", None),
        ("ann@@example.org", None),
        ("ann evans@example.org", None),
        ("ann@example.org, ben@example.org", None),
        ("ann@example.org\nBcc: ben@example.org", None),
        ("ann\u202e@example.org", None),
        ("ann@exam\u200bple.org", None),
        ("Ann <ann@example.org>", None),
        (".ann@example.org", None),
        ("", None),
        ("@", None),
    ],
)
def test_an_address_is_read_in_its_one_form(written, address):
    assert read_address(written) == address


@given(st.text())
def test_what_is_read_is_read_again_as_it_is_and_can_be_written_to(text):
    address = read_address(text)
    if address is not None:
        assert read_address(address) == address == address.lower()
        assert ascii_domain(domain_of(address)).isascii()
        assert not any(sign.isspace() or sign in "<>,;:\r\n\0" for sign in address)


@pytest.mark.parametrize(("place", "channel"), [("ann@example.org", "email"), ("+447700900123", "sms")])
def test_a_place_tells_its_channel(place, channel):
    assert channel_of(place) == channel
