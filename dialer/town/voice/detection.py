"""Answering-machine detection: what the carrier guesses, and how long it listens.

Source: twilio.com/docs/voice/answering-machine-detection. Its guesses are wrong now and then;
the town's are right except for people who say nothing, of whom it can't tell (`unknown`), and for those whom
the town has it mistake for machines.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from dialer.town.voice.manner import Manner

ENABLE, MESSAGE_END = "Enable", "DetectMessageEnd"
DEFAULT_TIMEOUT_S: Final = 30
_HUMAN_S: Final = 2.4
_MACHINE_S: Final = 4.0
_SILENCE_S: Final = 5.0
"""After so long without a sound it gives up (`MachineDetectionSilenceTimeout`)."""


@dataclass(frozen=True, slots=True)
class Detection:
    """What was asked for: the kind, beside the call or before it, and where to say so."""

    kind: str = ENABLE
    beside: bool = False
    timeout_s: int = DEFAULT_TIMEOUT_S
    callback_url: str = ""


@dataclass(frozen=True, slots=True)
class Guess:
    """What the carrier says of who answered, after listening so long."""

    answered_by: str
    after_s: float


def guess(detection: Detection, manner: Manner) -> Guess:
    """Say what detection makes of somebody who has answered; `unknown` when its time is up."""
    heard = _heard(detection, manner)
    if heard.after_s > detection.timeout_s:
        return Guess("unknown", float(detection.timeout_s))
    return heard


def _heard(detection: Detection, manner: Manner) -> Guess:
    """What would be found with time enough: a machine is known by its greeting, or by the beep at
    the end of it; of silence nothing is ever known.
    """
    if manner.answer == "screens":
        return Guess("unknown", _SILENCE_S)
    if manner.answer != "machine" and not manner.mistaken:
        return Guess("human", _HUMAN_S)
    if detection.kind == MESSAGE_END:
        if manner.mistaken:
            return Guess("machine_end_silence", _MACHINE_S)
        return Guess("machine_end_beep", manner.greeting_s + 1)
    return Guess("machine_start", _MACHINE_S)
