"""How a townsperson behaves on the telephone, as a line needs to know it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from dialer.town.people import Answer, Phone

PATIENCE_S: Final = 8.0
VOICEMAIL_S: Final = 25.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """What a telephone does when it is rung; all seconds are the town's.

    It rings for `rings_s`; once joined with somebody the person talks for `talks_s`, bears
    `patience_s` of silence and is gone `hangs_up_after_s` after the answer, whatever they hear.
    """

    answer: Answer = "answers"
    rings_s: float = 6.0
    talks_s: float = 60.0
    patience_s: float = PATIENCE_S
    hangs_up_after_s: float | None = None
    greeting_s: float = 0.0
    digits: str = ""

    @property
    def picks_up(self) -> bool:
        """Whether somebody or something answers, sooner or later."""
        return self.answer in {"answers", "hangs_up", "screens", "machine"}


def manner_of(phone: Phone) -> Manner:
    """The manner of a person for one call. A machine takes a message for 25 s after its greeting."""
    if phone.answer == "machine":
        talks_s = phone.greeting_s + VOICEMAIL_S
        patience_s = talks_s
    else:
        talks_s, patience_s = phone.talk_s, PATIENCE_S
    return Manner(
        answer=phone.answer,
        rings_s=phone.ring_s,
        talks_s=talks_s,
        patience_s=patience_s,
        hangs_up_after_s=phone.talk_s if phone.answer == "hangs_up" else None,
        greeting_s=phone.greeting_s,
        digits=phone.digits,
    )


def ringing_in(manner: Manner) -> Manner:
    """The manner of somebody who rings by themselves: they are there, and want to hear something."""
    return replace(manner, answer="answers", patience_s=PATIENCE_S, hangs_up_after_s=None)


EXPECTING: Final = Manner(rings_s=2.0, talks_s=3600.0, patience_s=60.0)
"""Somebody who waits for this call, as a volunteer does who asked to be rung: they answer soon and
stay until the other side hangs up."""

ON_THE_DESK: Final = "+44770090099"
"""The last ten of the mobile numbers kept for fiction lie on the caller's desk and are always answered."""
