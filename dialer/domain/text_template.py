"""A text kept for use again: its words in numbered versions, each written, submitted and decided on.

`draft → submitted → approved | declined`. Other words are another version; what was decided stays as it was.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Final

from dialer.domain.errors import Conflict, InvalidTransition

TEMPLATE_STATES: Final = ("draft", "submitted", "approved", "declined")
NAME_LONGEST: Final = 100
REMARK_LONGEST: Final = 500


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
