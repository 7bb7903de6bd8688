"""What a reply to our text tells, where that is certain: “VOTED”, “2”, or a word that the campaign asks for.

A reply is compared as every text to us is (`inbound_cleaning`), so quotes, signatures, emoji and a copy of
our own text don't matter. It is certain where the whole of it is one answer, given to a text of ours that
asked. Whatever else holds an answer (“1 or 2”, “I voted for nobody else”) is in doubt, with the reason: a
person looks, nobody guesses. Whether a text is a no is asked first, elsewhere, and always wins.
"""

from __future__ import annotations

import datetime as dt
import enum
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from dialer.domain.inbound_cleaning import own_words, words
from dialer.domain.inbound_text import without_ours

ANSWERED_WITHIN: Final = dt.timedelta(days=7)
"""For so long after our text a reply is its answer; later somebody looks."""
MENTIONED_AMONG: Final = 6
"""A number in a text of more words than this is a time or a house, and no answer in doubt either."""


class Doubt(enum.StrEnum):
    """Why an answer isn't taken by itself. The first that holds is named."""

    SEVERAL = "several"
    MORE_WORDS = "more_words"
    QUESTION = "question"
    SIGN = "sign"
    NOT_ASKED = "not_asked"
    OTHER_QUESTION = "other_question"
    """Our text names the word, and isn't said to ask what the campaign takes it for."""
    LATE = "late"
    IN_PERSON = "in_person"
    IN_REVIEW = "in_review"
    NOBODY = "nobody"
    SHARED = "shared"


@dataclass(frozen=True, slots=True)
class Facts:
    """What an answer says of a person. `tags` are put on them."""

    support: int | None = None
    voting_method: str | None = None
    voted: bool = False
    tags: tuple[str, ...] = ()
    needs_lift: bool = False

    @property
    def says_nothing(self) -> bool:
        """Whether nothing is learned from it."""
        return self == Facts()

    def about_the_same(self, other: Facts) -> bool:
        """Whether both answer one question, so that of one text only one of them can stand."""
        return (
            (self.support is not None and other.support is not None)
            or (self.voting_method is not None and other.voting_method is not None)
            or (self.voted and other.voted)
            or (self.needs_lift and other.needs_lift)
        )


NOTHING: Final = Facts()


@dataclass(frozen=True, slots=True)
class AnswerRule:
    """Words that people answer with, what they are called on pages, and what they say. The usual scale is
    `scale`: a number on it counts only where our text names both its ends.
    """

    label: str
    words: tuple[str, ...]
    facts: Facts
    scale: bool = False


_VOTED: Final = AnswerRule(
    "Voted",
    (
        *("voted", "i voted", "i have voted", "ive voted", "have voted", "already voted", "i already voted"),
        *("i have already voted", "ive already voted", "just voted", "ive just voted", "i have just voted"),
        *("wedi pleidleisio", "dwi wedi pleidleisio", "dw i wedi pleidleisio", "rydw i wedi pleidleisio"),
        *("wedi fotio", "dwi wedi fotio", "pleidleisiais", "pleidleisiais i"),
    ),
    Facts(voted=True),
)
_LIFT: Final = AnswerRule(
    "Needs a lift",
    (
        *("lift", "a lift", "need a lift", "need lift", "i need a lift", "i need lift", "id like a lift"),
        *("i would like a lift", "i will need a lift", "ill need a lift", "yes to a lift", "lift needed"),
        *(
            "lifft",
            "angen lifft",
            "dwi angen lifft",
            "dw i angen lifft",
            "rydw i angen lifft",
            "hoffwn lifft",
        ),
    ),
    Facts(needs_lift=True),
)
_SUPPORT: Final = ("Strong support", "Leaning to us", "Undecided", "Leaning against", "Against")
USUAL: Final = (
    _VOTED,
    _LIFT,
    *(
        AnswerRule(label, (str(support),), Facts(support=support), scale=True)
        for support, label in enumerate(_SUPPORT, 1)
    ),
)
"""What every campaign takes unless it says otherwise: that somebody has voted or needs a lift, and the
scale from 1 to 5.
"""

