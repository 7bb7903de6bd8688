"""Answering people by text: what waits for an answer, who takes it, why it is handed over (contract §7)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from dialer.domain.errors import ValidationFailed
from dialer.domain.inbound_rules import OTHER, REVIEW

FRIGHTENED: Final = "frightened"
HANDOVER_REASONS: Final = (FRIGHTENED, "question", "complaint", "distress", "press", "other")
"""Why somebody hands a conversation to a coordinator. Nobody is ever blamed for it."""


class Line(StrEnum):
    """What those in a line wait for."""

    ANSWER = "answer"
    COORDINATOR = "coordinator"
    REVIEW = "review"
    """For somebody to say whether they wrote a no."""
    BLOCKED = "blocked"
    """Nothing: they are kept to be looked at."""


PASS_FOR: Final = dt.timedelta(hours=1)
"""For so long somebody isn't offered again whom they gave back."""

HOLD_FOR_S: Final = 600
"""For how many seconds a conversation stays with whoever took it, unless the installation says otherwise."""
AT_ONCE: Final = 5
"""How many that wait for an answer one person may have taken, unless the installation says otherwise."""

TAGS_MOST: Final = 20
TAG_LONGEST: Final = 60
NOTE_LONGEST: Final = 2000

AUTOMATIC: Final = "automatic"
"""The rule of a letter that a machine wrote by itself, as for somebody on holiday."""
_BY_ITSELF: Final = frozenset({"quoted", "our_words_back", AUTOMATIC})
"""What a phone sends by itself when somebody likes a text, and a mail server while somebody is away."""


def wants_answer(klass: str, rule: str) -> bool:
    """Whether a person waits for an answer to a text that was read so: not whoever said yes or no by a
    keyword, nor a copy of our own words, nor a machine.
    """
    return klass in (OTHER, REVIEW) and rule not in _BY_ITSELF


def read_tags(tags: Iterable[str]) -> list[str]:
    """Tags without the spaces around them, each once, in their order; `ValidationFailed` where they are too
    many or too long.
    """
    found = list(dict.fromkeys(" ".join(tag.split()) for tag in tags if tag.strip()))
    if len(found) > TAGS_MOST:
        raise ValidationFailed.at("/tags", f"A conversation has at most {TAGS_MOST} tags.")
    if any(len(tag) > TAG_LONGEST for tag in found):
        raise ValidationFailed.at("/tags", f"A tag has at most {TAG_LONGEST} characters.")
    return found
