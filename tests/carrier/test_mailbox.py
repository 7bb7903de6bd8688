"""The mailbox on a real IMAP server: read without being marked, marked once kept, and never in the way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from dialer.carrier.mailbox import ImapMailbox, MailboxError, MailboxPlace
from tests.mailbox import empty, imap_server, put

LETTERS = [b"From: gwen@example.net\nSubject: %d\n\nHello %d\n" % (nth, nth) for nth in range(3)]
LARGE = b"From: gwen@example.net\nSubject: large\n\n" + b"x" * 5000


@pytest.fixture(scope="module")
def server() -> Iterator[MailboxPlace]:
    with imap_server() as place:
        yield place


@pytest.fixture
def place(server: MailboxPlace) -> MailboxPlace:
    empty(server)
    return server


def subjects(place: MailboxPlace) -> list[bytes]:
    with ImapMailbox(place) as mailbox:
        return [letter.raw.splitlines()[1] for letter in mailbox.unread(1000)]


def test_letters_are_read_the_longest_there_first_and_stay_unread(place):
    put(place, LETTERS)
    told = [b"Subject: 0", b"Subject: 1", b"Subject: 2"]
    assert subjects(place) == told
    assert subjects(place) == told


def test_one_that_is_marked_is_not_read_again(place):
    put(place, LETTERS)
    with ImapMailbox(place) as mailbox:
        for letter in mailbox.unread(1000):
            if b"Hello 1" in letter.raw:
                mailbox.mark_read(letter.uid)
    assert subjects(place) == [b"Subject: 0", b"Subject: 2"]


def test_of_a_large_letter_only_its_headers_are_fetched(place):
    put(place, [LARGE])
    with ImapMailbox(place) as mailbox:
        [letter] = mailbox.unread(1000)
    assert b"Subject: large" in letter.raw
    assert b"xxx" not in letter.raw


def test_an_empty_mailbox_has_nothing(place):
    assert subjects(place) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"password": "another"},
        {"folder": "Nowhere"},
        {"folder": 'INBOX" (x'},
        {"port": 1},
        {"tls": "tls"},
    ],
)
def test_what_is_wrong_is_said_and_names_nobody(place, wrong):
    with pytest.raises(MailboxError) as said, ImapMailbox(replace(place, **wrong)):
        pass
    assert place.user not in str(said.value)
    assert place.password not in str(said.value)


def test_a_mailbox_that_is_not_open_says_so(place):
    with pytest.raises(MailboxError):
        list(ImapMailbox(place).unread(1000))
