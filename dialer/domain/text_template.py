"""A text or an email kept for use again: its words in numbered versions, each decided on.

`draft → submitted → approved | declined`. Other words are another version; what was decided stays as it was.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from dialer.domain.bodies import Bodies
from dialer.domain.errors import Conflict, InvalidTransition
from dialer.domain.texting import EMAIL

TEMPLATE_STATES: Final = ("draft", "submitted", "approved", "declined")
NAME_LONGEST: Final = 100
REMARK_LONGEST: Final = 500


@dataclass(frozen=True, slots=True)
class Words:
    """What a text or an email says, an email with what it is about. Approved is all of it or nothing."""

    channel: str
    bodies: Bodies = field(repr=False)
    subjects: Bodies = field(repr=False)

    @classmethod
    def of(
        cls, channel: str, body: str, bodies: Mapping[str, str], subject: str, subjects: Mapping[str, str]
    ) -> Words:
        """As they are kept. A text is about nothing but what it says."""
        about = Bodies(subject, dict(subjects)) if channel == EMAIL else Bodies("")
        return cls(channel, Bodies(body, dict(bodies)), about)


class Step(StrEnum):
    """What is done with a version."""

    SUBMIT = "submit"
    APPROVE = "approve"
    DECLINE = "decline"


_WAYS: Final[Mapping[Step, tuple[frozenset[str], str]]] = {
    Step.SUBMIT: (frozenset({"draft"}), "submitted"),
    Step.APPROVE: (frozenset({"submitted"}), "approved"),
    Step.DECLINE: (frozenset({"submitted"}), "declined"),
}


def after(state: str, step: Step) -> str:
    """The state after a step; the same where it was taken before. `InvalidTransition` where it can't be."""
    sources, target = _WAYS[step]
    if state == target or state in sources:
        return target
    raise InvalidTransition(f"Words that are {state} can’t take this step: {step}.", state=state)


def check_other(decides: uuid.UUID | None, authors: Collection[uuid.UUID | None]) -> None:
    """Refuse a decision by whoever wrote or submitted the words: four eyes see more than two."""
    if decides is None or decides in authors:
        raise Conflict("Somebody else decides about words of your own.", reason="own_words")
