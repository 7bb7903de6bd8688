"""How a townsperson behaves on the telephone, as a line needs to know it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

from dialer.town.people import Answer, Phone

PATIENCE_S: Final = 8.0
SCREENING_PATIENCE_S: Final = 2.0
"""An assistant that asks who is calling wants to hear a voice at once."""
VOICEMAIL_S: Final = 25.0
LONGEST_TALK_S: Final = 14_400.0
"""Nobody is joined for longer: the carrier ends it then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """What a telephone does when it is rung; all seconds are the town's.

    It rings for `rings_s`; once joined with somebody the person talks for `talks_s`, bears `patience_s` of
    silence, before the first voice `first_patience_s`, and is gone `gone_after_s` after the answer, whatever
    they hear. With `mistaken` detection takes a person for a machine.
    """

    answer: Answer = "answers"
    rings_s: float = 6.0
    talks_s: float = 60.0
    patience_s: float = PATIENCE_S
    first_patience_s: float = PATIENCE_S
    gone_after_s: float = math.inf
    greeting_s: float = 0.0
    digits: str = ""
    mistaken: bool = False

    @property
    def picks_up(self) -> bool:
        """Whether somebody or something answers, sooner or later."""
        return self.answer in {"answers", "hangs_up", "screens", "machine"}


def manner_of(phone: Phone) -> Manner:
    """The manner of a person for one call. A machine takes a message for 25 s after its greeting."""
    patience_s = PATIENCE_S if phone.patience_s is None else phone.patience_s
    manner = Manner(
        answer=phone.answer,
        rings_s=phone.ring_s,
        talks_s=phone.talk_s,
        patience_s=patience_s,
        first_patience_s=patience_s,
        greeting_s=phone.greeting_s,
        digits=phone.digits,
        mistaken=phone.mistaken,
    )
    match phone.answer:
        case "machine":
            ends_s = phone.greeting_s + VOICEMAIL_S
            return replace(
                manner, talks_s=ends_s, patience_s=ends_s, first_patience_s=ends_s, gone_after_s=ends_s
            )
        case "screens":
            return replace(manner, first_patience_s=min(patience_s, SCREENING_PATIENCE_S))
        case "hangs_up":
            return replace(manner, gone_after_s=phone.talk_s)
    return manner


def ringing_in(manner: Manner) -> Manner:
    """The manner of somebody who rings by themselves: they are there, and want to hear something."""
    borne_s = max(PATIENCE_S, manner.patience_s) if manner.answer == "answers" else PATIENCE_S
    return replace(
        manner, answer="answers", patience_s=borne_s, first_patience_s=borne_s, gone_after_s=math.inf
    )


EXPECTING: Final = Manner(
    rings_s=2.0, talks_s=LONGEST_TALK_S, patience_s=LONGEST_TALK_S, first_patience_s=60.0
)
"""Somebody who waits for this call, as a volunteer does who asked to be rung: they answer soon, know that it
can be quiet between two calls, and stay until the other side hangs up."""

ON_THE_DESK: Final = "+44770090099"
"""The last ten of the mobile numbers kept for fiction lie on the caller's desk and are always answered."""

BROWSER: Final = "client:"
"""Before the name of somebody who calls from a browser."""
