"""What a campaign does about answering machines: whether the carrier listens for them, and the message left.

Both are off unless somebody switches them on. Detection runs beside the call and is never waited for; it is
a guess, wrong for some people (`domain.machine_estimate`).

A recorded message is direct marketing by an automated calling system. United Kingdom: only to who has
consented beforehand to such calls by us, whoever they support, and it must say who calls and how to reach
them free of charge or at a local rate (Privacy and Electronic Communications (EC Directive) Regulations 2003,
regulations 19 and 24; the Information Commissioner's Office counts what parties say to win support as
marketing). United States: an artificial or prerecorded voice to a mobile needs the prior express consent of
who is called, and must say at its start who is responsible, with a number (47 U.S.C. 227(b); 47 CFR
64.1200(a) and (b)). We can't know about consent: somebody who answers for the campaign says so.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

DROP_REST: Final = dt.timedelta(days=30)
"""How long after one campaign left a message on a number no other one does. The same never does again."""
WAIT_S: Final = 10
"""Seconds of silence at a time while the beep is waited for."""
WAITS: Final = 3
"""So often; then it is left, since no greeting is longer and nobody tells of the beep any more."""
AT_THE_BEEP: Final = 100
"""The number of the request that follows on word of the beep; those before it are counted from 0."""

_MACHINES: Final = ("machine", "fax")


@dataclass(frozen=True, slots=True)
class MachineRules:
    """What one campaign has set; who confirmed that its message is lawful, and when (ISO 8601, UTC)."""

    detects: bool = False
    sound_id: str | None = None
    confirmed_by: str | None = None
    confirmed_at: str | None = None

    @property
    def leaves_messages(self) -> bool:
        """Whether there is a message to leave, and somebody who answers for it."""
        return self.sound_id is not None and self.confirmed_at is not None


def rules_of(stored: Mapping[str, Any]) -> MachineRules:
    """The rules as a campaign keeps them; the empty ones are the default."""
    return MachineRules(**stored)


def stored_rules(rules: MachineRules) -> dict[str, Any]:
    """As a campaign keeps them: only what isn't the default."""
    return {name: value for name, value in asdict(rules).items() if value not in (None, False)}


def verdict(answered_by: str) -> bool | None:
    """Whether a machine answered, as the carrier heard it; None where it couldn't tell."""
    if answered_by.startswith(_MACHINES):
        return True
    return False if answered_by == "human" else None


def has_ended_greeting(answered_by: str | None) -> bool:
    """Whether a machine has said what it says to callers, as the carrier heard it."""
    return answered_by is not None and answered_by.startswith("machine_end")


def plays_now(request: int, answered_by: str | None, *, detects: bool) -> bool:
    """Whether the message is to be played at this request of the carrier's: nobody listens for the beep, it
    was heard, or it was waited for long enough.
    """
    return not detects or answered_by is not None or request >= WAITS


@dataclass(frozen=True, slots=True)
class DropFacts:
    """What is known of a number on which a message might be left."""

    stopped: bool
    barred: bool
    quiet: bool
    had_here: bool
    """It had this campaign's message before, whenever that was."""
    had_at: dt.datetime | None
    """When any campaign last left one."""


def no_message(rules: MachineRules, facts: DropFacts, now: dt.datetime) -> str | None:
    """Why no message may be left (a word); None where one may."""
    reasons = {
        "no_message": not rules.leaves_messages,
        "stopped": facts.stopped,
        "barred": facts.barred,
        "quiet_hours": facts.quiet,
        "had_one": facts.had_here,
        "had_another": facts.had_at is not None and facts.had_at > now - DROP_REST,
    }
    return next((reason for reason, holds in reasons.items() if holds), None)
