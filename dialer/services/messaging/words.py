"""Whether words may be kept as those of a text to many, in each of their languages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from dialer.domain import placeholders
from dialer.domain.bodies import Bodies, pointer
from dialer.domain.errors import FieldError, UnknownPlaceholder
from dialer.domain.languages import SPOKEN
from dialer.domain.letter import BODY_LONGEST
from dialer.domain.texting import EMAIL, SMS

LONGEST_BODY: Final = 1600
"""The carrier refuses longer ones (21617)."""


LONGEST: Final = {SMS: LONGEST_BODY, EMAIL: BODY_LONGEST}
"""Of texts, and of letters."""


def too_long(longest: int) -> str:
    """That words are too long, for a text or for a letter."""
    what = "A letter" if longest == BODY_LONGEST else "A text"
    return f"{what} has at most {longest:,} characters."


def faults_of_words(bodies: Bodies, longest: int = LONGEST_BODY) -> Iterator[FieldError]:
    """What is wrong with the words, their placeholders aside."""
    for language, body in bodies.each():
        if language and language not in SPOKEN:
            yield FieldError("/bodies", f"Choose from {', '.join(SPOKEN)}.")
        elif not body.strip():
            yield FieldError(pointer(language), "Write what it says.")
        if len(body) > longest:
            yield FieldError(pointer(language), too_long(longest))


def check_placeholders(bodies: Bodies, where: Callable[[str], str] = pointer) -> None:
    """Refuse words in braces that stand for nothing."""
    unknown = [
        FieldError(where(language), fault)
        for language, body in bodies.each()
        for fault in placeholders.faults(body)
    ]
    if unknown:
        raise UnknownPlaceholder(unknown[0].detail, errors=unknown)
