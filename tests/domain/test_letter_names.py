"""Letters are known again by names that only we can make."""

from __future__ import annotations

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.letter_names import LetterNames

NAMES = LetterNames("a key of this installation", "mail.example.org")
OTHERS = LetterNames("a key of another one", "mail.example.org")


@given(st.uuids())
def test_every_name_of_a_letter_leads_back_to_it(letter):
    assert NAMES.of_message_id(NAMES.message_id(letter)) == letter
    assert NAMES.of_message_id(NAMES.message_id(letter).upper()) == letter
    assert NAMES.of_address(NAMES.return_path(letter)) == letter
    assert NAMES.of_address(NAMES.unsubscribe_address(letter).upper()) == letter
    assert len(NAMES.unsubscribe_address(letter).rpartition("@")[0]) <= 64


@given(st.uuids())
def test_nobody_else_makes_a_name(letter):
    assert NAMES.of_message_id(OTHERS.message_id(letter)) is None
    assert NAMES.of_address(OTHERS.return_path(letter)) is None


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz234567ABC=@<>+ é\0", max_size=60))
def test_made_up_names_name_nothing(text):
    assert NAMES.of_token(text) is None
    assert NAMES.of_message_id(f"<{text}@mail.example.org>") is None
    assert NAMES.of_address(f"bounces+{text}@mail.example.org") is None


def test_of_many_references_the_last_of_ours_counts():
    first, last = uuid.uuid4(), uuid.uuid4()
    said = f"<made@up.example> {NAMES.message_id(first)}\r\n\t{NAMES.message_id(last)} <other@example.com>"
    assert NAMES.of_message_id(said) == last


@pytest.mark.parametrize("address", ["bounces@mail.example.org", "ann@example.org", "", "bounces+@x.example"])
def test_other_addresses_are_no_letter(address):
    assert NAMES.of_address(address) is None


@given(st.uuids(), st.text(max_size=20), st.text(max_size=20))
def test_a_letter_is_found_wherever_it_is_named(letter, before, after):
    for named in (NAMES.message_id(letter), f"<{NAMES.return_path(letter)}>", NAMES.reply_address(letter)):
        assert NAMES.of_text(f"{before} {named.upper()} {after}") == letter
        assert OTHERS.of_text(f"{before} {named} {after}") is None


def test_what_our_addresses_are_for_is_told_by_them_alone():
    letter = uuid.uuid4()
    assert NAMES.purpose_of(NAMES.return_path(letter)) == "bounces"
    assert NAMES.purpose_of(NAMES.unsubscribe_address(letter).upper()) == "unsubscribe"
    assert NAMES.purpose_of(NAMES.reply_address(letter)) == "reply"
    assert NAMES.of_address(NAMES.reply_address(letter)) == letter
    assert OTHERS.purpose_of(NAMES.reply_address(letter)) is None
    assert NAMES.purpose_of("reply@mail.example.org") is None
