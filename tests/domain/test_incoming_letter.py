"""Letters as people and programs write them: what they say, whose words they may be; nothing breaks it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain import mime
from dialer.domain.incoming_letter import (
    Doubt,
    Incoming,
    attached,
    doubt_about,
    fingerprint,
    read_letter,
    subject_alone,
)
from tests.domain import mail_letters as letters

GWEN = "gwen@example.net"


def read(raw: bytes) -> Incoming:
    return read_letter(mime.parse(raw))


ENCODED = """\
From: =?utf-8?q?Si=C3=A2n?= <Gwen@Example.NET>
To: reply+x@example.org
Subject: =?utf-8?b?Q2FydHJlZiDwn5iA?=
Message-ID: <one@example.net>
In-Reply-To: <ours.1@example.org>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=m

--m
Content-Type: multipart/alternative; boundary=a

--a
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable

Gallaf, si=C5=B5r.

--a
Content-Type: text/html; charset=utf-8

<p>Gallaf, siŵr.</p>
--a--
--m
Content-Type: image/png; name="llun.png"
Content-Disposition: attachment; filename="../../llun.png"
Content-Transfer-Encoding: base64

iVBORw0KGgo=
--m
Content-Type: message/rfc822

From: another@example.com
Subject: STOP

STOP
--m--
""".encode()


def test_an_everyday_letter_is_read():
    letter = read(ENCODED)
    assert (letter.sender, letter.sender_name) == (GWEN, "Siân")
    assert (letter.subject, letter.body) == ("Cartref 😀", "Gallaf, siŵr.")
    assert letter.message_id == "<one@example.net>"
    assert letters.OURS in letter.answers
    assert letter.to == ("reply+x@example.org",)
    assert not letter.automatic


def test_what_came_with_it_is_listed_without_any_folder_and_can_be_had():
    parsed = mime.parse(ENCODED)
    picture, forwarded = read_letter(parsed).attachments
    assert (picture.name, picture.content_type) == ("llun.png", "image/png")
    assert forwarded.content_type == "message/rfc822"
    assert attached(parsed, picture.nth) == b"\x89PNG\r\n\x1a\n"
    assert attached(parsed, 99) is None


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("<p>Yes</p><p>Tom</p>", "Yes\n\nTom"),
        ("Yes<br>Tom", "Yes\nTom"),
        (
            "<html><head><title>x</title><style>p{}</style></head><body>Stop<script>go()</script></body>",
            "Stop",
        ),
        (
            "No thanks<blockquote><p>Will you vote?</p><div>Tom</div></blockquote>",
            "No thanks\n\n> Will you vote?\n\n> Tom",
        ),
        (
            'No<div class="gmail_quote">On Monday Tom wrote:<p>Hello</p></div>',
            "No\n\n> On Monday Tom wrote:\n\n> Hello",
        ),
        ("a &lt;b&gt; &amp;&nbsp;c", "a <b> & c"),
        ("<p>unclosed <b>tags", "unclosed tags"),
        ("<" * 50_000, "<" * 50_000),
    ],
)
def test_a_letter_of_html_alone_is_read_as_its_words(page, words):
    raw = b"From: gwen@example.net\nContent-Type: text/html; charset=utf-8\n\n" + page.encode()
    assert read(raw).body == words


@pytest.mark.parametrize(
    ("head", "body", "said"),
    [
        (b"Content-Type: text/plain; charset=iso-8859-1", "siân".encode("latin-1"), "siân"),
        (b"Content-Type: text/plain; charset=no-such-thing", "siân".encode(), "siân"),
        (b"Content-Type: text/plain; charset=utf-8", b"\x93Stop\x94", "“Stop”"),
        (b"Content-Transfer-Encoding: base64", b"U1RPUA==", "STOP"),
        (b"X: y", b"nul \x00 here", "nul \ufffd here"),
    ],
)
def test_broken_encodings_are_read_as_far_as_they_go(head, body, said):
    assert read(b"From: gwen@example.net\n" + head + b"\n\n" + body).body == said


@pytest.mark.parametrize(
    ("sender", "reply_to", "written_to", "doubt"),
    [
        (GWEN, (), GWEN, None),
        (GWEN, (GWEN,), GWEN, None),
        (GWEN, ("tom@example.com",), GWEN, Doubt.OTHER_REPLY_TO),
        ("tom@example.com", (), GWEN, Doubt.OTHER_SENDER),
        ("tom@example.com", (GWEN,), GWEN, Doubt.OTHER_SENDER),
        ("", (), GWEN, Doubt.OTHER_SENDER),
        (GWEN, (), None, Doubt.UNPROVEN),
    ],
)
def test_whose_words_they_are_is_judged(sender, reply_to, written_to, doubt):
    letter = Incoming("", sender, "", reply_to, "", "STOP", "", (), (), automatic=False)
    assert doubt_about(letter, written_to) is doubt


@pytest.mark.parametrize(
    ("subject", "own"),
    [
        ("STOP", "STOP"),
        ("Re: Stop the cuts", ""),
        ("AW: x", ""),
        ("", ""),
        ("Unsubscribe: me", "Unsubscribe: me"),
    ],
)
def test_a_subject_speaks_where_it_is_not_an_answer(subject, own):
    assert subject_alone(subject) == own


def test_the_same_letter_is_the_same_by_whichever_way_it_came():
    ways = [
        ENCODED,
        b"Received: by mx.example.org\nX-Spam-Score: 0\n" + ENCODED,
        ENCODED.replace(b"\n", b"\r\n"),
        b"Return-Path: <gwen@example.net>\r\n" + ENCODED.replace(b"\n", b"\r\n") + b"\r\n",
    ]
    assert len({fingerprint(way) for way in ways}) == 1


def test_another_letter_by_the_same_name_is_another():
    assert fingerprint(ENCODED) != fingerprint(ENCODED.replace(b"siwr", b"").replace(b"Gallaf", b"Stop"))


def test_a_charset_that_is_none_doesnt_keep_words_from_us():
    for charset in (b'charset="utf\x008"', b"charset*=utf-8''%00", b"charset=\xff"):
        letter = read(b"From: gwen@example.net\nContent-Type: text/plain; " + charset + b"\n\nSt\xc3\xb4p")
        assert letter.body == "St\u00f4p"


@given(st.binary(max_size=400), st.data())
def test_nothing_that_is_sent_breaks_the_reading(noise, data):
    at = data.draw(st.integers(0, len(ENCODED)))
    until = data.draw(st.integers(at, min(at + 100, len(ENCODED))))
    raw = ENCODED[:at] + noise + ENCODED[until:]
    letter = read(raw)
    assert "\x00" not in letter.body + letter.subject + letter.sender_name + letter.message_id
    (letter.body + letter.subject + letter.sender_name).encode()
    assert len(fingerprint(raw)) == 64
