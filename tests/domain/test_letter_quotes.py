"""Answers as the usual mail programs write them: whose words stand where, and nothing is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.letter_quotes import parted

OURS = "Dear Gwen,\n\nreply STOP to get no more.\n\nStop these emails: https://example.org/o/abc"
MARKED = "\n".join(f"> {line}".rstrip() for line in OURS.split("\n"))
ABER = "Aber <aber@example.org>"


def under(own: str, *lines: str, ours: str = OURS) -> str:
    """An answer above these lines and our letter."""
    return "\n".join([own, "", *lines, "", ours])


ANSWERS = {
    "nothing quoted": ("I’ll be there.", "I’ll be there."),
    "gmail": (under("Yes!", f"On Mon, 23 Nov 2026 at 09:00, {ABER} wrote:", ours=MARKED), "Yes!"),
    "gmail, broken": (
        under("Yes!", "On Mon, 23 Nov 2026 at 09:00, Green Aber", "<aber@example.org> wrote:", ours=MARKED),
        "Yes!",
    ),
    "gmail, unmarked": (under("Yes!", f"On Mon, 23 Nov 2026 at 09:00, {ABER} wrote:"), "Yes!"),
    "gmail, Welsh": (under("Iawn", f"Ar Llun, 23 Tach 2026 am 09:00 ysgrifennodd {ABER}:"), "Iawn"),
    "gmail, German": (under("Ja", f"Am Mo., 23. Nov. 2026 um 09:00 Uhr schrieb {ABER}:"), "Ja"),
    "gmail, French": (under("Oui", f"Le lun. 23 nov. 2026 à 09:00, {ABER} a écrit :"), "Oui"),
    "gmail, Spanish": (under("Sí", f"El lun, 23 nov 2026 a las 9:00, {ABER} escribió:"), "Sí"),
    "gmail, Polish": (under("Tak", f"pon., 23 lis 2026 o 09:00 {ABER} napisał(a):"), "Tak"),
    "apple": (
        under("Yes", "Sent from my iPhone", "", f"> On 23 Nov 2026, at 09:00, {ABER} wrote:", ours=MARKED),
        "Yes",
    ),
    "apple, unmarked": (under("Yes", f"On 23 Nov 2026, at 09:00, {ABER} wrote:"), "Yes"),
    "apple, German": (
        under(
            "Ja", "Von meinem iPhone gesendet", "", f"> Am 23.11.2026 um 09:00 schrieb {ABER}:", ours=MARKED
        ),
        "Ja",
    ),
    "outlook": (
        under("Yes", f"From: {ABER}", "Sent: Monday, 23 November 2026 9:00 AM", "To: Gwen", "Subject: Polls"),
        "Yes",
    ),
    "outlook, ruled": (
        under("Yes", "_" * 32, f"From: {ABER}", "Sent: 23 November 2026 09:00", "To: Gwen", "Subject: Polls"),
        "Yes",
    ),
    "outlook, old": (under("Yes", "-----Original Message-----", "From: Aber"), "Yes"),
    "outlook, bold": (under("Yes", "*From:* Aber", "*Sent:* Monday", "*To:* Gwen"), "Yes"),
    "outlook, German": (
        under("Ja", f"Von: {ABER}", "Gesendet: Montag, 23. November 2026", "An: Gwen", "Betreff: Wahl"),
        "Ja",
    ),
    "outlook, French": (
        under("Oui", f"De : {ABER}", "Envoyé : lundi 23 novembre 2026", "À : Gwen", "Objet : Vote"),
        "Oui",
    ),
    "outlook, Welsh": (
        under("Iawn", f"Oddi wrth: {ABER}", "Anfonwyd: 23 Tachwedd 2026", "At: Gwen", "Testun: Pleidlais"),
        "Iawn",
    ),
    "outlook, old German": (under("Ja", "-----Ursprüngliche Nachricht-----"), "Ja"),
    "outlook for a phone": (
        under("Yes", "Get Outlook for iOS", "_" * 15, "From: A", "Sent: B", "To: C"),
        "Yes",
    ),
    "forwarded": (under("For you", "---------- Forwarded message ---------", "From: Aber"), "For you"),
    "forwarded by apple": (under("For you", "Begin forwarded message:"), "For you"),
    "beneath what is quoted": (f"On Monday 23 Nov 2026 Aber wrote:\n{MARKED}\n\nSTOP", "STOP"),
    "only what is quoted": (f"On Mon, 23 Nov 2026, {ABER} wrote:\n{MARKED}", ""),
    "empty": ("", ""),
}


@pytest.mark.parametrize(("body", "own"), ANSWERS.values(), ids=ANSWERS)
def test_usual_programs(body, own):
    said = parted(body)
    assert said.own == own
    assert body == own or "Stop these emails" in said.rest


def test_a_signature_is_no_word_of_theirs():
    said = parted("Yes\n-- \nGwen, end of terrace\n07700 900123")
    assert (said.own, said.rest) == ("Yes", "-- \nGwen, end of terrace\n07700 900123")


def test_of_words_among_what_is_quoted_the_whole_is_kept():
    body = "> Will you come?\nYes.\n\n> And Ben?\nNo."
    assert parted(body).own == "Yes.\n\nNo."
    assert parted(body).rest == body


@pytest.mark.parametrize(
    "body",
    [
        "From: what I hear, it went well.",
        "I wrote:\nplease come",
        "On my way: see you",
        "Three things:\n- one\n- two",
        "He wrote a letter, and this is what it said:\n\nstop",
        "Mae’n iawn -- wir.",
        "— Gwen —",
        "Dear all,\nde: nothing\nthe end",
        "To: nobody\nSubject: nothing\nI only like headers",
    ],
)
def test_words_that_only_look_like_it_stay(body):
    assert parted(body).own == body


LINES = st.lists(
    st.sampled_from(
        [
            "> quoted",
            "Yes",
            "",
            "-- ",
            f"On Mon 2026 {ABER} wrote:",
            "From: a",
            "Sent: b",
            "To: c",
            "Sent from my iPhone",
        ]
    )
    | st.text(max_size=20)
)


@given(LINES)
def test_nothing_is_lost_and_none_of_it_made_up(lines):
    body = "\n".join(lines).replace("\r", "\n")
    said = parted(body)
    assert [one for one in (said.own + "\n" + said.rest).split() if one not in body.split()] == []
    for word in body.split():
        assert word in said.own.split() or word in said.rest.split()
    assert not any(line.lstrip().startswith(">") for line in said.own.split("\n"))


def test_it_stays_quick_whatever_comes():
    assert parted("On wrote " * 20_000).own
    assert parted("a:\n" * 30_000).own
    assert parted(f"On {'x ' * 50_000}\nwrote:").own
