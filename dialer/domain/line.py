"""A volunteer's line: their own leg in a dialled mode, which holds the room they talk in (contract §6).

It is rung by us (a phone that is shown to be theirs), dialled in with a PIN, or opened by their browser.
Whatever brings them back, the same session or a new one, leads into the same room.
"""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Callable
from typing import Final

from dialer.domain.dialling import DIALLED_MODES

HELD_VIA: Final = frozenset({"phone", "browser"})

LINE_LOST: Final = "line_lost"
NOT_ANSWERED: Final = "line_not_answered"
UNSEEN: Final = "unseen"
ELSEWHERE: Final = "elsewhere"
PAUSE_REASONS: Final = (LINE_LOST, NOT_ANSWERED, UNSEEN, ELSEWHERE)
"""Why we paused somebody; their own pause has no reason."""
LINE_REASONS: Final = frozenset({LINE_LOST, NOT_ANSWERED})
"""Those that are over once their line is open again."""

SHIFT_OVER: Final = "shift_over"
LINE_MOVED: Final = "line_moved"
WENT_ON: Final = "went_on"
"""Why a line ended that nobody lost: the shift is over, another leg is its line by now, or the volunteer went
on where nobody waits on a line."""
FAREWELL_WITHIN: Final = dt.timedelta(seconds=15)
"""A line on which that is said is over by then, or is ended."""

UNSEEN_AFTER: Final = dt.timedelta(minutes=5)
"""Nobody is put through to somebody of whom nothing was seen or heard for so long: the page says “still here”
each minute."""
HUNG_UP_AFTER: Final = dt.timedelta(minutes=15)
"""And after so long their line is ended: a receiver beside its phone costs money."""
LOOKED_AT_EVERY: Final = dt.timedelta(seconds=60)
"""How often the carrier is asked whether an open line is still there, since it tells of an end but once, and
whoever is joined to a line that has ended hears nobody."""
MAKES_WAY_WITHIN: Final = dt.timedelta(seconds=45)
"""A leg in the room whose place another one takes goes when that one is in it; after so long at the latest,
which is more than a phone rings."""
IN_THE_ROOM_WITHIN: Final = dt.timedelta(seconds=5)
"""Whoever answered is in their room by then, or the carrier is asked."""
LONGEST_S: Final = 14_400
"""No line is longer, whatever becomes of everything else: the carrier ends it."""

STOP_KEY: Final = "9"
"""Whoever rings back presses it, and is called no more."""
VOLUNTEERS_KEY: Final = "*"
PIN_DIGITS: Final = 6
TRIES_A_CALL: Final = 3
TRIES_A_NUMBER: Final = 6
TRIES_IN_ALL: Final = 30
TRIES_WITHIN: Final = dt.timedelta(hours=1)
"""With 400 PINs in use one guess in 2,000 hits; 30 wrong ones an hour are all that strangers have."""

_BROWSER: Final = "volunteer_"
_IDENTITY: Final = re.compile(rf"client:{_BROWSER}([0-9a-f]{{32}})_([0-9a-f]{{32}})")


def holds_line(dialing_mode: str, via: str) -> bool:
    """Whether a volunteer who calls like that waits on a line of their own for people who are dialled."""
    return dialing_mode in DIALLED_MODES and via in HELD_VIA


def is_unseen(last_seen_at: dt.datetime, now: dt.datetime) -> bool:
    """Whether nothing was seen or heard of a volunteer for so long that nobody is put through to them. Only
    what they do counts, and their page that stays open: an open line is there without anybody at it.
    """
    return last_seen_at <= now - UNSEEN_AFTER


def room_of(account_id: uuid.UUID) -> str:
    """The conference in which a volunteer talks with people: theirs, whichever leg or session brings them."""
    return f"volunteer-{account_id}"


def identity_of(organisation_id: uuid.UUID, session_id: uuid.UUID) -> str:
    """The name under which a browser's leg shows itself: its session's, in letters, digits and `_` only,
    as the carrier asks (twilio.com/docs/iam/access-tokens).
    """
    return f"{_BROWSER}{organisation_id.hex}_{session_id.hex}"


def session_of(caller: str) -> tuple[uuid.UUID, uuid.UUID] | None:
    """The organisation and the session whose browser rings, by the carrier's `From` (`client:…`); None for
    anybody else.
    """
    found = _IDENTITY.fullmatch(caller)
    return (uuid.UUID(found[1]), uuid.UUID(found[2])) if found else None


def new_pin(draw: Callable[[int], int], is_taken: Callable[[str], bool]) -> str:
    """Six digits that nobody else on a shift has. `draw(n)` gives a number below n that nobody can guess.

    None begins with the key that stops our calls: who is slow to type must not have pressed that.
    """
    while True:
        pin = f"{draw(10**PIN_DIGITS):0{PIN_DIGITS}d}"
        if not pin.startswith(STOP_KEY) and not is_taken(pin):
            return pin


def looks_like_pin(digits: str) -> bool:
    """Whether somebody typed a whole PIN; anything else is no try."""
    return len(digits) == PIN_DIGITS and digits.isascii() and digits.isdigit()


def may_try_pin(*, in_call: int, from_number: int, in_all: int, known: bool) -> bool:
    """Whether one more PIN is looked at, by how many wrong ones came in this call, from this number (none, as
    far as we know, where it is hidden) and from everybody within `TRIES_WITHIN`. Whose phone is known to us
    doesn't suffer from what strangers try.
    """
    if in_call >= TRIES_A_CALL or from_number >= TRIES_A_NUMBER:
        return False
    return known or in_all < TRIES_IN_ALL
