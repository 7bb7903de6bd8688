"""What came with letters: taken out of the letter that we keep, as the carrier's are fetched from there."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from typing import Final

from dialer.domain import mime
from dialer.domain.incoming_letter import attached
from dialer.services.context import Context
from dialer.store.models.letters import IncomingLetter

IN_LETTER: Final = "letter:"
"""How the names of such things begin, before the letter's id and their place in it."""


class LetterParts:
    """The letters that we keep, as a place to have attachments from (`carrier.attachment_port`)."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx

    def of_text(self, text_sid: str) -> Sequence[str]:  # noqa: ARG002 - the shape of the port
        """Each is known by its name from the beginning."""
        return ()

    def fetch(self, text_sid: str, sid: str, take: Callable[[bytes], object]) -> bool:  # noqa: ARG002
        """Hand one over; False where the letter, or it, isn't there any more."""
        letter_id, _, nth = sid.removeprefix(IN_LETTER).partition(":")
        with self._ctx.unit() as unit:
            row = unit.session.get(IncomingLetter, (unit.organisation_id, uuid.UUID(letter_id)))
            raw = row.raw if row is not None else None
        found = attached(mime.parse(raw), int(nth)) if raw is not None else None
        if found is None:
            return False
        take(found)
        return True

    def delete(self, text_sid: str, sid: str) -> None:
        """The letter goes as a whole, in its time."""
