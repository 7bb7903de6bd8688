"""The outcomes as a caller reads them: two groups whose places never change, and what follows from each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from flask_babel import gettext, lazy_gettext, ngettext

from dialer.web.outcome_names import NOT_REACHED

_FOLLOWS: Final = {
    "contacted": lazy_gettext("Counts as a talk, with the answers you pressed."),
    "callback": lazy_gettext("Rung again at the time you give."),
    "already_voted": lazy_gettext("Leaves every list for today."),
    "refused": lazy_gettext("Never rung again in these calls."),
    "wrong_number": lazy_gettext("The number is taken off this person."),
    "moved": lazy_gettext("Not rung again in these calls."),
    "deceased": lazy_gettext("Nobody here will ring about them again."),
    "disconnected": lazy_gettext("This number isn’t rung again."),
    "do_not_call": lazy_gettext("Nobody here rings this number again."),
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """One of the buttons, with the line that stands under the grid while it is chosen."""

    slug: str
    words: str
    then: str


def follows(slug: str, tries_left: int, *, answered: bool) -> str:
    """What happens after this outcome, in words that hold before it is saved and after; `tries_left` counts
    those after this one, `answered` tells whether any answer was pressed.
    """
    if slug == "contacted" and not answered:
        return str(gettext("Counts as a talk. No answers were pressed."))
    if slug in _FOLLOWS:
        return str(_FOLLOWS[slug])
    if tries_left < 1:
        return str(gettext("That was the last try. Nobody rings again in these calls."))
    return str(
        ngettext(
            "Rung again later, once more at most.",
            "Rung again later, %(num)s more times at most.",
            tries_left,
        )
    )


def outcomes(group: tuple[tuple[str, object], ...], tries_left: int, *, answered: bool) -> list[Outcome]:
    """A group of buttons in its fixed order."""
    return [Outcome(slug, str(words), follows(slug, tries_left, answered=answered)) for slug, words in group]


def is_reached(slug: str) -> bool:
    """Whether somebody was spoken to."""
    return slug not in dict(NOT_REACHED)
