"""A talk through a script: the path, what the answers tell, the words filled."""

import datetime as dt
from dataclasses import replace

from dialer.domain.script import (
    Answer,
    Learned,
    Node,
    Script,
    filled,
    learned,
    path,
    unknown_answers,
)

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


def test_answers_tell_of_the_plan() -> None:
    lift = Answer("lift", "A lift, after work", "bye", needs_lift=True, planned_time=dt.time(18))
    ready = Answer("ready", "ID is ready", "method", id_ready=True, needs_lift=False)
    script = replace(with_node(2, answers=(lift,)), start="ask")
    script = replace(
        script, nodes=tuple(replace(n, answers=(ready,)) if n.id == "ask" else n for n in script.nodes)
    )
    told = learned(script, {"ask": "ready", "method": "lift"})
    assert told == Learned(needs_lift=True, id_ready=True, planned_time=dt.time(18))
    assert told.of_the_vote
    assert not Learned(tags=("keen",)).of_the_vote


def test_the_later_step_wins_and_answers_off_the_path_yield() -> None:
    strong = Answer("strong", "Strong", "bye", support=1)
    script = with_node(2, answers=(strong,))

    assert learned(script, {"ask": "yes", "method": "strong"}).support == 1
    assert learned(script, {"ask": "no", "method": "strong"}).support == 5
    assert learned(script, {"method": "strong"}).support == 1


def test_filling_touches_every_text() -> None:
    assert filled(SCRIPT, {"first_name": "Siân"}).nodes[0].text == "Hello Siân."


def test_words_are_in_the_readers_language_where_they_are_translated() -> None:
    script = with_node(3, translations={"cy": "Diolch, {first_name}."})
    bye = filled(script, {"first_name": "Siân"}).nodes[3]
    assert (bye.words_in("cy"), bye.words_in("en"), bye.text) == ("Diolch, Siân.", "Thank you.", "Thank you.")
