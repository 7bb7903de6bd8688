"""A script that can be used: every step is reached, every way ends, every answer is known."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.script import (
    Answer,
    Learned,
    Node,
    Script,
    ThirdParty,
    faults,
    filled,
    learned,
    path,
    unknown_answers,
)

OFFICE = ThirdParty("+441632960800", "The office")
YES = Answer("yes", "Yes", "method", support=1, tags=("keen",))
NO = Answer("no", "No", "bye", support=5)
POST = Answer("post", "By post", "bye", voting_method="postal", tags=("post",))
SCRIPT = Script(
    "intro",
    (
        Node("intro", "say", "Hello {first_name|there}.", next="ask"),
        Node("ask", "question", "Can we count on you?", answers=(YES, NO)),
        Node("method", "question", "How will you vote?", next="bye", answers=(POST,)),
        Node("bye", "end", "Thank you."),
    ),
)


def with_node(index: int, **changes: object) -> Script:
    nodes = list(SCRIPT.nodes)
    nodes[index] = replace(nodes[index], **changes)  # type: ignore[arg-type]
    return replace(SCRIPT, nodes=tuple(nodes))


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


def test_the_path_ends_at_the_step_that_waits() -> None:
    assert [node.id for node in path(SCRIPT, {})] == ["intro"]
    assert [node.id for node in path(SCRIPT, {}, passed=["intro"])] == ["intro", "ask"]
    assert [node.id for node in path(SCRIPT, {"ask": "yes"}, passed=["intro"])] == ["intro", "ask", "method"]
    assert [node.id for node in path(SCRIPT, {"ask": "no"}, passed=["intro"])][-1] == "bye"


def test_answers_that_the_script_has_not() -> None:
    assert unknown_answers(SCRIPT, {"ask": "yes", "intro": "yes", "gone": "x"}) == ["intro", "gone"]
    assert unknown_answers(SCRIPT, {"ask": "perhaps"}) == ["ask"]


def test_what_the_answers_tell() -> None:
    assert learned(SCRIPT, {"method": "post", "ask": "yes"}) == Learned(1, "postal", ("keen", "post"))
    assert learned(SCRIPT, {}) == Learned()


def test_the_later_step_wins_and_answers_off_the_path_yield() -> None:
    strong = Answer("strong", "Strong", "bye", support=1)
    script = with_node(2, answers=(strong,))

    assert learned(script, {"ask": "yes", "method": "strong"}).support == 1
    assert learned(script, {"ask": "no", "method": "strong"}).support == 5
    assert learned(script, {"method": "strong"}).support == 1


def test_filling_touches_every_text() -> None:
    assert filled(SCRIPT, {"first_name": "Siân"}).nodes[0].text == "Hello Siân."


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
