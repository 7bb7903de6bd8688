"""A text on its way: the words for where it stands, and what may follow (contract §7).

Evidence of the carrier moves a text forward only. The one way back is `sending` or `unknown` to `queued`,
by proof that the carrier has nothing.
"""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Sequence
from typing import Final

DIRECTIONS: Final = ("outbound", "inbound")
OUTBOUND_STATES: Final = (
    "queued",
    "sending",
    "unknown",
    "sent",
    "delivered",
    "undelivered",
    "failed",
    "skipped",
    "cancelled",
)
MESSAGE_STATES: Final = (*OUTBOUND_STATES, "received")
"""`received` is the one state of an inbound text."""

PURPOSES: Final = (
    "blast",
    "test",
    "single",
    "reply",
    "code",
    "sign_in",
    "help",
    "stop_confirmation",
    "event",
)
"""What a text is for. All but the first three and the last are answers to the person. `event`: what whoever
signed up for an event is told of it.
"""

ALONE: Final = frozenset({"single", "reply"})
"""What somebody here writes to one person."""

ENCODINGS: Final = ("gsm7", "ucs2")
"""In which a text travels, by its parts."""
LETTER_ENCODING: Final = "utf8"
"""In which a letter travels; it has no parts."""

FINAL: Final = frozenset({"delivered", "undelivered", "failed", "skipped", "cancelled"})
"""Nothing follows these. `sent` may be the last that is heard all the same."""

FOLLOWS: Final[dict[str, frozenset[str]]] = {
    "queued": frozenset({"sending", "skipped", "cancelled"}),
    "sending": frozenset({"sent", "failed", "queued", "unknown"}),
    "unknown": frozenset({"sent", "delivered", "undelivered", "failed", "queued", "skipped"}),
    "sent": frozenset({"delivered", "undelivered", "failed"}),
}
"""What we ourselves may make of a text, by the table of contract §7."""

TRIES: Final = 2
"""How many outcomes may be unknown before a text is left so, and shown (contract §7)."""

CLEAN_LOOKS: Final = 2
"""How often the carrier's list must have been read without error and without the text."""

LOST_AFTER: Final = dt.timedelta(seconds=30)
"""A text `sending` for so long was on the wire of a process that died: its outcome is unknown."""
LETTER_LOST_AFTER: Final = dt.timedelta(minutes=3)
"""And a letter: a server may think about it for two minutes before it answers."""
LETTER_BACK_OFF_LEAST: Final = dt.timedelta(minutes=1)
LETTER_BACK_OFF_MOST: Final = dt.timedelta(hours=1)
LETTER_TRIES: Final = 30
"""How often a letter is put back for its address (greylisting, a full mailbox) before it is given up: for
more than a day. RFC 5321 §4.5.4.1 wants it tried again after a while, and given up after some days.
"""

BACK_OFF_LEAST: Final = dt.timedelta(seconds=1)
BACK_OFF_MOST: Final = dt.timedelta(minutes=1)
BREAKER_WINDOW: Final = 100
BREAKER_SHARE: Final = 0.05

_TRIAL: Final = "Sent from your Twilio trial account - "

_RANKS: Final = {"queued": 0, "sending": 1, "unknown": 1, "sent": 2}
_LAST_RANK: Final = 3

_BY_CARRIER: Final = {
    "accepted": "sent",
    "scheduled": "sent",
    "queued": "sent",
    "sending": "sent",
    "sent": "sent",
    "partially_delivered": "sent",
    "delivered": "delivered",
    "read": "delivered",
    "undelivered": "undelivered",
    "failed": "failed",
    "canceled": "failed",
}
"""The carrier's words (its description of the Message resource) and the state that each proves."""

EVIDENT: Final = ("sent", "delivered", "undelivered", "failed")
"""The states that a carrier's word can prove."""


def proven_by(status: str) -> str | None:
    """The state that the carrier's word for a text proves; None for a word that says nothing about sending.

    Any of its words for a text of ours means that it accepted it.
    """
    return _BY_CARRIER.get(status.lower())


def moves(state: str, proven: str) -> bool:
    """Whether evidence moves a text on: only forward, and the same again changes nothing."""
    return state in sources_of(proven)


def sources_of(proven: str) -> frozenset[str]:
    """The states that evidence for `proven` may move on: the condition of the update that applies it.

    A text put back by mistake (`queued` again while the carrier had it after all) is among them, so that
    late evidence keeps it from being sent twice. One skipped or cancelled is not: that was decided.
    """
    rank = _RANKS.get(proven, _LAST_RANK)
    return frozenset(state for state, own in _RANKS.items() if own < rank)


def may_send_again(unknown_outcomes: int) -> bool:
    """Whether a text that the carrier is proven not to have may be sent again.

    `unknown_outcomes` are the tries of which nobody could tell what became of them, this one among them.
    A try that was proven not to be accepted (429, never reached) doesn't count.
    """
    return unknown_outcomes < TRIES


def is_proven_absent(clean_looks: int, ended_at: dt.datetime, looked_at: dt.datetime, settle_s: int) -> bool:
    """Whether the carrier is proven to have nothing.

    Two looks read without error did not show it, and the latest was `settle_s` seconds or more after the
    attempt, since the carrier's list may lag.
    """
    return clean_looks >= CLEAN_LOOKS and looked_at - ended_at >= dt.timedelta(seconds=settle_s)


def is_same_text(ours: str, theirs: str, *, has_picture: bool = False) -> bool:
    """Whether the carrier's copy of a text is ours, however the carrier writes it.

    Line ends, curly quotes (its “smart encoding” makes them plain) and composed letters may differ, and a
    trial account's texts begin with a sentence of the carrier's. Where a phone takes no picture, the carrier
    may put an address of its own behind the words of a text that came with one. To take one for missing would
    send it twice.
    """
    if ours == theirs:
        return True
    mine, other = _letters(ours), _letters(theirs.removeprefix(_TRIAL))
    return mine != "" and (mine == other or (has_picture and other.startswith(f"{mine}http")))


def _letters(body: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFKC", body) if sign.isalnum())


def back_off(tries: int, luck: float, retry_after_s: float | None = None) -> dt.timedelta:
    """How long a text rests that was not accepted, before try number `tries` + 1.

    It doubles from one second to a minute, of which `luck` (0 to 1) picks a part, so that many don't come
    back at once. What the carrier named as the time is kept at least.
    """
    doubled = BACK_OFF_LEAST * float(2 ** min(max(tries, 0), 10))
    ceiling = min(doubled, BACK_OFF_MOST)
    rest = max(ceiling * luck, BACK_OFF_LEAST / 4)
    return max(rest, dt.timedelta(seconds=retry_after_s or 0))


def letter_back_off(tries: int, luck: float) -> dt.timedelta:
    """How long a letter rests whose address takes none just now: from a minute to an hour."""
    ceiling = min(LETTER_BACK_OFF_LEAST * float(2 ** min(max(tries, 0), 10)), LETTER_BACK_OFF_MOST)
    return ceiling * (0.75 + luck / 2)


def too_many_refused(last: Sequence[bool]) -> bool:
    """Whether a blast must pause: more than 5 % of its last 100 outcomes were refused for good.

    Of fewer than 100 it takes as many refusals as would be too many of 100.
    """
    window = last[-BREAKER_WINDOW:]
    return sum(window) > BREAKER_SHARE * BREAKER_WINDOW
