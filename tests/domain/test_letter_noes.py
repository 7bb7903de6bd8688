"""A no in a letter is heard wherever it stands, and what we wrote ourselves is none."""

import time

import pytest

from dialer.domain.inbound_text import classify
from dialer.domain.letter_noes import Ours, class_of_letter, shown
from dialer.domain.letter_quotes import parted

ABER = "Aber <aber@example.org>"
OURS = Ours(
    "Dear Gwen,\n\npolls are open until ten tonight. Reply STOP to get no more.\n\n"
    "[Stop these emails](https://example.org/o/abc)",
    "Stop the cuts",
)
COPIED = (
    "Dear Gwen,\n\npolls are open until ten\ntonight. Reply STOP to get no more.\n\n"
    "Stop these emails<https://example.org/o/abc>"
)
ATTRIBUTION = f"On Mon, 23 Nov 2026 at 09:00, {ABER} wrote:"
HEADERS = f"From: {ABER}\nSent: Monday, 23 November 2026\nTo: Gwen\nSubject: Stop the cuts"
NOES_ALONE = [
    "As I wrote on 3 May 2026:\nPlease stop writing to me.",
    "You wrote to me in 2024 and I wrote back each time:\nDo not email me again",
    "--STOP EMAILING ME--",
    "--- Please take me off your list ---",
    "-- \nunsubscribe me please",
    "Sent by mistake, please unsubscribe me",
    "Sent from my phone: please stop emailing me",
    "-- STOP --",
    "--\nSTOP",
    "--- unsubscribe ---",
    "Am 3. Mai 2026 schrieb ich Ihnen:\nplease stop emailing me",
    "-----Please stop emailing me-----",
]
"""Each looks like what a mail program puts around somebody's words, and is a no."""


@pytest.mark.parametrize("body", NOES_ALONE, ids=repr)
def test_a_no_that_looks_like_a_frame_counts(body):
    assert class_of_letter(body, [OURS]).klass == "opt_out"
    assert class_of_letter(f"{body}\n\n{ATTRIBUTION}\n\n{COPIED}", [OURS]).klass in {"opt_out", "review"}
    assert class_of_letter(body, []).klass == "opt_out"


@pytest.mark.parametrize("body", NOES_ALONE, ids=repr)
@pytest.mark.parametrize("above", ["Hello Ann,", "START", "HELP", "Yes"])
def test_beneath_other_words_somebody_looks_and_sees_it(body, above):
    letter = f"{above}\n{body}\nSent from my iPhone"
    said = class_of_letter(letter, [OURS])
    assert said.klass in {"opt_out", "review"}
    assert body in shown(letter, said.klass, said.rule).own


@pytest.mark.parametrize(
    "body",
    [
        f"{ATTRIBUTION}\n\n{COPIED}\n\nSTOP",
        f"{ATTRIBUTION}\n\n{COPIED}\n\nplease unsubscribe me\nGwen",
        f"Yes\n\n{HEADERS}\n\n{COPIED}\n\nplease stop\nemailing me",
        "I wrote:\nplease stop emailing me",
        "Yes\n-- \nGwen\nSTOP\nend of terrace",
        "As I wrote on 3 May 2026:\nI said STOP on the phone",
    ],
)
def test_a_no_in_the_rest_is_never_left_there(body):
    said = class_of_letter(body, [OURS])
    assert said.klass in {"opt_out", "review"}
    assert shown(body, said.klass, said.rule).rest == ""


@pytest.mark.parametrize(
    "body",
    [
        f"I’ll be there.\n\n{ATTRIBUTION}\n\n{COPIED}",
        f"I’ll be there.\n\n{HEADERS}\n\n{COPIED}",
        f"I’ll be there.\n\n{HEADERS}\n\nThanks.\n\n{HEADERS}\n\n{COPIED}",
        f"I’ll be there.\nSent from my iPhone\n\n-----Original Message-----\n{COPIED}",
        f"I’ll be there.\n-- \nGwen, end of terrace\n\n{ATTRIBUTION}\n> reply STOP",
        f"{ATTRIBUTION}\n\n{COPIED}",
        f"{HEADERS}\n\n{COPIED}",
    ],
)
def test_what_we_wrote_ourselves_is_no_no(body):
    said = class_of_letter(body, [Ours("Hello", "Polls"), OURS])
    assert said.klass == "other"
    assert shown(body, said.klass, said.rule) == parted(body)


def test_what_a_no_in_their_own_words_is_quoted_with_stays_folded():
    body = f"STOP\n\n{ATTRIBUTION}\n\n{COPIED}"
    said = class_of_letter(body, [OURS])
    assert (said.klass, shown(body, said.klass, said.rule).own) == ("opt_out", "STOP")


MOST = 100_000
HOSTILE = {
    "one word": "x" * MOST,
    "blank lines": "a" + "\n" * (MOST - 10) + "b",
    "blank lines, a quote": "a" + "\n" * (MOST - 10) + ">",
    "lines of blanks": "a" + "\n \t" * (MOST // 3) + "b",
    "blanks": "a" + " " * (MOST - 10) + "b",
    "underscores": ("_" * 10 + "\n") * (MOST // 11),
    "signs of addresses": "a@" * (MOST // 2),
    "dots": "." * MOST,
    "attributions": "On 2026 wrote:\n> a\n" * (MOST // 20),
    "quotation marks": "“a " * (MOST // 3),
    "dashes": "--x\n" * (MOST // 4),
    "rules": "-- x" * (MOST // 4),
    "one of our words": "stop " * (MOST // 5),
    "our words": "polls are open reply STOP " * (MOST // 25),
    "courtesy": "please " * (MOST // 7),
    "commas": ", \n" * (MOST // 3),
    "negations": "dont never " * (MOST // 11),
    "questions": "how do i " * (MOST // 9),
    "tellings": "told you said " * (MOST // 14),
    "lines": "\n".join(f"line {nth}" for nth in range(MOST // 10)),
    "phones": "Sent from a\n" * (MOST // 12),
    "reaction": "👍" * (MOST // 2) + '"' * (MOST // 2),
    "headers": "From: a\n\n\n" * (MOST // 10),
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
def test_no_letter_takes_long(body):
    """What goes through a letter again and again took from six seconds to a minute for one of these."""
    parted.cache_clear()
    began = time.process_time()
    parted(body)
    apart = time.process_time()
    class_of_letter(body[:20_000] + body[-1], [OURS])
    assert apart - began < 1.5
    assert time.process_time() - apart < 10


def test_addresses_are_no_words_of_theirs():
    assert classify("see www.stop.example or a@b.example").klass == "other"
    assert classify("www.stop.example").rule == "quoted"
    assert classify("STOP a@b.example").klass == "opt_out"
