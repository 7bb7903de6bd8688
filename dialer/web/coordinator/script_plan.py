"""What an answer of a script tells of somebody's plan to vote, as one choice of a form.

In the form a plan is a few words, such as `postal` or `lift 18:00`. The choices have one word each; what the
API put together stays as it is, as a choice of its own.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Final, TypedDict

from flask_babel import gettext

from dialer.domain.pledge import VOTING_METHODS
from dialer.domain.script import CLOCK, Answer
from dialer.web.rule_words import N_
from dialer.web.told_words import WAY
from dialer.web.words import clock

_FLAGS: Final[Mapping[str, tuple[str, bool]]] = {
    "lift": ("needs_lift", True),
    "no_lift": ("needs_lift", False),
    "id": ("id_ready", True),
    "no_id": ("id_ready", False),
}
FLAG_WORDS: Final[Mapping[tuple[str, bool], str]] = {
    ("needs_lift", True): N_("Needs a lift"),
    ("needs_lift", False): N_("Needs no lift"),
    ("id_ready", True): N_("Has ID ready"),
    ("id_ready", False): N_("Has no ID yet"),
}
_TIMES: Final = ("08:00", "12:30", "15:30", "18:00", "20:30")
"""Before work, at lunch, after school, after work, late: what people say when they are asked."""


class Plan(TypedDict):
    """What an answer says of a plan."""

    voting_method: str | None
    needs_lift: bool | None
    id_ready: bool | None
    planned_time: dt.time | None


def plan_text(answer: Answer) -> str:
    """The plan of an answer as the form has it."""
    flags = [word for word, (name, value) in _FLAGS.items() if getattr(answer, name) is value]
    time = [f"{answer.planned_time:%H:%M}"] if answer.planned_time else []
    return " ".join([*([answer.voting_method] if answer.voting_method else []), *flags, *time])


def plan_said(text: str) -> Plan:
    """What the form says; words that it hasn't are none."""
    words = text.split()
    said = dict(_FLAGS[word] for word in words if word in _FLAGS)
    return Plan(
        voting_method=next((word for word in words if word in VOTING_METHODS), None),
        needs_lift=said.get("needs_lift"),
        id_ready=said.get("id_ready"),
        planned_time=next((dt.time.fromisoformat(word) for word in words if re.fullmatch(CLOCK, word)), None),
    )


def plan_choices(present: str) -> list[tuple[str, str]]:
    """What an answer can say of a plan, what it says now among it."""
    single = ["", *VOTING_METHODS, *_FLAGS, *_TIMES]
    return [(one, plan_words(one)) for one in [*single, *([] if present in single else [present])]]


def plan_words(text: str) -> str:
    """A plan in words."""
    return ", ".join(map(_word, text.split())) or gettext("nothing")


def _word(word: str) -> str:
    if word in _FLAGS:
        return str(gettext(FLAG_WORDS[_FLAGS[word]]))
    if word in WAY:
        return str(gettext(WAY[word]))
    if re.fullmatch(CLOCK, word):
        return str(gettext("Votes about %(time)s", time=clock(dt.time.fromisoformat(word))))
    return word
