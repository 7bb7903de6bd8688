"""What letters report of ours, as the usual servers write them, and that nothing anybody writes breaks it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain import mime
from dialer.domain.mail_report import (
    Fate,
    Report,
    counts_towards_the_end,
    fate_of,
    fate_of_reply,
    is_about_us,
    is_automatic,
    reports_in,
    without_addresses,
)
from tests.domain import mail_letters as letters


def read(raw: bytes, *, to_bounce_address: bool = True) -> tuple[Report, ...]:
    return reports_in(mime.parse(raw), to_bounce_address=to_bounce_address)


@pytest.mark.parametrize(
    ("raw", "fate", "status", "code"),
    [
        (letters.GMAIL, Fate.HARD, "5.1.1", 550),
        (letters.GMAIL_FULL, Fate.FULL, "5.2.2", 552),
        (letters.EXCHANGE, Fate.HARD, "5.1.10", 550),
        (letters.OUTLOOK_BLOCK, Fate.BLOCKED, "5.7.1", 550),
        (letters.YAHOO, Fate.HARD, "5.0.0", 554),
        (letters.DMARC, Fate.BLOCKED, "5.7.26", 550),
        (letters.QMAIL, Fate.HARD, "5.1.1", 550),
        (letters.EXIM, Fate.FULL, "5.2.2", 552),
        (letters.dsn("5.1.1"), Fate.HARD, "5.1.1", 0),
        (letters.dsn("5.4.4", "DNS lookup failed: host not found"), Fate.HARD, "5.4.4", 0),
        (letters.dsn("4.4.7", "delivery temporarily suspended: connection timed out"), Fate.SOFT, "4.4.7", 0),
        (letters.dsn("4.2.2", "452 4.2.2 no room"), Fate.FULL, "4.2.2", 452),
        (letters.dsn("4.3.1", "452 4.3.1 insufficient system storage"), Fate.SOFT, "4.3.1", 452),
        (letters.dsn("5.3.4", "552 5.3.4 message size exceeds limit"), Fate.BLOCKED, "5.3.4", 552),
        (letters.dsn("5.0.0", "550 5.1.1 no such user"), Fate.HARD, "5.1.1", 550),
        (letters.dsn("5.5.0", "protocol error"), Fate.OTHER, "5.5.0", 0),
        (letters.dsn("4.4.1", action="delayed"), Fate.DELAYED, "4.4.1", 0),
        (letters.dsn("2.0.0", action="delivered"), Fate.DELIVERED, "2.0.0", 0),
        (letters.dsn("2.0.0", action="relayed"), Fate.DELIVERED, "2.0.0", 0),
        (letters.arf(), Fate.COMPLAINT, "", 0),
        (letters.arf("fraud"), Fate.COMPLAINT, "", 0),
        (letters.arf(fields=""), Fate.COMPLAINT, "", 0),
    ],
)
def test_what_servers_report_is_understood(raw, fate, status, code):
    (report,) = read(raw)
    assert (report.fate, report.status, report.code) == (fate, status, code)
    assert report.recipients == ("gwen@example.net",)


@pytest.mark.parametrize("raw", [letters.GMAIL, letters.arf(), letters.QMAIL])
def test_a_report_names_our_letter(raw):
    (report,) = read(raw)
    assert letters.OURS in report.about
    assert letters.PATH in report.about


def test_headers_alone_may_come_back():
    (report,) = read(letters.dsn("5.1.1", returned="text/rfc822-headers"))
    assert letters.OURS in report.about


def test_each_recipient_has_a_report_of_its_own():
    two = letters.dsn("5.1.1").replace(
        b"\n\n--4F1.17/mx.example.net\nContent-Description: Undelivered",
        b"\n\nFinal-Recipient: rfc822; tom@example.net\nAction: delayed\nStatus: 4.4.1\n"
        b"\n--4F1.17/mx.example.net\nContent-Description: Undelivered",
    )
    assert [(one.fate, one.recipients) for one in read(two)] == [
        (Fate.HARD, ("gwen@example.net",)),
        (Fate.DELAYED, ("tom@example.net",)),
    ]


@pytest.mark.parametrize(
    "raw",
    [
        letters.PLAIN,
        letters.HOLIDAY,
        letters.arf("not-spam"),
        letters.arf("auth-failure"),
        b"",
        b"\n\n",
        b"\x00",
    ],
)
def test_what_is_no_report_is_none(raw):
    assert read(raw) == ()


def test_a_servers_own_words_count_only_where_they_came_to_a_bounce_address():
    assert read(letters.QMAIL, to_bounce_address=False) == ()
    assert read(letters.GMAIL, to_bounce_address=False) != ()


@pytest.mark.parametrize(
    ("raw", "automatic"),
    [
        (letters.HOLIDAY, True),
        (letters.GMAIL, True),
        (letters.PLAIN, False),
        (b"Auto-Submitted: no\n\n", False),
    ],
)
def test_machines_that_answer_are_told_from_people(raw, automatic):
    assert is_automatic(mime.parse(raw)) is automatic


def test_a_servers_words_are_shown_without_addresses():
    assert without_addresses("550 <gwen@example.net>: unknown\r\n at mx") == "550 …: unknown at mx"


@given(st.from_regex(r"[245]\.\d{1,3}\.\d{1,3}|", fullmatch=True), st.integers(0, 599), st.text())
def test_a_refusal_always_means_something(status, code, words):
    assert fate_of(status, code, words) in Fate


@given(st.binary(max_size=300), st.sampled_from([letters.GMAIL, letters.QMAIL, letters.arf()]), st.data())
def test_nothing_that_is_sent_breaks_the_reading(noise, letter, data):
    at = data.draw(st.integers(0, len(letter)))
    until = data.draw(st.integers(at, min(at + 80, len(letter))))
    for report in read(letter[:at] + noise + letter[until:]):
        assert report.fate in Fate
        assert "\x00" not in report.diagnostic + report.about


def test_parts_within_parts_without_end_are_read_no_deeper():
    deep = b"".join(
        b"Content-Type: multipart/report; boundary=b%d\n\n--b%d\n" % (nth, nth) for nth in range(20_000)
    )
    assert read(deep) == ()


def test_a_report_about_thousands_is_read_for_the_first():
    many = b"".join(
        b"Final-Recipient: rfc822; a%d@example.net\nAction: failed\nStatus: 5.1.1\n\n" % nth
        for nth in range(5000)
    )
    raw = (
        b"Content-Type: multipart/report; boundary=x\n\n--x\nContent-Type: message/delivery-status\n\n"
        b"Reporting-MTA: dns; mx.example.net\n\n" + many + b"--x--\n"
    )
    assert 1 < len(read(raw)) <= 51


@pytest.mark.parametrize(
    ("said", "fate"),
    [
        ("452 4.2.2 Mailbox full", Fate.FULL),
        ("552 5.2.2 The mailbox is full", Fate.FULL),
        ("452 Requested action not taken: insufficient system storage", Fate.SOFT),
        ("552 Requested mail action aborted: exceeded storage allocation", Fate.FULL),
        ("552 5.0.0 no", Fate.FULL),
        ("552 Message size exceeds fixed limit", Fate.OTHER),
        ("552 5.3.4 Message too big for system", Fate.BLOCKED),
        ("552-5.7.0 This message was blocked because its content presents a risk", Fate.BLOCKED),
        ("452 4.5.3 Too many recipients", Fate.BLOCKED),
        ("450 User is over quota", Fate.FULL),
        ("450 The recipient's inbox is out of storage space", Fate.FULL),
        ("552 5.2.2 Recipient mailbox size limit exceeded", Fate.FULL),
        ("452 4.2.2 The recipient's mailbox limit is reached", Fate.FULL),
        ("550 5.2.2 user quota exceeded, recipient over limit", Fate.FULL),
        ("550 Mailbox quota exceeded, daily digest", Fate.FULL),
        ("452 4.5.3 Recipient limit reached", Fate.BLOCKED),
        ("451 4.3.0 Try again", Fate.SOFT),
        ("450 4.2.0 Greylisted", Fate.SOFT),
        ("421 Too busy", Fate.SOFT),
        ("550 5.1.1 No such user", Fate.HARD),
        ("550 5.7.1 Blocked for spam", Fate.BLOCKED),
        ("554 Transaction failed", Fate.OTHER),
        ("", Fate.OTHER),
    ],
)
def test_what_a_server_answers_says_whether_it_passes(said, fate):
    assert fate_of_reply(said) is fate


@pytest.mark.parametrize(
    "said",
    [
        "451 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred due to user complaints",
        "450 4.7.1 unusual rate of mail from your IP",
        "450 4.7.25 Client host rejected: cannot find your hostname",
        "454 4.7.1 Relay access denied",
        "454 Try later",
        "451 4.3.5 Server configuration error",
        "450 4.1.8 Sender address rejected: Domain not found",
        "550 Sender address rejected: Domain not found",
        "450 too many mails from your IP",
        "550 5.4.5 Daily user sending quota exceeded",
        "451 Sender quota exceeded",
        "550 5.7.1 account over sending limit",
        "552 Daily message limit exceeded",
        "452 Too many connections",
        "452 4.2.2 Mailbox rate limit exceeded",
        "550 Your account has been suspended",
        "450 4.2.0 Blocked, see spamhaus",
    ],
)
def test_what_is_about_us_is_no_full_mailbox_and_passes_by_no_address(said):
    assert fate_of_reply(said) is Fate.BLOCKED
    for kept in (*Fate, None):
        assert not counts_towards_the_end(kept, said)


@pytest.mark.parametrize(
    ("said", "so"),
    [
        ("550 5.4.5 Daily user sending quota exceeded", True),
        ("552 Sending limit exceeded", True),
        ("451 Sender quota exceeded", True),
        ("554 5.7.1 Relay access denied", True),
        ("550 5.1.1 No such user", False),
        ("552 5.2.2 The mailbox is over quota", False),
        ("554 5.6.0 Not taken", False),
        ("550 Blocked, see spamhaus", False),
        ("", False),
    ],
)
def test_what_is_about_whoever_sends_is_told_from_the_rest(said, so):
    assert is_about_us(said) is so


def test_a_relay_that_gave_up_says_in_whose_words():
    [report] = read(letters.dsn("4.4.7", "451 4.7.0 temporarily deferred, user complaints"))
    assert (report.fate, report.status) == (Fate.BLOCKED, "4.7.0")


@pytest.mark.parametrize(
    ("fate", "said", "counts"),
    [
        (Fate.FULL, "552 5.2.2 The mailbox is full", True),
        (Fate.FULL, "", True),
        (Fate.SOFT, "4.4.1 connect to mx.example.net: Connection timed out", True),
        (Fate.SOFT, "4.4.7 delivery temporarily suspended: connection timed out", True),
        (Fate.SOFT, "4.4.7 expired", False),
        (Fate.SOFT, "4.4.1 host refused to talk to me: 421 4.7.0 try later", False),
        (Fate.SOFT, "450 4.2.0 Greylisted", False),
        (Fate.SOFT, "451 4.3.0 Try again", False),
        (Fate.SOFT, "450 Try again", False),
        (Fate.SOFT, "", False),
        (Fate.HARD, "4.4.1 connection timed out", False),
        (Fate.OTHER, "4.4.1 connection timed out", False),
        (None, "552 5.2.2 The mailbox is full", False),
    ],
)
def test_only_full_mailboxes_and_servers_without_an_answer_count(fate, said, counts):
    assert counts_towards_the_end(fate, said) is counts
