"""A talk survives reloads, stale pages and changes of mind."""

import datetime as dt

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dialer.domain.script import Answer, Node, Script
from dialer.domain.talk import Heard, Stage, Talk, steps_in_all

SCRIPT = Script(
    "hello",
    (
        Node("hello", "say", "Hello.", next="time"),
        Node(
            "time",
            "question",
            "Is now all right?",
            answers=(Answer("yes", "Yes", "vote"), Answer("no", "No", "bye")),
        ),
        Node(
            "vote",
            "question",
            "Can we count on you?",
            next="bye",
            answers=(Answer("yes", "Yes", "how"), Answer("no", "No", "bye")),
        ),
        Node("how", "question", "By post?", answers=(Answer("post", "By post", "bye"),)),
        Node("bye", "end", "Thank you."),
    ),
)


def _at(heard: Heard) -> str:
    return heard.path(SCRIPT)[-1].id


def test_it_goes_through_the_script_by_answers_and_going_on():
    heard = Heard().went_on(SCRIPT, "hello").answered(SCRIPT, "time", "yes").answered(SCRIPT, "vote", "yes")
    assert _at(heard) == "how"
    assert [node.id for node in heard.path(SCRIPT)] == ["hello", "time", "vote", "how"]


def test_a_question_may_be_passed_over_and_answered_later():
    heard = Heard().went_on(SCRIPT, "hello").answered(SCRIPT, "time", "yes").went_on(SCRIPT, "vote")
    assert _at(heard) == "bye"
    assert _at(heard.answered(SCRIPT, "vote", "yes")) == "how"


def test_going_back_forgets_the_last_answer_only():
    heard = Heard().went_on(SCRIPT, "hello").answered(SCRIPT, "time", "yes").answered(SCRIPT, "vote", "no")
    back = heard.stepped_back(SCRIPT)
    assert (_at(back), dict(back.answers)) == ("vote", {"time": "yes"})
    assert Heard().stepped_back(SCRIPT) == Heard()


def test_going_back_forgets_an_answer_that_led_nowhere():
    back = Heard().went_on(SCRIPT, "hello").answered(SCRIPT, "time", "post").stepped_back(SCRIPT)
    assert back == Heard()


def test_an_answer_on_a_stale_page_drops_what_followed_from_the_other_one():
    heard = (
        Heard()
        .went_on(SCRIPT, "hello")
        .answered(SCRIPT, "time", "yes")
        .answered(SCRIPT, "vote", "yes")
        .answered(SCRIPT, "how", "post")
        .answered(SCRIPT, "time", "no")
    )
    assert dict(heard.answers) == {"time": "no"}
    assert _at(heard) == "bye"


def test_steps_are_counted_along_the_shortest_way_left():
    assert steps_in_all(SCRIPT, Heard().path(SCRIPT)) == 3
    heard = Heard().went_on(SCRIPT, "hello").answered(SCRIPT, "time", "yes").answered(SCRIPT, "vote", "yes")
    assert steps_in_all(SCRIPT, heard.path(SCRIPT)) == 5
    assert steps_in_all(SCRIPT, heard.answered(SCRIPT, "how", "post").path(SCRIPT)) == 5


def test_speaking_to_somebody_else_keeps_what_the_first_one_said():
    sian = Talk.of({}, "sian").hearing(Heard().went_on(SCRIPT, "hello"))
    gwyn = sian.turned_to("gwyn").hearing(Heard().went_on(SCRIPT, "hello"))
    assert gwyn.heard("sian").begun
    assert gwyn.finishing(reached=True, disposition="refused").heard("sian").disposition is None


def test_the_outcome_comes_and_goes_without_losing_the_script():
    talk = Talk.of({}, "sian").hearing(Heard().went_on(SCRIPT, "hello"))
    done = talk.finishing(reached=True, disposition="contacted")
    assert (done.stage, done.reached, done.heard().disposition) == (Stage.OUTCOME, True, "contacted")
    assert done.finishing(reached=False).heard().disposition == "contacted"
    assert done.back_in_script().heard().passed == ("hello",)


_moments = st.datetimes(timezones=st.just(dt.UTC))


@st.composite
def _talks(draw: st.DrawFn) -> Talk:
    names = st.sampled_from(["sian", "gwyn", "megan"])
    heard = st.builds(
        Heard,
        answers=st.dictionaries(st.sampled_from(["time", "vote"]), st.sampled_from(["yes", "no"])),
        passed=st.lists(st.sampled_from(["hello"]), max_size=1).map(tuple),
        disposition=st.sampled_from([None, "contacted", "no_answer"]),
    )
    return Talk(
        contact="sian",
        speaking_to=draw(names),
        stage=draw(st.sampled_from(Stage)),
        reached=draw(st.sampled_from([None, True, False])),
        people=draw(st.dictionaries(names, heard)),
        notes=draw(st.text(max_size=20)),
        callback_at=draw(st.sampled_from(["", "2026-05-07T18:30"])),
        talking_since=draw(st.none() | _moments),
        finishing_since=draw(st.none() | _moments),
    )


@given(_talks())
@pytest.mark.slow
def test_what_is_kept_is_read_again_as_it_was(talk: Talk):
    assert Talk.of(talk.draft(), "sian") == talk


@given(_talks(), _moments, _moments)
def test_its_clocks_are_set_once_and_finishing_ends_with_going_back(
    talk: Talk, now: dt.datetime, later: dt.datetime
):
    timed = talk.timed(now)
    assert timed.timed(later) == timed
    assert (timed.finishing_since is not None) is (talk.stage is Stage.OUTCOME)
    assert (timed.talking_since is not None) is (talk.has_begun or talk.talking_since is not None)
    back = timed.back_in_script().timed(later)
    assert back.finishing_since is None
    assert back.finishing(reached=True).timed(later).finishing_since == later


_DEEDS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["time", "vote", "how"]), st.sampled_from(["yes", "no", "post"])),
        st.tuples(st.sampled_from(["hello", "vote"]), st.none()),
        st.just(("back", None)),
    ),
    max_size=12,
)


@given(_DEEDS)
@example([("hello", None), ("time", "post"), ("back", None)])
def test_whatever_pages_are_sent_in_whatever_order_every_answer_kept_lies_on_the_way(deeds):
    heard = Heard()
    for step, answer in deeds:
        if step == "back":
            heard = heard.stepped_back(SCRIPT)
        elif answer is None:
            heard = heard.went_on(SCRIPT, step)
        else:
            heard = heard.answered(SCRIPT, step, answer)
    walked = [node.id for node in heard.path(SCRIPT)]
    assert set(heard.answers) | set(heard.passed) <= set(walked)
    assert len(walked) == len(set(walked))
