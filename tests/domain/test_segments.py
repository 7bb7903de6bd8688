"""Texts are cut as GSM 03.38 and UCS-2 are, and nothing is replaced in silence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.segments import BASIC, EXTENDED, GSM7, UCS2, Measure, forced_by, measure, parts, plainly


def test_the_basic_table_has_its_127_characters_and_the_extension_its_ten():
    assert len(set(BASIC)) == len(BASIC) == 127
    assert len(set(EXTENDED)) == len(EXTENDED) == 10
    assert not set(BASIC) & set(EXTENDED)


@pytest.mark.parametrize(
    ("text", "encoding", "units", "segments"),
    [
        ("", GSM7, 0, 1),
        ("a" * 160, GSM7, 160, 1),
        ("a" * 161, GSM7, 161, 2),
        ("a" * 306, GSM7, 306, 2),
        ("a" * 307, GSM7, 307, 3),
        ("a" * 158 + "€", GSM7, 160, 1),
        ("a" * 159 + "€", GSM7, 161, 2),
        ("a" * 152 + "€" + "a" * 152, GSM7, 306, 3),  # the escape goes over whole: 152, 153, 1
        ("[" * 80, GSM7, 160, 1),
        ("[" * 153, GSM7, 306, 3),  # 76 pairs a part
        ("Siân", UCS2, 4, 1),
        ("â" * 70, UCS2, 70, 1),
        ("â" * 71, UCS2, 71, 2),
        ("â" * 134, UCS2, 134, 2),
        ("â" * 135, UCS2, 135, 3),
        ("😀" * 35, UCS2, 70, 1),
        ("😀" * 36, UCS2, 72, 2),
        ("😀" * 67, UCS2, 134, 3),  # 33 pairs a part
        ("Ça ñ ø ß é", GSM7, 10, 1),
        ("ç", UCS2, 1, 1),
        ("Ŵ", UCS2, 1, 1),
        ("`", UCS2, 1, 1),
        ("\t", UCS2, 1, 1),
    ],
)
def test_measure(text, encoding, units, segments):
    assert measure(text) == Measure(encoding, units, segments)


def test_curly_signs_are_named_apart_from_letters_with_what_plain_ones_would_cost():
    text = "Siân’s polling station – it’s near " + "a" * 60
    forced = forced_by(text)
    assert forced is not None
    assert forced.typographic == {"’": 2, "–": 1}
    assert forced.others == {"â": 1}
    assert not forced.avoidable
    assert forced.plain.encoding == UCS2

    without = forced_by(text.replace("â", "a"))
    assert without is not None
    assert without.avoidable
    assert without.plain == Measure(GSM7, 95, 1)


def test_a_plain_text_is_forced_by_nothing():
    assert forced_by("Vote on Thursday. Reply STOP to opt out") is None


_TEXTS = st.one_of(
    st.text(max_size=500),
    st.text(alphabet=BASIC + EXTENDED, max_size=500),
    st.text(alphabet="a€😀", max_size=500),
)


@given(_TEXTS)
def test_parts_are_the_text_and_each_fits(text):
    found = measure(text)
    pieces = parts(text)
    assert "".join(pieces) == text
    assert len(pieces) == found.segments
    room = {GSM7: 160, UCS2: 70} if len(pieces) == 1 else {GSM7: 153, UCS2: 67}
    widths = [_width(piece, found.encoding) for piece in pieces]
    assert all(width <= room[found.encoding] for width in widths)
    assert sum(widths) == found.units
    assert all(width >= room[found.encoding] - 1 for width in widths[:-1])


@given(_TEXTS)
def test_the_reason_for_ucs2_is_whole_and_plain_writing_never_needs_the_dearer_alphabet(text):
    forced = forced_by(text)
    assert (forced is None) == (measure(text).encoding == GSM7)
    if forced is not None:
        assert sum(forced.typographic.values()) + sum(forced.others.values()) > 0
        assert (forced.plain.encoding == GSM7) == forced.avoidable
        assert forced.plain == measure(plainly(text))


def _width(piece, encoding):
    if encoding == UCS2:
        return len(piece.encode("utf-16-le", "surrogatepass")) // 2
    return sum(2 if character in EXTENDED else 1 for character in piece)
