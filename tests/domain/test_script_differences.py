"""What two versions of a script say otherwise: named once, at its step, word by word."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.script import Answer, Node, Script, ThirdParty
from dialer.domain.script_differences import KINDS, Difference, Piece, differences, marked
from tests.domain.test_script import NO, SCRIPT, YES, with_node

INTRO, ASK, METHOD, BYE = SCRIPT.nodes
OFFICE = ThirdParty("+441632960800", "The office")


@pytest.mark.parametrize(
    ("new", "found"),
    [
        (SCRIPT, []),
        (replace(SCRIPT, start="ask"), [Difference("start", before="intro", after="ask")]),
        (with_node(3, text="Goodbye."), [Difference("words", "bye", "", "Thank you.", "Goodbye.")]),
        (with_node(3, translations={"cy": "Hwyl."}), [Difference("translation", "bye", "", "", "Hwyl.")]),
        (with_node(0, next="bye"), [Difference("next", "intro", "", "ask", "bye")]),
        (with_node(0, kind="question"), [Difference("step_kind", "intro", "", "say", "question")]),
        (
            with_node(3, kind="transfer", through=OFFICE),
            [
                Difference("step_kind", "bye", "", "end", "transfer"),
                Difference("through", "bye", "", "", "The office +441632960800"),
            ],
        ),
        (with_node(1, answers=(NO, YES)), [Difference("answers_moved", "ask", "", "Yes, No", "No, Yes")]),
        (with_node(1, answers=(YES,)), [Difference("answer_removed", "ask", "No", "No")]),
        (
            with_node(1, answers=(YES, NO, Answer("hm", "Perhaps", "bye"))),
            [Difference("answer_added", "ask", "Perhaps", "", "Perhaps")],
        ),
        (
            with_node(
                1,
                answers=(
                    replace(
                        YES,
                        label="Aye",
                        next="bye",
                        support=2,
                        tags=(),
                        voting_method="proxy",
                        id_ready=False,
                    ),
                    NO,
                ),
            ),
            [
                Difference("answer_words", "ask", "Aye", "Yes", "Aye"),
                Difference("answer_next", "ask", "Aye", "method", "bye"),
                Difference("answer_support", "ask", "Aye", "1", "2"),
                Difference("answer_voting_method", "ask", "Aye", "", "proxy"),
                Difference("answer_id_ready", "ask", "Aye", "", "no"),
                Difference("answer_tags", "ask", "Aye", "keen", ""),
            ],
        ),
        (
            replace(SCRIPT, nodes=(INTRO, ASK, METHOD)),
            [Difference("step_removed", "bye", "", "Thank you.")],
        ),
        (
            replace(SCRIPT, nodes=(*SCRIPT.nodes, Node("more", "end", "Oh."))),
            [Difference("step_added", "more", "", "", "Oh.")],
        ),
        (replace(SCRIPT, nodes=(BYE, INTRO, ASK, METHOD)), [Difference("step_moved", "bye")]),
    ],
)
def test_each_difference_is_named_at_its_step(new: Script, found: list[Difference]) -> None:
    assert differences(SCRIPT, new) == found


def test_a_new_name_is_one_difference_and_what_leads_there_none() -> None:
    ask = replace(ASK, answers=(YES, replace(NO, next="end")))
    new = replace(SCRIPT, nodes=(INTRO, ask, replace(METHOD, next="end", answers=()), replace(BYE, id="end")))
    old = with_node(2, answers=())
    assert differences(old, new) == [Difference("step_renamed", "end", "", "bye", "end")]


words = st.text(st.sampled_from("ab ,.é\n"), max_size=12)
ids = st.sampled_from("abcd")
answers = st.lists(
    st.builds(Answer, ids, words, ids, st.sampled_from([None, 1])), max_size=3, unique_by=lambda one: one.id
).map(tuple)
nodes = st.builds(Node, ids, st.sampled_from(["say", "question"]), words, st.none() | ids, answers)
scripts = st.builds(Script, ids, st.lists(nodes, max_size=4, unique_by=lambda node: node.id).map(tuple))


@given(words, words)
def test_marks_hold_both_texts_whole(before: str, after: str) -> None:
    pieces = marked(before, after)
    assert "".join(piece.text for piece in pieces if piece.mark != "added") == before
    assert "".join(piece.text for piece in pieces if piece.mark != "removed") == after


def test_marks_go_by_the_word() -> None:
    found = [(piece.text, piece.mark) for piece in marked("Can we count on you?", "Can we rely on you?")]
    assert found == [("Can we ", ""), ("count", "removed"), ("rely", "added"), (" on you?", "")]


@given(scripts, scripts)
def test_scripts_differ_where_something_is_said(old: Script, new: Script) -> None:
    found = differences(old, new)
    assert {difference.kind for difference in found} <= {*KINDS}
    assert (not found) == (old == new)


def test_long_words_are_compared_by_their_ends_alone() -> None:
    middle = [f"word{nth}" for nth in range(1500)]
    old = " ".join(["Good evening", *middle, "and goodbye."])
    new = " ".join(["Good evening", *reversed(middle), "and goodbye."])
    began = time.process_time()
    pieces = marked(old, new)
    assert time.process_time() - began < 0.5, "it took seconds to look for every word that stayed"
    assert [piece.mark for piece in pieces] == ["", "removed", "added", ""]
    assert (pieces[0].text, pieces[-1].text) == ("Good evening ", " and goodbye.")
    assert "".join(piece.text for piece in pieces if piece.mark != "added") == old
    assert "".join(piece.text for piece in pieces if piece.mark != "removed") == new
    assert marked(old, f"{old} Bye.") == [Piece(old), Piece(" Bye.", "added")]
