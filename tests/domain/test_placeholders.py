"""The tiny language of scripts and texts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain import placeholders


@pytest.mark.parametrize(
    ("text", "values", "filled"),
    [
        ("Hello {first_name}.", {"first_name": "Siân"}, "Hello Siân."),
        ("Hello {first_name|there}.", {}, "Hello there."),
        ("Hello {first_name|there}.", {"first_name": "  "}, "Hello there."),
        ("Hello {first_name}.", {}, "Hello ."),
        ("{custom.street} in {postcode}", {"custom.street": "Y Stryd", "postcode": "MV3"}, "Y Stryd in MV3"),
        ("{{first_name}}", {"first_name": "Siân"}, "{first_name}"),
        ("{{{first_name}}}", {"first_name": "Siân"}, "{Siân}"),
        ("{first_name}", {"first_name": "{last_name}", "last_name": "x"}, "{last_name}"),
        ("<b>{first_name}", {"first_name": "<i>"}, "<b><i>"),
    ],
)
def test_fill(text: str, values: dict[str, str], filled: str) -> None:
    assert not list(placeholders.faults(text))
    assert placeholders.fill(text, values) == filled


@pytest.mark.parametrize(
    "text", ["{fist_name}", "{}", "{ first_name }", "{custom.}", "a { b", "a } b", "{|x}"]
)
def test_faults(text: str) -> None:
    assert list(placeholders.faults(text))


def test_a_fault_suggests_what_was_meant() -> None:
    assert list(placeholders.faults("{fist_name}")) == [
        "“{fist_name}” isn’t a placeholder. Did you mean {first_name}?"
    ]


@given(st.text())
def test_any_text_can_be_said_with_braces_doubled(text: str) -> None:
    doubled = text.replace("{", "{{").replace("}", "}}")

    assert not list(placeholders.faults(doubled))
    assert placeholders.fill(doubled, {}) == text


@given(st.text())
def test_values_are_never_read_as_placeholders(value: str) -> None:
    assert placeholders.fill("{first_name}", {"first_name": value, "last_name": "X"}) == value.strip()


def test_pieces_join_to_the_filled_text_and_mark_what_was_put_in():
    text, values = "{{Hi}} {first_name|there}, vote at {polling_station}.", {"first_name": "Siân"}
    found = list(placeholders.pieces(text, values))
    assert "".join(piece for piece, _ in found) == placeholders.fill(text, values) == "{Hi} Siân, vote at ."
    assert [piece for piece, is_value in found if is_value] == ["Siân", ""]


def test_what_nothing_would_stand_for_is_named_once_in_its_order() -> None:
    text = "{last_name} {{x}} {first_name|you} {ward} {last_name} {custom.shoe}"
    assert placeholders.lacking(text, {"last_name": " ", "custom.shoe": "9"}) == ["last_name", "ward"]