_SPELT: Final[Mapping[str, str]] = {
    **dict.fromkeys(("one", "un"), "1"),
    **dict.fromkeys(("two", "dau", "dwy"), "2"),
    **dict.fromkeys(("three", "tri", "tair"), "3"),
    **dict.fromkeys(("four", "pedwar", "pedair"), "4"),
    **dict.fromkeys(("five", "pump"), "5"),
}
_COURTESY: Final = frozenset(
    {"please", "pls", "plz", "thanks", "thankyou", "thx", "ok", "okay", "hi", "hello", "hey", "cheers", "yes"}
    | {"yep", "yeah", "diolch", "plis", "helo", "ydw", "do", "x", "xx", "xxx"}
)
"""Said beside an answer without changing it."""
_LEADS: Final = (
    *("my answer is", "the answer is", "answer is", "answer", "option", "number", "rhif", "ateb"),
    *("i would say", "id say", "i am a", "im a", "i am", "im", "its a", "its", "definitely", "defo"),
)
_KEYCAP: Final = re.compile("([0-9])\ufe0f?\u20e3")
_SCALE: Final = re.compile(
    r"(?<![\d.,:/£$€+])1\b(?:\s*[-–—]\s*|[^\d\n.]{0,60}?\b(?:to|through|i|hyd)\s+)5\b"
    r"(?![:.,/]?\d|\s*(?:[ap]\.?m|o.?clock|yh|yp|%|mins?|minutes|miles?|days?|hours?|weeks?)\b)",
    re.IGNORECASE,
)
"""“1 to 5”, “1–5”, “1 (surely) to 5 (never)”; not “1-5pm”."""
_QUESTION: Final = frozenset("?؟？")
_AGAINST: Final = frozenset("👎❌✖❎🚫🙅🖕😡🤬🤮💩✗✘🤔🙄")


_Phrase = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """The last text of ours that people read as from us, at the moment it went. `in_person`: one of us wrote
    it to this person, so that nobody but a reader knows what was asked. `for_` names the campaign's own
    answers that it asks for.
    """

    text: str = field(repr=False)
    at: dt.datetime
    in_person: bool = False
    for_: frozenset[str] = frozenset()

    @property
    def numbers(self) -> frozenset[str]:
        """The numbers that it names."""
        return frozenset(word for word in compared(self.text).split() if word.isdigit())

    @property
    def has_scale(self) -> bool:
        """Whether it asks for a number from 1 to 5."""
        return _SCALE.search(_digits(self.text)) is not None or set("12345") <= self.numbers


@dataclass(frozen=True, slots=True)
class Heard:
    """The answers in a reply: one that is certain where there is no `doubt`."""

    rules: tuple[AnswerRule, ...]
    doubt: Doubt | None = None


_Found = dict[AnswerRule, _Phrase]
"""Answers by the rule that has them, with the words that were said for it."""


def hear(body: str, rules: Sequence[AnswerRule], asked: Asked | None, at: dt.datetime) -> Heard | None:
    """The answers that a text holds, written at that moment; None where it holds none. Of two rules with the
    same word the first has it.
    """
    table = _table(rules)
    own = own_words(_digits(body))
    if tuple(words(own).split()) not in table:
        own = without_ours(own, asked.text if asked is not None else None)
    found, rest = _found(words(own).split(), table)
    if not found:
        return None
    return Heard(tuple(found), _doubt(own, found, rest, asked, at))


