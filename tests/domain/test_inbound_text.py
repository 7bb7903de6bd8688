"""What inbound texts ask of us: a table as people write, and that padding and quoting change nothing."""

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from dialer.domain.inbound_rules import HELP, KEYWORDS, OPT_IN_KEYWORDS, RULES
from dialer.domain.inbound_text import Classified, classify, footer_keywords
from dialer.domain.texting import INBOUND_CLASSES
from tests.domain import inbound_texts as texts

OURS = "Hi Siân, it's Tom from Green Aber. Can we count on your vote on Thursday? Reply STOP to opt out"


@pytest.mark.parametrize("body", texts.OPT_OUT)
def test_who_says_no_is_heard(body):
    assert classify(body).klass == "opt_out"


@pytest.mark.parametrize("body", texts.REVIEW)
def test_who_may_mean_no_is_looked_at(body):
    assert classify(body).klass == "review"


@pytest.mark.parametrize("body", texts.OPT_IN)
def test_who_says_start_is_back(body):
    assert classify(body) == Classified("opt_in", "keyword")


@pytest.mark.parametrize("body", texts.OTHER)
def test_all_else_is_other(body):
    assert classify(body).klass == "other"


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        ("STOP", "keyword"),
        ("STOP\nSent from my iPhone", "keyword_signed"),
        ("STOPPPP", "keyword_stressed"),
        ("STOP, wrong person", "keyword_stressed"),
        ("Reply STOP to opt out", "footer_echo"),
        ("could you stop these texts", "stop_texting"),
        ("st op", "damaged_keyword"),
        ("🛑", "stop_sign"),
        ("Liked “Reply STOP to opt out”", "quoted"),
        ("HELP", "help"),
        ("info", "help"),
        ("", "no_words"),
        ("which stop do I get off at?", "a_place_or_way"),
        ("I quit smoking", "of_oneself"),
        ("not interested in any of this", "no_interest"),
        ("Stop the cuts", "word_in_doubt"),
    ],
)
def test_the_rule_that_fired_is_named(body, rule):
    assert classify(body).rule == rule


def test_every_rule_has_a_text_in_the_table_and_a_class():
    fired = {classify(body).rule for table in _TABLES for body in table}
    assert {rule.name for rule in RULES} - fired <= {"another_opt_out"}
    assert classify("We are opting out of the union").rule in {"another_opt_out", "word_in_doubt"}
    assert {rule.klass for rule in RULES} <= set(INBOUND_CLASSES)
    assert len({rule.name for rule in RULES}) == len(RULES)


_TABLES = (texts.OPT_OUT, texts.REVIEW, texts.OPT_IN, texts.OTHER)


@pytest.mark.parametrize(
    ("ours", "body", "klass", "rule"),
    [
        ("Reply LEAVE to opt out", "leave", "opt_out", "footer_keyword"),
        ("Text NO to 60777 to unsubscribe.", "No!", "opt_out", "footer_keyword"),
        ("To stop these texts reply 2", "2", "opt_out", "footer_keyword"),
        ("I optio allan, atebwch DIM", "dim", "opt_out", "footer_keyword"),
        ("Reply START to opt out", "start", "opt_in", "keyword"),
        ("Reply YES to join, LEAVE to opt out", "yes", "other", "nothing"),
        ("STOP", "stop", "opt_out", "keyword"),
        (OURS, OURS, "other", "our_words_back"),
        (OURS, OURS.upper(), "other", "our_words_back"),
        (OURS, f"{OURS}\nYes I will", "other", "nothing"),
        (OURS, f"{OURS} stop", "opt_out", "keyword_stressed"),
        (OURS, "Reply STOP to opt out", "opt_out", "footer_echo"),
        (OURS, "STOP to opt out", "opt_out", "footer_echo"),
        (OURS, "Yes. Can we count on your vote on Thursday? Of course", "other", "nothing"),
    ],
)
def test_what_we_sent_last_counts(ours, body, klass, rule):
    assert classify(body, our_last_text=ours) == Classified(klass, rule)


def test_yes_is_a_yes_only_from_who_opted_out_by_text():
    assert classify("Yes 👍", opted_out_by_text=True) == Classified("opt_in", "yes_after_opt_out")
    assert classify("Yes").klass == "other"
    assert classify("Yes please", opted_out_by_text=True).klass == "other"


def test_a_copy_of_our_text_of_which_we_know_nothing_is_looked_at():
    assert classify(OURS) == Classified("review", "footer_in_text")


def test_the_words_that_a_footer_names():
    assert footer_keywords(OURS) == {"stop"}
    assert footer_keywords("Vote on Thursday") == frozenset()


_PADDING = st.text(
    alphabet=" \n\t.,!?*'\"()…-_~👍🛑🙏❤️🏴\U000e0067\U000e0062\U000e007f\u200b\u200d\ufeff\u00ad\u2060\u0301",
    max_size=8,
)
_UNSEEN = st.text(alphabet="\u200b\u200c\u200d\ufeff\u00ad\u2060\u034f\ufe0f\u0301\u0308", max_size=2)


@st.composite
def _disguised(draw: st.DrawFn) -> tuple[str, str]:
    keyword = draw(st.sampled_from(sorted(KEYWORDS | OPT_IN_KEYWORDS | HELP)))
    letters = [
        draw(st.sampled_from([letter, letter.upper(), _wide(letter)])) + draw(_UNSEEN) for letter in keyword
    ]
    return keyword, draw(_PADDING) + "".join(letters) + draw(_PADDING)


def _wide(letter):
    return chr(ord(letter) + 0xFEE0) if letter.isalpha() else letter


