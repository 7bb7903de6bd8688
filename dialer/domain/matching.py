"""Who is put through to whom in a dialled mode, and for whom a promised callback is kept (contract §6).

Whoever answers hears a person within two seconds, so a wish never keeps anybody waiting: of the volunteers
who are ready at that moment the promiser comes first, then who speaks their language, then who has waited
longest. Where only speakers count, nobody else is put through, and only as many are rung as wait.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from dialer.domain.languages import HOME
from dialer.domain.queue_order import CALLBACK_GRACE

THERE: Final = dt.timedelta(minutes=2)
"""A volunteer whose page was heard of this recently is there to keep a promised callback."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Whom somebody who was rung would best speak with."""

    promised_to: uuid.UUID | None = None
    """The account of the volunteer who promised to call back."""
    language: str | None = None
    """What they speak, as numbers wait for it (`domain.languages`); None where nobody looks at it."""
    only: bool = False
    """Nobody but a speaker may be put through to them."""
    avoided_by: frozenset[uuid.UUID] = frozenset()
    """The accounts of those whom they frightened: nobody of these is ever put through to them."""
    home: str = HOME
    """What people of the campaign speak of whom nothing is known."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A volunteer who is ready on their line, and since when."""

    account_id: uuid.UUID
    since: dt.datetime
    speaks: frozenset[str] = frozenset({""})


def in_order(waiting: Iterable[Waiting], wish: Wish) -> list[Waiting]:
    """Those who may be put through, the best first. The claim's statement orders them just so."""
    may = [
        one
        for one in waiting
        if one.account_id not in wish.avoided_by and (not wish.only or wish.language in one.speaks)
    ]
    return sorted(
        may,
        key=lambda one: (
            one.account_id != wish.promised_to,
            wish.language is not None and wish.language not in one.speaks,
            one.since,
        ),
    )


def is_kept(due_at: dt.datetime, now: dt.datetime, *, there: bool, ready: bool) -> bool:
    """Whether a callback that is due waits for whoever promised it: `there`, their page was heard of
    within `THERE`; `ready`, they would have it at once. It waits for `CALLBACK_GRACE` at most.

    To the dialler a promiser is ready who waits on their line; in preview whoever asks for the next number.
    """
    return there and not ready and now - due_at <= CALLBACK_GRACE