def _doubt(text: str, found: _Found, rest: list[str], asked: Asked | None, at: dt.datetime) -> Doubt | None:
    doubts = {
        Doubt.SEVERAL: len(found) > 1,
        Doubt.MORE_WORDS: bool(rest),
        Doubt.QUESTION: bool(_QUESTION & set(text)),
        Doubt.SIGN: bool(_AGAINST & set(text)),
        Doubt.NOT_ASKED: asked is None or not _is_offered(found, asked),
        Doubt.IN_PERSON: asked is not None and asked.in_person,
        Doubt.OTHER_QUESTION: asked is not None and _is_of_another(found, asked),
        Doubt.LATE: asked is not None and at - asked.at > ANSWERED_WITHIN,
    }
    return next((doubt for doubt, holds in doubts.items() if holds), None)


def _is_offered(found: _Found, asked: Asked) -> bool:
    """A number is an answer only to a text that names it: without that, “2” may be how many are coming. So is
    a campaign's own word, or another for the same: “yes” may be to anything, “lift” too. That somebody has
    voted means the same whatever was asked.
    """
    rule, phrase = next(iter(found.items()))
    if all(word.isdigit() for word in phrase):
        return asked.has_scale if rule.scale else asked.numbers.issuperset(phrase)
    return rule is _VOTED or rule.scale or names_word_of(rule, asked.text)


def _is_of_another(found: _Found, asked: Asked) -> bool:
    """“Reply YES” may ask for anything: what a campaign takes YES for is meant only where the text is said to
    ask for that. The usual answers mean the same whatever asked for them.
    """
    rule = next(iter(found))
    return rule not in USUAL and rule.label not in asked.for_


def names_word_of(rule: AnswerRule, text: str) -> bool:
    """Whether a text of ours names a word that people give this answer with; numbers aside."""
    named = f" {compared(text)} "
    said = (word for word in map(compared, rule.words) if not word.replace(" ", "").isdigit())
    return any(f" {word} " in named for word in said)


def _table(rules: Sequence[AnswerRule]) -> dict[_Phrase, AnswerRule]:
    table: dict[_Phrase, AnswerRule] = {}
    for rule in rules:
        for word in rule.words:
            table.setdefault(tuple(compared(word).split()), rule)
    return table


def compared(word: str) -> str:
    """A word in the form in which texts are compared."""
    return words(_digits(word))


def _found(said: list[str], table: Mapping[_Phrase, AnswerRule]) -> tuple[_Found, list[str]]:
    """The answers among these words, and the words that are neither one nor a courtesy."""
    said = _spelt(said, table)
    longest = max((len(phrase) for phrase in table), default=0)
    found: _Found = {}
    rest: list[str] = []
    place = 0
    while place < len(said):
        size = next((n for n in range(longest, 0, -1) if tuple(said[place : place + n]) in table), 0)
        phrase = tuple(said[place : place + size])
        if size and (len(said) <= MENTIONED_AMONG or not all(word.isdigit() for word in phrase)):
            found[table[phrase]] = phrase
        else:
            rest.append(said[place])
        place += size or 1
    return found, _without_courtesy(rest)


def _spelt(said: list[str], table: Mapping[_Phrase, AnswerRule]) -> list[str]:
    """“two, thanks” as “2”, where nothing but a courtesy stands beside it."""
    number = _SPELT.get(" ".join(_without_courtesy(said)))
    if number is None or (number,) not in table or any((word,) in table for word in said):
        return said
    return [number]


def _without_courtesy(said: list[str]) -> list[str]:
    left = [word for word in " ".join(said).replace("thank you", "thankyou").split() if word not in _COURTESY]
    text = " ".join(left)
    lead = next((lead for lead in _LEADS if text == lead or text.startswith(f"{lead} ")), "")
    return text[len(lead) :].split()


def _digits(text: str) -> str:
    """Keycaps (1️⃣) and the digits of every script as 1 to 9."""
    plain = _KEYCAP.sub(r" \1 ", text)
    return "".join(
        str(digit) if (digit := unicodedata.decimal(sign, None)) is not None else sign for sign in plain
    )
