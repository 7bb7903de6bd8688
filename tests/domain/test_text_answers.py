"""What a reply tells, where that is certain; and the words that a campaign may ask for."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dialer.domain.answer_words import AnswerWords, checked, read_words, stored, why_not_word
from dialer.domain.inbound_text import classify
from dialer.domain.text_answers import USUAL, AnswerRule, Asked, Doubt, Facts, hear
from tests.conftest import NOON
from tests.examples import cases, examples

SCALE = "How likely are you to vote for us, from 1 (certain) to 5 (never)? Reply STOP to opt out"
POSTER = AnswerRule("Poster", ("POSTER", "a poster", "1"), Facts(tags=("poster",)))
YES = AnswerRule("Coming", ("yes", "I'll be there"), Facts(support=1))
OWN = (POSTER, YES, *USUAL)


def told(body: str, asked: str | None = SCALE, rules=USUAL, **when: Any) -> tuple[list[str], Doubt | None]:
    """The names of the answers in a reply a minute later to a text that asks for all, and the doubt."""
    when = {"for_": frozenset(rule.label for rule in rules), **when}
    question = Asked(asked, NOON, **when) if asked is not None else None
    heard = hear(body, rules, question, NOON + dt.timedelta(minutes=1))
    return ([], None) if heard is None else ([rule.label for rule in heard.rules], heard.doubt)


@pytest.mark.parametrize(
    ("body", "label"),
    cases(
        [
            ("VOTED", "Voted"),
            ("voted!", "Voted"),
            ("Voted 👍🏽", "Voted"),
            ("I’ve voted, thanks", "Voted"),
            ("I HAVE ALREADY VOTED", "Voted"),
            ("ｖｏｔｅｄ", "Voted"),
            ("Voted\n\nSent from my iPhone", "Voted"),
            ("> Have you voted?\nVoted", "Voted"),
            ("Wedi pleidleisio, diolch", "Voted"),
            ("Voted. Voted!", "Voted"),
            ("1", "Strong support"),
            (" 2. ", "Leaning to us"),
            ("3️⃣", "Undecided"),
            ("٤", "Leaning against"),
            ("five", "Against"),
            ("Two, thank you x", "Leaning to us"),
            ("I'm a 2", "Leaning to us"),
            ("tri", "Undecided"),
            (f"“{SCALE}” 4", "Leaning against"),
        ],
        quick=6,
    ),
)
def test_a_certain_answer_is_taken_however_it_is_written(body: str, label: str):
    assert told(body) == ([label], None)


@pytest.mark.parametrize(
    ("body", "doubt"),
    cases(
        [
            ("1 or 2", Doubt.SEVERAL),
            ("1-2", Doubt.SEVERAL),
            ("voted 1", Doubt.SEVERAL),
            ("I voted for nobody else", Doubt.MORE_WORDS),
            ("haven't voted yet", Doubt.MORE_WORDS),
            ("not a 1", Doubt.MORE_WORDS),
            ("you voted", Doubt.MORE_WORDS),
            ("voted?", Doubt.QUESTION),
            ("2؟", Doubt.QUESTION),
            ("1 👎", Doubt.SIGN),
        ],
        quick=4,
    ),
)
def test_what_may_be_one_is_in_doubt_with_the_reason(body: str, doubt: Doubt):
    assert told(body)[1] is doubt


@pytest.mark.parametrize(
    "body",
    cases(
        ["", "👍", "10", "7", "hello", "Loved “VOTED”", "see you there at 1 with two of the kids"], quick=3
    ),
)
def test_what_holds_no_answer_says_nothing(body: str):
    assert told(body) == ([], None)


@pytest.mark.parametrize(
    ("asked", "doubt"),
    cases(
        [
            (SCALE, None),
            ("Text 1-5 back", None),
            ("1 = yes, 2 = likely, 3 = perhaps, 4 = hardly, 5 = no", None),
            ("Faint 1 i 5?", None),
            ("Come on 5 May, 1 Mill Lane", Doubt.NOT_ASKED),
            ("Drop in today, 1-5pm", Doubt.NOT_ASKED),
            ("Reply 1 for a poster, 2 for none", Doubt.NOT_ASKED),
            ("Polls are open", Doubt.NOT_ASKED),
            (None, Doubt.NOT_ASKED),
        ],
        quick=4,
    ),
)
def test_a_number_answers_only_a_text_that_asked_for_one(asked: str | None, doubt: Doubt | None):
    assert told("1", asked) == (["Strong support"], doubt)


@pytest.mark.parametrize(
    ("body", "asked", "doubt"),
    [
        ("LIFT", "Polls are open. Need one? Reply LIFT", None),
        ("I need a lift please", "Polls are open. Need one? Reply LIFT", None),
        ("Angen lifft", "Angen lifft? Atebwch LIFFT", None),
        ("LIFT", "Polls are open until 10", Doubt.NOT_ASKED),
        ("I don't need a lift", "Polls are open. Need one? Reply LIFT", Doubt.MORE_WORDS),
        ("Can I have a lift?", "Polls are open. Need one? Reply LIFT", Doubt.MORE_WORDS),
    ],
)
def test_a_lift_is_taken_where_our_text_offered_one(body: str, asked: str, doubt: Doubt | None):
    assert told(body, asked) == (["Needs a lift"], doubt)


def test_who_asked_and_how_long_ago_counts():
    assert told("VOTED", in_person=True) == (["Voted"], Doubt.IN_PERSON)
    week = Asked(SCALE, NOON - dt.timedelta(days=7, minutes=1))
    late = hear("VOTED", USUAL, week, NOON)
    assert late is not None
    assert late.doubt is Doubt.LATE


def test_a_campaigns_own_words_come_first():
    assert told("poster please", "Reply POSTER for one", OWN) == (["Poster"], None)
    assert told("a poster", "Reply “poster”!", OWN) == (["Poster"], None)
    assert told("Ill be there", "Coming? Reply Yes.", OWN) == (["Coming"], None)
    for reply, asked in (("poster", "Want one? Or posters? Reply 1"), ("Yes", "Can you deliver leaflets?")):
        assert told(reply, asked, OWN)[1] is Doubt.NOT_ASKED
    assert told("VOTED", "Can you deliver leaflets?", OWN) == (["Voted"], None)
    assert told("1", "Reply 1 for a poster", OWN) == (["Poster"], None)
    assert told("1", "Want one?", OWN) == (["Poster"], Doubt.NOT_ASKED)
    assert told("yes 2", SCALE, OWN) == (["Coming", "Leaning to us"], Doubt.SEVERAL)
    assert told("Voted", SCALE, ()) == ([], None)


@pytest.mark.parametrize(
    "word",
    cases(
        [
            *(
                "STOP",
                "stop it please",
                "Leave me alone",
                "st op",
                "unsubscribe",
                "not interested",
                "opt-out",
            ),
            *("wrong number", "START", "help", "INFO", "👍", "  ", "stopiwch", "S T O P"),
        ],
        quick=5,
    ),
)
def test_no_word_may_mean_no_or_ask_for_anything_else(word: str):
    assert why_not_word(word) is not None


def test_faults_of_words_name_their_places():
    rules = (
        AnswerRule("Poster", ("POSTER", "STOP"), Facts(tags=("poster",))),
        AnswerRule(" ", ("poster!",), Facts()),
        AnswerRule("Odd", (), Facts(support=9, voting_method="fax")),
    )
    found = checked(AnswerWords(own=rules))
    assert isinstance(found, list)
    assert [fault.pointer for fault in found] == [
        *("/rules/0/words/1", "/rules/1/label", "/rules/1"),
        *("/rules/2/words", "/rules/2/support", "/rules/2/voting_method"),
    ]


def test_a_word_may_belong_to_several_answers_whose_names_differ():
    vote = AnswerRule("Votes for us", ("YES", "yes!"), Facts(support=1))
    coming = AnswerRule("Coming", ("yes", "count me in"), Facts(tags=("coming",)))
    found = checked(AnswerWords(own=(vote, coming, coming)))
    assert isinstance(found, list)
    assert [fault.pointer for fault in found] == ["/rules/0/words/1", "/rules/2/label"]


VOTE = AnswerRule("Votes for us", ("YES",), Facts(support=1))
COMING = AnswerRule("Coming", ("yes", "count me in"), Facts(tags=("coming",)))
LIFT = AnswerRule("Lift", ("lift",), Facts(tags=("lift",)))
TAKEN = AnswerWords(own=(VOTE, COMING, LIFT))


@pytest.mark.parametrize(
    ("for_", "said", "label", "doubt"),
    cases(
        [
            (["Votes for us"], "yes", "Votes for us", None),
            (["Coming"], "yes", "Coming", None),
            (["Coming", "Lift"], "lift", "Lift", None),
            ([], "yes", "Votes for us", Doubt.OTHER_QUESTION),
            (["Lift"], "yes", "Votes for us", Doubt.OTHER_QUESTION),
            (["Votes for us", "Coming"], "yes", "Votes for us", Doubt.OTHER_QUESTION),
            (["Renamed"], "yes", "Votes for us", Doubt.OTHER_QUESTION),
            ([], "voted", "Voted", None),
        ],
        quick=5,
    ),
)
def test_a_campaigns_word_means_what_the_text_asked_for(
    for_: list[str], said: str, label: str, doubt: Doubt | None
):
    apart = TAKEN.told_apart(for_)
    asked = Asked("Reply YES, or LIFT for a lift. VOTED already?", NOON, for_=apart)
    heard = hear(said, TAKEN.rules_asked(apart), asked, NOON)
    assert heard is not None
    assert ([rule.label for rule in heard.rules], heard.doubt) == ([label], doubt)


def test_one_text_asks_only_for_what_can_be_told_apart():
    assert TAKEN.faults_of_asking(["Votes for us", "Lift"]) == []
    faults = TAKEN.faults_of_asking(["Votes for us", "Lift", "Coming", "Nobody’s"])
    assert [fault.pointer for fault in faults] == ["/asks_for/0", "/asks_for/2", "/asks_for/3"]


def test_words_are_tidied_and_kept():
    given_ = AnswerWords(False, (AnswerRule(" A  poster", (" POSTER ", ""), Facts(tags=("p", "p", " "))),))
    tidy = checked(given_)
    assert tidy == AnswerWords(False, (AnswerRule("A poster", ("POSTER",), Facts(tags=("p",))),))
    assert isinstance(tidy, AnswerWords)
    assert read_words(stored(tidy)) == tidy
    assert read_words({}) == AnswerWords()


_WORDS = st.text(st.sampled_from("abcdeopst 12’é.👍"), min_size=1, max_size=12)


@settings(max_examples=examples(100), deadline=None)
@given(
    word=_WORDS, around=st.sampled_from(["{}", "{}!", " {} ", "{}\n\nSent from my iPhone", "“{}”", "{} 😀"])
)
def test_an_allowed_word_is_never_a_no_and_is_heard(word: str, around: str):
    assume(why_not_word(word) is None)
    reply = around.format(word)
    assert classify(reply).klass not in {"opt_out", "review", "opt_in"}
    names, doubt = told(reply, f"Reply {word}", (AnswerRule("It", (word,), Facts(voted=True)),))
    assert (names, doubt) == (["It"], None)


@settings(max_examples=examples(100), deadline=None)
@given(st.lists(st.sampled_from(["voted", "1", "2", "poster", "yes", "not", "xyz", "thanks"]), max_size=5))
def test_two_answers_or_any_other_word_are_never_certain(said: list[str]):
    asked = Asked(f"{SCALE}. Or reply 1", NOON, for_=frozenset({"Poster", "Coming"}))
    heard = hear(" ".join(said), OWN, asked, NOON)
    if heard is not None and heard.doubt is None:
        assert len(heard.rules) == 1
        assert not {"not", "xyz"} & set(said)
        same = {"1": "poster"}
        assert len({same.get(word, word) for word in said} & {"voted", "2", "poster", "yes"}) == 1
