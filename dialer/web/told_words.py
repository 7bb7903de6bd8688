"""What a conversation told, in words: its answers, who has the number, what can be written down by hand."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from flask_babel import gettext

from dialer.domain.text_answers import USUAL, Facts
from dialer.services.context import Context
from dialer.services.messaging.answer_recording import AnswerView, conversation_answers
from dialer.web.rule_words import N_

ANSWER_LABEL: Final[Mapping[str, str]] = {
    "Voted": N_("Voted"),
    "Needs a lift": N_("Needs a lift"),
    "Strong support": N_("Strong support"),
    "Leaning to us": N_("Leaning to us"),
    "Undecided": N_("Undecided"),
    "Leaning against": N_("Leaning against"),
    "Against": N_("Against"),
}
"""The usual answers by their names; those of a campaign are called as it calls them."""
WAY: Final[Mapping[str, str]] = {
    "in_person": N_("At the station"),
    "postal": N_("By post"),
    "proxy": N_("By proxy"),
}
DOUBT: Final[Mapping[str, str]] = {
    "several": N_("it holds more than one answer"),
    "more_words": N_("other words stand beside it"),
    "question": N_("it asks"),
    "sign": N_("a sign beside it may mean the opposite"),
    "not_asked": N_("our text didn’t ask for it"),
    "other_question": N_("our text names this word, and may have asked something else with it"),
    "late": N_("our text is more than a week old"),
    "in_person": N_("one of us had written in person"),
    "in_review": N_("they may have asked us to stop"),
    "nobody": N_("nobody is known to have this number"),
    "shared": N_("several people have this number"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One answer as the page tells it: what, and how it came to stand or why it is in doubt."""

    id: uuid.UUID
    words: str
    taken: bool
    at: dt.datetime
    why: str


@dataclass(frozen=True, slots=True)
class ToldShown:
    """What a conversation told: its answers, who has the number (`who` was said, or is alone), and the
    answers that can be written down by hand.
    """

    lines: list[Line]
    people: list[tuple[str, str]]
    who: str
    labels: list[tuple[str, str]]

    @property
    def is_known(self) -> bool:
        """Whether somebody is known to write, so that an answer can be theirs."""
        return bool(self.who) or len(self.people) == 1


def told_shown(ctx: Context, conversation_id: uuid.UUID) -> ToldShown:
    """What the page of a conversation needs (`components/answers.html`)."""
    told = conversation_answers(ctx, conversation_id)
    labels = dict.fromkeys(rule.label for rule in (*told.words.own, *USUAL))
    shared = len(told.people) > 1
    return ToldShown(
        [_line(one, shared=shared) for one in told.answers],
        [(str(one.id), one.name) for one in told.people],
        str(told.contact_id) if told.contact_id and told.is_said else "",
        [(label, answer_words(label)) for label in labels],
    )


def answer_words(label: str) -> str:
    """What an answer is called: the usual ones in the reader's language."""
    return str(gettext(ANSWER_LABEL[label])) if label in ANSWER_LABEL else label


def _line(one: AnswerView, *, shared: bool) -> Line:
    taken = one.state == "taken"
    words = answer_words(one.label) or facts_words(one.facts)
    if not taken:
        return Line(one.id, words, taken, one.at, str(gettext(DOUBT[one.doubt])) if one.doubt else "")
    by = gettext("by %(name)s", name=one.by_name) if one.by_name else gettext("by itself")
    return Line(one.id, words, taken, one.at, f"{by} · {one.contact_name}" if shared else str(by))


def facts_words(facts: Facts) -> str:
    """How somebody voted or means to, by what they said: of an answer that has no name, or of a pledge."""
    usual = [
        answer_words(rule.label)
        for rule in USUAL
        if (rule.facts.voted and facts.voted)
        or (rule.facts.needs_lift and facts.needs_lift)
        or (rule.facts.support is not None and rule.facts.support == facts.support)
    ]
    way = [str(gettext(WAY[facts.voting_method]))] if facts.voting_method else []
    return ", ".join([*usual, *way])
