"""The words that a campaign asks people to answer with: what it may set, and how that is kept.

Several answers may have the same word: a text says which of them it asks for. No word may be one by which
people say no, or may mean it: a no is always heard first, so such an answer would never be taken, and whoever
gave it would be out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from dialer.domain.errors import FieldError
from dialer.domain.inbound_cleaning import own_words, words
from dialer.domain.inbound_rules import HELP, OTHER, YES
from dialer.domain.inbound_text import classify
from dialer.domain.pledge import SUPPORTS, VOTING_METHODS
from dialer.domain.text_answers import USUAL, AnswerRule, Facts, compared

RULES_MAX: Final = 30
WORDS_MAX: Final = 20
WORD_MAX: Final = 40
LABEL_MAX: Final = 80
TAGS_MAX: Final = 10
TAG_MAX: Final = 80

A_NO: Final = "People say no with this word, or may mean it. Choose another."
ASKS_TO_BE_BACK: Final = "With this word people ask to get texts again. Choose another."
ASKS_FOR_HELP: Final = "With this word people ask who is writing. Choose another."
NO_WORD: Final = "Write a word with letters or digits."
TWICE: Final = "This word is in the list already."
NAMED_TWICE: Final = "Another answer has this name already."
NO_ANSWER: Final = "The campaign takes no answer of this name."
NOT_APART: Final = "Another of these answers has a word in common with it. One text asks for one of them."
SAYS_NOTHING: Final = "Say what this answer means: support, voting, that they voted or need a lift, or a tag."


@dataclass(frozen=True, slots=True)
class AnswerWords:
    """What a campaign takes from replies: with `usual` that somebody has voted and the scale from 1 to 5,
    besides rules of its own, which come first.
    """

    usual: bool = True
    own: tuple[AnswerRule, ...] = ()

    @property
    def rules(self) -> tuple[AnswerRule, ...]:
        """All of them, those of its own first."""
        return (*self.own, *(USUAL if self.usual else ()))

    def rules_asked(self, for_: Collection[str]) -> tuple[AnswerRule, ...]:
        """All of them in the order in which a reply is compared with them: those that our text asks for, the
        usual ones, then those of other texts of the campaign.
        """
        asked = tuple(rule for rule in self.own if rule.label in for_)
        others = tuple(rule for rule in self.own if rule.label not in for_)
        return (*asked, *(USUAL if self.usual else ()), *others)

    def told_apart(self, for_: Collection[str]) -> frozenset[str]:
        """Those of these answers that have no word in common: one text can ask for all of them."""
        asked = {rule.label: {*map(compared, rule.words)} for rule in self.own if rule.label in for_}
        often = Counter(word for words_of in asked.values() for word in words_of)
        return frozenset(label for label, said in asked.items() if all(often[word] == 1 for word in said))

    def faults_of_asking(self, for_: Sequence[str]) -> list[FieldError]:
        """Why one text can't ask for these answers."""
        known, apart = {rule.label for rule in self.own}, self.told_apart(for_)
        return [
            FieldError(f"/asks_for/{at}", NOT_APART if label in known else NO_ANSWER)
            for at, label in enumerate(for_)
            if label not in apart
        ]


def why_not_word(word: str) -> str | None:
    """Why people can't be asked to answer with this; None where they can."""
    plain = compared(word)
    if not plain or words(own_words(word)) != words(word):
        return NO_WORD
    if plain in HELP:
        return ASKS_FOR_HELP
    if plain in YES:
        return None
    klass = classify(word).klass
    if klass == "opt_in":
        return ASKS_TO_BE_BACK
    return A_NO if klass != OTHER else None


def checked(given: AnswerWords) -> AnswerWords | list[FieldError]:
    """The same with its words tidied; else all that is wrong with it."""
    own = tuple(_tidied(rule) for rule in given.own)
    faults = [*_faults(own)]
    return faults or AnswerWords(given.usual, own)


def stored(given: AnswerWords) -> dict[str, Any]:
    """As it is kept."""
    return {"usual": given.usual, "rules": [_kept(rule) for rule in given.own]}


def read_words(kept: Mapping[str, Any]) -> AnswerWords:
    """As it was kept; a campaign that never said anything takes the usual."""
    return AnswerWords(kept.get("usual", True), tuple(map(_read, kept.get("rules", ()))))


def _tidied(rule: AnswerRule) -> AnswerRule:
    facts = rule.facts
    tags = tuple(dict.fromkeys(tag for each in facts.tags if (tag := " ".join(each.split()))))
    return AnswerRule(
        " ".join(rule.label.split()),
        tuple(word for each in rule.words if (word := " ".join(each.split()))),
        replace(facts, tags=tags),
    )


def _faults(own: Sequence[AnswerRule]) -> Iterator[FieldError]:
    names: set[str] = set()
    for at, rule in enumerate(own):
        seen: set[str] = set()
        if not rule.label:
            yield FieldError(f"/rules/{at}/label", "Say what this answer is called.")
        elif rule.label in names:
            yield FieldError(f"/rules/{at}/label", NAMED_TWICE)
        names.add(rule.label)
        if not rule.words:
            yield FieldError(f"/rules/{at}/words", "Say with which words people give this answer.")
        if rule.facts.says_nothing:
            yield FieldError(f"/rules/{at}", SAYS_NOTHING)
        if rule.facts.support not in {None, *SUPPORTS}:
            yield FieldError(f"/rules/{at}/support", "Support is a number from 1 to 5.")
        if rule.facts.voting_method not in {None, *VOTING_METHODS}:
            yield FieldError(f"/rules/{at}/voting_method", "This is no way of voting.")
        for place, word in enumerate(rule.words):
            reason = TWICE if compared(word) in seen else why_not_word(word)
            if reason is not None:
                yield FieldError(f"/rules/{at}/words/{place}", f"“{word}”: {reason}")
            seen.add(compared(word))


def _kept(rule: AnswerRule) -> dict[str, Any]:
    return {
        "label": rule.label,
        "words": list(rule.words),
        "support": rule.facts.support,
        "voting_method": rule.facts.voting_method,
        "voted": rule.facts.voted,
        "tags": list(rule.facts.tags),
        "needs_lift": rule.facts.needs_lift,
    }


def _read(kept: Mapping[str, Any]) -> AnswerRule:
    lift = kept.get("needs_lift", False)
    facts = Facts(kept["support"], kept["voting_method"], kept["voted"], tuple(kept["tags"]), lift)
    return AnswerRule(kept["label"], tuple(kept["words"]), facts)
