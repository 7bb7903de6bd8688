"""Letters as pages show them: their marks understood, as mail programs do, and none of their links followed.

Whoever looks a letter over presses nothing in it: its links are those of the person who gets it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from flask import Flask

from dialer.domain.bodies import USUAL
from dialer.domain.letter import (
    VALUE_BEGINS,
    VALUE_ENDS,
    Read,
    as_text,
    direction_of,
    read,
    with_marks,
)
from dialer.domain.placeholders import ADDRESSES, LINK, as_written
from dialer.services.messaging.views import BlastView, SampleView

_VALUE: Final = re.compile(f"{VALUE_BEGINS}([^{VALUE_ENDS}]*){VALUE_ENDS}")
_SOMEWHERE: Final = "https://…"


@dataclass(frozen=True, slots=True)
class Shown:
    """A letter to look over: what it is about, how it is seen, and how it reads without HTML."""

    subject: str
    subject_direction: str
    body: Read
    text: str


def sample_shown(sample: SampleView) -> Shown:
    """One as its person will read it, with what comes from what we know of them marked."""
    subject, _, said = with_marks(sample.pieces).partition("\n\n")
    return _shown(subject, said, sample.language or USUAL)


def samples_shown(blast: BlastView, samples: Sequence[SampleView]) -> list[tuple[SampleView, Shown | None]]:
    """Each with how its letter is seen; a text has nothing but its words."""
    return [(one, sample_shown(one) if blast.is_letters else None) for one in samples]


def written_shown(subject: str, body: str, language: str = USUAL) -> Shown:
    """One as it was written for many, with the names of what is filled in."""
    return _shown(_with_names(subject), _with_names(body), language)


def _shown(subject: str, said: str, language: str) -> Shown:
    seen = read(said, language)
    plain = as_text(said).translate({ord(VALUE_BEGINS): None, ord(VALUE_ENDS): None})
    return Shown(subject, direction_of(subject, seen.direction), seen, plain)


def _with_names(words: str) -> str:
    return with_marks((_stands_for(piece, name), name is not None) for piece, name in as_written(words))


def _stands_for(piece: str, name: str | None) -> str:
    if name is None:
        return piece
    if name.startswith(LINK):
        return name.removeprefix(LINK)
    return _SOMEWHERE if name in ADDRESSES else piece


def values_marked(words: str) -> list[tuple[str, bool]]:
    """Words in pieces; True for those that come from what is known of somebody."""
    return [(piece, nth % 2 == 1) for nth, piece in enumerate(_VALUE.split(words)) if piece]


def install_letters(app: Flask) -> None:
    """Make letters something that every template can show."""
    app.add_template_filter(read, "as_letter")
    app.add_template_filter(values_marked)