@pytest.mark.parametrize("body", ["No, don't", "no please don't", "Na, peidiwch diolch", "Nope. Do not!"])
def test_a_no_to_a_question_of_ours_is_an_answer(body):
    asked = "Hi Siân, shall we fetch you on Thursday? Reply STOP to opt out"
    assert classify(body, our_last_text=asked) == Classified("other", "answers_no")
    assert classify(body).klass == "review"
    for ours in (
        "Vote on Thursday. Reply STOP to opt out",
        "May we text you again? Reply STOP to opt out",
        "Shall we fetch you? Or would you rather not hear from us?",
    ):
        assert classify(body, our_last_text=ours).klass == "review"
    assert classify("No, don't text me", our_last_text=asked).klass == "opt_out"
    assert classify("No, don't. STOP", our_last_text=asked).klass == "opt_out"


@pytest.mark.parametrize(
    "ours",
    [
        "See https://example.org/a?b=1 to pledge. Reply STOP to end",
        "See https://example.org/pledge? Reply STOP to end",
        "See example.org/a?b=1 to pledge",
        "See www.example.org/? to pledge",
        "Pledge at example.org?from=text",
        "Hi, it is Sam. Can we talk?",
        "Would you like to chat about the election?",
        "Would you like to chat\nabout the election?",
        "Can we talk, Dr. Jones?",
        "Can we call at 7.30 p.m. on Friday?",
        "May somebody visit you? Vote on Thursday.",
        "Shall we send a volunteer?",
        "Shall we knock on your door?",
        "Could we come by?",
        "Shall we remind you on the day?",
        "Can we talk?!",
        "Shall we fetch you? And may we speak before (about the weather?)",
        "A gawn ni sgwrs?",
        "A gawn ni siarad â chi?",
        "A gawn ni alw heibio?",
        "Ga i anfon rhagor atoch?",
        "A gawn ni ymweld â chi?",
    ],
)
@pytest.mark.parametrize("body", ["No. Don't", "no do not", "No please don't", "Na, peidiwch"])
def test_a_no_to_being_in_touch_waits_for_a_person(ours, body):
    assert classify(body, our_last_text=ours).klass == "review"


@pytest.mark.parametrize(
    "ours",
    [
        "Shall we fetch you? See https://example.org/a?b=1",
        "See www.example.org. Shall we fetch you at 7.30?",
        "“Shall we fetch you?” Reply STOP to end",
        "Hi Siân\nShall we fetch you?\nReply STOP to end",
        "Shall we fetch you?! Vote on Thursday.",
        "A wnawn ni eich nôl?",
    ],
)
def test_a_no_to_another_question_is_an_answer_still(ours):
    assert classify("No, don't", our_last_text=ours) == Classified("other", "answers_no")


@pytest.mark.parametrize(
    "doubtful", [*texts.DOUBTED, "Please don't exclude me", "Please exclude my number plate"]
)
@pytest.mark.parametrize(
    "no", ["STOP", "please stop texting me", "take me off your list", "dim mwy o negeseuon"]
)
def test_a_clear_no_beside_words_in_doubt_is_heard(doubtful, no):
    assert classify(f"{doubtful}. {no}").klass == "opt_out"
    assert classify(f"{no}! {doubtful}").klass == "opt_out"


@given(st.sampled_from(texts.DOUBTED), _PADDING)
def test_words_in_doubt_wait_for_a_person_however_they_stand(doubtful, padding):
    assert classify(f"{padding}{doubtful.upper()}{padding}").klass == "review"


@given(_disguised())
def test_padding_never_changes_what_a_keyword_means(pair):
    keyword, body = pair
    assert classify(body).klass == classify(keyword).klass


_OUR_TEXTS = st.one_of(
    st.just(OURS),
    st.text(max_size=160).map(lambda text: f"{text} Reply STOP to opt out"),
    st.sampled_from(texts.OPT_OUT).map(lambda text: f"Please stop by on Thursday. {text}"),
)
_WAYS_TO_QUOTE = st.sampled_from(
    [
        lambda text: f"Liked “{text}”",
        lambda text: f'Loved "{text}"',
        lambda text: f"Disliked “{text}”",
        lambda text: f"👍 to “ {text} ”",
        lambda text: f"\u200b❤️\u200b to “\u200b{text}\u200b”",
        lambda text: "\n".join(f"> {line}" for line in text.splitlines()),
        lambda text: f"On Thu, 7 May 2026 at 10:01, Green Aber wrote:\n{text}",
    ]
)


@given(_OUR_TEXTS, _WAYS_TO_QUOTE)
def test_a_quoted_copy_of_our_own_text_is_never_an_opt_out(ours, quote):
    assume("”" not in ours and '"' not in ours and "\n>" not in ours)
    assert classify(quote(ours)).klass == "other"
    assert classify(quote(ours), our_last_text=ours).klass == "other"


@given(_OUR_TEXTS, _WAYS_TO_QUOTE, st.sampled_from(sorted(KEYWORDS)))
def test_a_keyword_above_a_quotation_is_heard(ours, quote, keyword):
    assume("”" not in ours and '"' not in ours)
    assert classify(f"{keyword}\n\n> {OURS}\n").klass == "opt_out"


@given(st.text(max_size=300), st.none() | st.text(max_size=200))
@example("“" * 50, OURS)
@example("please " * 230, None)
@example("stop again to " * 110, None)
def test_anything_at_all_falls_into_one_of_the_classes(body, ours):
    assert classify(body, our_last_text=ours).klass in INBOUND_CLASSES


@given(st.lists(st.sampled_from(" ".join(texts.OPT_OUT + texts.OTHER).split()), max_size=230))
def test_no_text_takes_long(said):
    classify(" ".join(said), our_last_text=OURS)
