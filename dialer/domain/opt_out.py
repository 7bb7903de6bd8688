"""When a no may be lifted (contract §4): what the person said themselves weighs most."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from dialer.domain.people import OPT_OUT_CHANNELS

ALL: Final = "all"
BY_COORDINATOR: Final = "manual"
BY_IMPORT: Final = "import"
SAID_TO_VOLUNTEER: Final = frozenset({"call", "door", "volunteer"})
SAID_BY_TEXT: Final = "text"
"""Said in a text to us, or to the carrier, which then refuses ours (21610): START lifts it."""
BY_US: Final = frozenset({BY_COORDINATOR, "coordinator", BY_IMPORT})
"""Sources that stand for what we typed or brought in. Any other, known or not, is the person's own no."""

BY_US_LEAST, IN_A_TEXT, TO_A_VOLUNTEER, FOR_GOOD = range(4)
"""How much a no weighs: what we wrote down least; then what may be taken back, by a text or as a mistake."""

MISTAKE_WITHIN: Final = dt.timedelta(days=7)


@dataclass(frozen=True, slots=True)
class NewConsent:
    """A person's later yes: where it was given, and when."""

    source: str
    at: dt.datetime


def channels_of(channel: str) -> tuple[str, ...]:
    """The channels that a word stands for: `all` is every one."""
    return OPT_OUT_CHANNELS if channel == ALL else (channel,)


def weight(source: str) -> int:
    """Tell how much a no weighs by where it came from: of several, the heaviest is the one that counts.

    A lighter one never takes the place of a heavier, however much later: a list doesn't make what somebody
    said themselves ours to lift.
    """
    if source in BY_US:
        return BY_US_LEAST
    if source == SAID_BY_TEXT:
        return IN_A_TEXT
    return TO_A_VOLUNTEER if source in SAID_TO_VOLUNTEER else FOR_GOOD


def may_lift(source: str, made_at: dt.datetime, now: dt.datetime, consent: NewConsent | None) -> bool:
    """Whether a no may be lifted.

    One made by the person only by a consent newer than it, or within 7 days where a volunteer may
    have pressed the wrong button. Others at any time. A consent from the future is none.
    """
    if source in BY_US:
        return True
    if consent is not None and made_at < consent.at <= now:
        return True
    return source in SAID_TO_VOLUNTEER and now - made_at <= MISTAKE_WITHIN
