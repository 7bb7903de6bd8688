"""A letter says the same as text and as HTML, and nobody's name can make it say more."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.bodies import Bodies
from dialer.domain.letter import (
    answering_subject,
    as_html,
    as_one,
    as_text,
    direction_of,
    harmless,
    in_words,
    naming_imprint,
    one_line,
    read,
    with_marks,
    with_way_out,
)

LETTER = """# Polls are open

Dear Siân,
vote [here](https://example.org/vote?a=1&b=2) or see https://example.org/map.

- bring <nothing>
- or "papers"
Thank you
"""


def test_the_text_reads_as_it_was_written():
    assert as_text(LETTER) == (
        "Polls are open\n==============\n\nDear Siân,\nvote here: https://example.org/vote?a=1&b=2 or see"
        ' https://example.org/map.\n\n- bring <nothing>\n- or "papers"\n\nThank you\n'
    )


def test_the_html_has_the_marks_and_nothing_to_fetch():
    said = as_html(LETTER, "cy", 'A <b> & "c"')
    assert '<html lang="cy"' in said
    assert "<title>A &lt;b&gt; &amp; &quot;c&quot;</title>" in said
    assert '<h1 style="font-size:1.4em">Polls are open</h1>' in said
    assert '<a href="https://example.org/vote?a=1&amp;b=2">here</a>' in said
    assert '<a href="https://example.org/map">https://example.org/map</a>.' in said
    assert "<ul><li>bring &lt;nothing&gt;</li><li>or &quot;papers&quot;</li></ul>" in said
    assert not re.search(r"<(img|script|link|style|iframe|object)\b|\bsrc=", said)


class _Seen(HTMLParser):
    """What a reader of HTML finds."""

    def __init__(self, said: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: list[str] = []
        self.text = ""
        self.feed(said)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links += [value or "" for name, value in attrs if name == "href"]

    def handle_data(self, data: str) -> None:
        self.text += data


@given(st.text(alphabet="ab<>&\"'[]()#-.\n :/hts\u202eŵ", max_size=200))
def test_whatever_is_written_makes_no_other_marks(source):
    seen = _Seen(as_html(source))
    assert seen.tags <= {"html", "head", "meta", "title", "body", "h1", "ul", "li", "p", "br", "a"}
    assert all(re.match(r"https?://", link) for link in seen.links)
    signs = [sign for sign in seen.text if sign.isalnum()]
    said = [sign for sign in as_text(source) if sign.isalnum()]
    assert sorted(set(signs)) == sorted(set(said))


@given(st.text(max_size=80))
def test_what_is_known_of_a_person_is_words_and_nothing_else(value):
    put = harmless(value)
    assert "\n" not in put
    for source in (f"Dear {put},\n\nvote.", f"See [x]({put}) now"):
        assert not _Seen(as_html(source)).links


@given(st.text())
def test_a_header_is_one_line(text):
    line = one_line(text)
    assert len(line.splitlines()) <= 1
    assert len(line) <= 200


@pytest.mark.parametrize("body", ["Stop: {opt_out_url}", "[Stop]({opt_out_url|x})"])
def test_a_way_out_that_is_there_stands_where_it_was_put(body):
    assert with_way_out(body, "") == body


@pytest.mark.parametrize(("language", "words"), [("", "Stop these emails"), ("cy", "Peidio"), ("pl", "Stop")])
def test_every_letter_ends_with_its_way_out(language, words):
    body = with_way_out("Vote.\n\n", language)
    assert body.startswith(f"Vote.\n\n[{words}")
    assert body.endswith("]({opt_out_url})")


def test_subject_and_body_are_looked_at_together():
    said = as_one(Bodies("Hello", {"cy": "Helo"}), Bodies("Vote", {"cy": "Pleidleisiwch", "pl": "Głosuj"}))
    assert dict(said.each()) == {"": "Hello\n\nVote", "cy": "Helo\n\nPleidleisiwch", "pl": "Hello\n\nGłosuj"}


@pytest.mark.parametrize(
    ("subject", "answer"),
    [
        ("Polls are open", "Re: Polls are open"),
        ("Re: Polls are open", "Re: Polls are open"),
        ("RE: Polls", "RE: Polls"),
        ("Ateb: Polau", "Ateb: Polau"),
        ("Note: well", "Re: Note: well"),
        ("a\r\nBcc: x", "Re: a Bcc: x"),
        ("", "Re:"),
    ],
)
def test_an_answer_says_what_it_answers_once(subject, answer):
    assert answering_subject(subject) == answer


@pytest.mark.parametrize(
    ("value", "put"),
    [
        ("Siân", "Siân"),
        ("محمد", "\u2068محمد\u2069"),
        ("\u202eSiân\u2069", "Siân"),
        ("# Siân", "\u2060# Siân"),
        ("- Siân", "\u2060- Siân"),
    ],
)
def test_a_name_turns_and_marks_nothing_around_it(value, put):
    assert harmless(value) == put
    letter = read(f"{put}, come on Thursday to [the map](https://example.org).")
    assert letter.direction == "ltr"
    assert [(block.kind, block.direction) for block in letter.blocks] == [("", "ltr")]
    assert ' dir="rtl"' not in as_html(f"{put}, come on Thursday.")


@given(st.text(max_size=40))
def test_no_value_turns_a_letter(value):
    letter = read(f"{harmless(value)} {harmless(value)}: vote", "en")
    assert letter.direction == "ltr"
    assert direction_of(f"{harmless(value)} vote") == "ltr"
    assert read(f"{harmless(value)} صوّت", "ar").direction == "rtl"


def test_a_letter_in_several_languages_is_read_each_its_way():
    said = as_html("Polls are open.\n\nالتصويت مفتوح", "en")
    assert '<html lang="en" dir="ltr">' in said
    assert "<p>Polls are open.</p>" in said
    assert '<p dir="rtl">التصويت مفتوح</p>' in said
    assert 'dir="rtl"' in as_html("التصويت مفتوح").split("<head>")[0]


def test_what_is_known_is_marked_but_in_addresses():
    pieces = [
        ("# ", False),
        ("Siân", True),
        ("\n\nSee [", False),
        ("MV3", True),
        ("](https://example.org/", False),
    ]
    pieces += [("MV3", True), (") or https://example.org/", False), ("MV3", True), (".", False)]
    top, rest = read(with_marks([*pieces, (" ", False), ("https://example.org/o/1", True)])).blocks
    assert top.is_heading
    assert top.lines[0][0].words == "\ue000Siân\ue001"
    first, second, third = (run for run in rest.lines[0] if run.to)
    assert (first.words, first.to) == ("\ue000MV3\ue001", "https://example.org/MV3")
    assert (second.words, second.to) == ("https://example.org/MV3",) * 2
    assert third.to == "https://example.org/o/1"


def test_a_letter_in_a_line_has_no_marks():
    assert in_words(LETTER).startswith(
        "Polls are open Dear Siân, vote here or see https://example.org/map. bring"
    )


@pytest.mark.parametrize(
    ("body", "language", "said"),
    [
        ("Vote.\n{imprint_url}", "", "Vote.\n[Who sends this]({imprint_url})"),
        ("Vote.\nImprint: {imprint_url}", "", "Vote.\n[Who sends this]({imprint_url})"),
        ("Vote.\nArgraffnod: {imprint_url}", "cy", "Vote.\n[Pwy sy’n anfon hwn]({imprint_url})"),
        ("[Imprint]({imprint_url})", "", "[Imprint]({imprint_url})"),
        ("Promoted by us: {imprint_url}", "", "Promoted by us: {imprint_url}"),
        ("Vote.\n{imprint_url|Promoted by us}", "", "Vote.\n{imprint_url|Promoted by us}"),
    ],
)
def test_a_bare_imprint_says_what_it_is(body, language, said):
    assert naming_imprint(body, language, leads=True) == said
    assert naming_imprint(body, language, leads=False) == body, "a link to nowhere"
