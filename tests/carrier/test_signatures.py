"""Who knocks: the official computation, with every URL that the carrier may have signed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from dialer.carrier.signatures import TwilioSignatures

TOKEN = "a-token-for-tests"
URL = "https://dialer.test/webhooks/twilio/messages/status"
FORM = {"MessageSid": ["SM1"], "Body": ["Helô\nSiân"], "Empty": [""]}


def signed(url: str = URL, form: dict[str, list[str]] | None = None, token: str = TOKEN) -> str:
    class Form(dict):
        getlist = dict.__getitem__

    return RequestValidator(token).compute_signature(url, Form(FORM if form is None else form))


def valid(url: str, signature: str | None, form: dict[str, list[str]] | None = None, *tokens: str) -> bool:
    return TwilioSignatures(*(tokens or (TOKEN,))).valid_signature(
        url, FORM if form is None else form, signature
    )


def test_what_the_carrier_signed_is_valid():
    assert valid(URL, signed())


@pytest.mark.parametrize(
    ("signed_url", "asked_url"),
    [
        ("https://dialer.test:443/w?m=1", "https://dialer.test/w?m=1"),
        ("https://dialer.test/w?m=1", "https://dialer.test:443/w?m=1"),
        ("https://dialer.test:8443/w", "https://dialer.test:8443/w"),
        ("https://dialer.test/w", "https://dialer.test:8443/w"),
        ("http://dialer.test:80/w", "http://dialer.test/w"),
        ("https://dialer.test/w", "https://user:secret@dialer.test/w"),
        ("http://[::1]:8000/w", "http://[::1]:8000/w"),
        ("http://[::1]/w", "http://[::1]:8000/w"),
        ("https://dialer.test/w", "https://dialer.test/w?"),
        ("https://dialer.test/w?", "https://dialer.test/w?"),
        ("https://dialer.test/w/", "https://dialer.test/w/"),
        ("https://dialer.test/w?b=%7E1&a=2+3&a=1", "https://dialer.test/w?b=%7E1&a=2+3&a=1"),
        ("https://dialer.test", "https://dialer.test"),
        ("https://dialer.test/w", "https://dialer.test/w#rc=3&rp=5xx"),
    ],
)
def test_one_url_in_all_its_writings(signed_url: str, asked_url: str):
    assert valid(asked_url, signed(signed_url))


@pytest.mark.parametrize(
    ("signed_url", "asked_url"),
    [
        ("https://dialer.test/w", "http://dialer.test/w"),
        ("https://dialer.test/w", "https://dialer.test/w/"),
        ("https://dialer.test/w?m=1", "https://dialer.test/w?m=2"),
        ("https://dialer.test/w?a=1&b=2", "https://dialer.test/w?b=2&a=1"),
        ("https://dialer.test/w?a=%7E", "https://dialer.test/w?a=~"),
        ("https://dialer.test:8443/w", "https://dialer.test/w"),
        ("https://other.test/w", "https://dialer.test/w"),
    ],
)
def test_another_url_is_not_that_one(signed_url: str, asked_url: str):
    assert not valid(asked_url, signed(signed_url))


@pytest.mark.parametrize("signature", [None, "", "x", "é", signed()[:-1], signed() + "="])
def test_without_the_right_signature_there_is_none(signature):
    assert not valid(URL, signature)


def test_two_tokens_hold_while_one_is_being_changed():
    assert valid(URL, signed(token="old-token"), None, "new-token", "old-token")
    assert valid(URL, signed(token="new-token"), None, "new-token", "old-token")
    assert not valid(URL, signed(token="old-token"), None, "new-token", "")


@pytest.mark.parametrize("tokens", [("",), ("", "")])
def test_without_a_token_nothing_is_valid(tokens):
    """Not even what was signed with the empty one."""
    assert not TwilioSignatures(*tokens).valid_signature(URL, FORM, signed(token=""))


def test_repeated_keys_and_blank_values_count():
    form = {"A": ["2", "1", "2"], "B": [""]}
    assert valid(URL, signed(form=form), form)
    assert valid(URL, signed(form=form), {"B": [""], "A": ["1", "2"]})
    assert not valid(URL, signed(form=form), {"A": ["1"], "B": [""]})
    assert not valid(URL, signed(form=form), {"A": ["1", "2"], "B": ["", "x"]})


def test_a_parameter_added_or_left_out_breaks_it():
    assert not valid(URL, signed(), FORM | {"Extra": ["1"]})
    assert not valid(URL, signed(), {"MessageSid": ["SM1"]})


@given(
    form=st.dictionaries(
        st.text(max_size=8), st.lists(st.text(max_size=12), min_size=1, max_size=3), max_size=5
    ),
    query=st.text(alphabet="abc=&%2B+~?", max_size=12),
)
def test_it_agrees_with_the_official_validator(form, query):
    url = f"https://dialer.test/w?{query}" if query else "https://dialer.test/w"
    assert valid(url, signed(url, form), form)
    assert not valid(url, signed(url + "x", form), form)
