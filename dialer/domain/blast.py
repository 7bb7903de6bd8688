"""A blast: one message to many contacts, planned once (contract §7).

`draft → scheduled → running ⇄ paused → completed`, or `cancelled` from any state but `completed`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Final

from dialer.domain.errors import AudienceChanged, InvalidTransition

BLAST_STATES: Final = ("draft", "scheduled", "running", "paused", "completed", "cancelled")

OPEN: Final = frozenset({"scheduled", "running", "paused"})
"""Launched, and not over."""
GOING: Final = frozenset({"running", "paused"})
"""Begun, and not over."""
EDITABLE: Final = frozenset({"draft", "scheduled"})
TOLERANCE: Final = 0.01
"""By how large a share the number of recipients may differ from what was expected."""


class Deed(StrEnum):
    """What is done to a blast as a whole."""

    SCHEDULE = "schedule"
    LAUNCH = "launch"
    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"
    COMPLETE = "complete"


class Waiting(StrEnum):
    """Why a running blast sends nothing just now; it goes on by itself."""

    QUIET_HOURS = "quiet_hours"
    REVIEW = "in_review"
    RATE = "rate"
    CAMPAIGN_PAUSED = "campaign_paused"
    ORGANISATION_PAUSED = "organisation_paused"
    BUDGET = "organisation_cost_cap"
    """All campaigns together have spent what they may: all is paused until a person lets it go on."""
    UNREAD = "unread_texts"
    """After an outage the carrier's lists of texts to us come first: a no may be on them."""
    UNREADABLE = "unreadable_texts"
    """They come first, and have not let themselves be read for a while."""
    CARRIER = "carrier"
    PRESS = "press"
    """It is sent by hand, and nobody has pressed for what is left."""
    FIRST_WAVE = "first_wave"
    """Of a text: others of its blast go first."""
    SENDERS = "senders_stopped"
    """Every sender it has is stopped, by a person or because networks block its texts."""


ALL_PAUSED: Final = frozenset({Waiting.ORGANISATION_PAUSED, Waiting.BUDGET})


class Pause(StrEnum):
    """Why a blast is paused; a person lets it go on. A code of the carrier stands beside it."""

    BY_HAND = "by_hand"
    COST_CAP = "cost_cap"
    ACCOUNT = "carrier_account"
    CONFIGURATION = "carrier_configuration"
    REFUSALS = "too_many_refused"
    BLOCKED = "texts_blocked"
    """Networks filter the texts of the whole campaign; a sender is stopped by the same word."""
    PICTURE = "picture_withdrawn"
    """Its picture was taken away: what is left can't go."""
    FIRST_WAVE = "first_wave"
    """Its first wave has gone: a person looks at what came back, and lets the rest follow."""


_WAYS: Final[Mapping[Deed, tuple[frozenset[str], str]]] = {
    Deed.SCHEDULE: (frozenset({"draft"}), "scheduled"),
    Deed.LAUNCH: (frozenset({"draft"}), "running"),
    Deed.START: (frozenset({"scheduled"}), "running"),
    Deed.PAUSE: (frozenset({"running"}), "paused"),
    Deed.RESUME: (frozenset({"paused"}), "running"),
    Deed.CANCEL: (frozenset({"draft", "scheduled", "running", "paused"}), "cancelled"),
    Deed.COMPLETE: (frozenset({"running", "paused"}), "completed"),
}
_LAUNCHED: Final = OPEN | {"completed"}


def after(state: str, deed: Deed) -> str:
    """The state after a deed; the same state where it was done before, so that twice is as good as once.

    `InvalidTransition` where the state doesn't allow it. Launching again is the same run, however far it is.
    """
    sources, target = _WAYS[deed]
    if deed in (Deed.LAUNCH, Deed.SCHEDULE) and state in _LAUNCHED:
        return state
    if state in sources:
        return target
    if state == target:
        return state
    raise InvalidTransition(f"A blast that is {state} can’t do this: {deed}.", state=state)


def runs_again(state: str) -> str:
    """The state of a blast of which a person has something sent again: what was over runs once more."""
    if state not in {"running", "paused", "completed"}:
        raise InvalidTransition(f"A blast that is {state} can’t send anything again.", state=state)
    return "running" if state == "completed" else state


def check_editable(state: str, changed: Collection[str] = ()) -> None:
    """Refuse changes to a blast that has begun. Its deadline alone may be moved until it is over: it says
    nothing of what was sent, and polls may be kept open longer. What replies to it mean may be said at any
    time, for those that come from then on.
    """
    may_change = {"asks_for"} | ({"deadline_at"} if state in GOING else set())
    if changed and set(changed) <= may_change:
        return
    if state not in EDITABLE:
        raise InvalidTransition("It has begun, and is kept as it was sent.", state=state)


def check_expected(expected: int | None, found: int) -> None:
    """Refuse to launch where the number of recipients differs by more than 1 % from what somebody saw."""
    if expected is not None and abs(found - expected) > TOLERANCE * expected:
        raise AudienceChanged(expected=expected, recipients=found)


def eta_s(left: int, rate_per_s: float) -> float | None:
    """Seconds until the rest is handed over at this rate; None when nothing moves."""
    return left / rate_per_s if rate_per_s > 0 else None
