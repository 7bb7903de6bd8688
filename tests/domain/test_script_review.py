"""A script that can be used: every step is reached, every way ends. What is hard to say is remarked."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.script import Answer, Node, Script, ThirdParty
from dialer.domain.script_review import (
    FAULTS,
    REMARKS,
    Finding,
    faults,
    faults_of_translations,
    remarks,
    translated,
)
from tests.domain.test_script import NO, SCRIPT, YES, with_node

OFFICE = ThirdParty("+441632960800", "The office")


def test_a_good_script_has_no_fault() -> None:
    assert faults(SCRIPT) == []


def test_people_may_be_put_through_at_the_end_or_before_it() -> None:
    assert faults(with_node(0, kind="transfer", through=OFFICE)) == []
    assert faults(with_node(3, kind="transfer", through=OFFICE)) == []


@pytest.mark.parametrize(
    ("script", "pointer"),
    [
        (replace(SCRIPT, start="nowhere"), "/start"),
        (replace(SCRIPT, nodes=()), "/start"),
        (with_node(0, next="nowhere"), "/nodes/0/next"),
        (with_node(1, answers=(replace(YES, next="nowhere"), NO)), "/nodes/1/answers/0/next"),
        (with_node(1, answers=(YES, YES)), "/nodes/1/answers/1/id"),
        (with_node(1, answers=(NO,)), "/nodes/2"),
        (with_node(1, id="intro"), "/nodes/1/id"),
        (with_node(0, next=None), "/nodes/0"),
        (with_node(0, answers=(NO,)), "/nodes/0/answers"),
        (with_node(3, next="intro"), "/nodes/3"),
        (with_node(3, text="Bye {fist_name}"), "/nodes/3/text"),
        (with_node(0, kind="transfer"), "/nodes/0/phone"),
        (with_node(0, kind="transfer", through=ThirdParty("+441632960800", " ")), "/nodes/0/label"),
        (with_node(0, through=OFFICE), "/nodes/0"),
        (
            with_node(1, kind="transfer", through=OFFICE),
            "/nodes/1/answers",
        ),
    ],
)
def test_faults_name_their_place(script: Script, pointer: str) -> None:
    assert pointer in [fault.pointer for fault in faults(script)]


def test_a_script_that_never_ends_is_refused() -> None:
    loop = Script("a", (Node("a", "say", "", next="b"), Node("b", "say", "", next="a")))

    assert [fault.pointer for fault in faults(loop)] == ["/nodes/0", "/nodes/1"]


def test_a_loop_with_a_way_out_is_fine() -> None:
    again = Answer("again", "Say it again", "ask")
    script = Script("ask", (Node("ask", "question", "?", answers=(again, NO)), Node("bye", "end", "")))

    assert faults(script) == []


def test_an_unknown_placeholder_hides_no_dead_end() -> None:
    script = with_node(1, answers=(NO,), text="Can {fist_name} count?")
    assert {(found.pointer, found.kind) for found in faults(script)} == {
        ("/nodes/1/text", "placeholder"),
        ("/nodes/2", "unreached"),
    }


@pytest.mark.parametrize(
    ("script", "found"),
    [
        (SCRIPT, None),
        (with_node(0, text="word " * 60), None),
        (with_node(0, text="word " * 61), Finding("/nodes/0/text", "long_words", "61")),
        (with_node(0, text="Hello {first_name}."), Finding("/nodes/0/text", "no_fallback", "{first_name}")),
        (with_node(0, text="I’m {caller_name}."), None),
        (
            with_node(1, answers=(replace(YES, label="y" * 41), NO)),
            Finding("/nodes/1/answers/0/label", "long_answer", "y" * 41),
        ),
        (
            with_node(1, answers=(YES, replace(NO, label=" yes "))),
            Finding("/nodes/1/answers/0/label", "same_label", "Yes"),
        ),
        (
            with_node(1, answers=tuple(replace(NO, id=str(at), label=f"No {at}") for at in range(8))),
            Finding("/nodes/1/answers", "many_answers", "8"),
        ),
    ],
)
def test_what_is_hard_to_say_or_to_press_is_remarked(script: Script, found: Finding | None) -> None:
    assert remarks(script) == ([found] if found else [])
    assert found is None or not found.is_fault


def test_what_lacks_a_translation_is_named_and_counted() -> None:
    yes = replace(YES, translations={"cy": "Ie"})
    script = with_node(1, translations={"cy": "Allwn ni ddibynnu arnoch chi?"}, answers=(yes, NO))
    found = remarks(script, ["cy"])
    assert found == [
        Finding("/nodes/0/translations/cy", "untranslated", "intro"),
        Finding("/nodes/1/answers/1/translations/cy", "untranslated", "No"),
        Finding("/nodes/2/translations/cy", "untranslated", "method"),
        Finding("/nodes/2/answers/0/translations/cy", "untranslated", "By post"),
        Finding("/nodes/3/translations/cy", "untranslated", "bye"),
    ]
    done, all_of_it = translated(script, "cy")
    assert (done, all_of_it - done) == (2, len(found))
    assert script.translated_into == {"cy"}
    assert [one.pointer for one in faults_of_translations(script, "cy")] == [
        "/nodes/1/translations/cy",
        "/nodes/1/answers/0/translations/cy",
    ]


def test_a_translation_is_looked_over_as_the_words_are() -> None:
    script = with_node(3, translations={"cy": "Hwyl {fist_name}"})
    assert [(found.pointer, found.kind) for found in faults(script)] == [
        ("/nodes/3/translations/cy", "placeholder")
    ]


def test_every_kind_has_a_sentence() -> None:
    for kind in (*FAULTS, *REMARKS):
        assert "{" not in Finding("", kind, "this").detail


names = st.sampled_from("abcdef")


@given(
    st.lists(st.tuples(names, st.lists(names, max_size=3)), min_size=1, max_size=6, unique_by=lambda n: n[0])
)
def test_a_script_without_fault_can_always_be_finished(shape: list[tuple[str, list[str]]]) -> None:
    nodes = tuple(
        Node(name, "question", "", answers=tuple(Answer(f"{i}", "", to) for i, to in enumerate(ways)))
        if ways
        else Node(name, "end", "")
        for name, ways in shape
    )
    script = Script(shape[0][0], nodes)
    if faults(script):
        return

    for node in nodes:
        seen, ahead = set(), [node.id]
        while ahead:
            here = ahead.pop()
            if here not in seen:
                seen.add(here)
                ahead += [way for _, way in script.node(here).ways_on()]  # type: ignore[union-attr]
        assert any(script.node(name).kind == "end" for name in seen)  # type: ignore[union-attr]
