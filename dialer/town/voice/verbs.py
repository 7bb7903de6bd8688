"""What TwiML can tell a telephone call to do, as far as the town understands it.

Source of names, defaults and limits: twilio.com/docs/voice/twiml (one page a verb).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from dialer.town.voice.sounds import SILENCE, Sound, played, said

SECONDS_A_CHARACTER = 1 / 15
CLIP_S = 5.0


@dataclass(frozen=True, slots=True)
class Say:
    """Speak a text; `loop` 0 would go on for ever and is cut at 1,000 by the carrier."""

    text: str
    voice: str = "man"
    language: str = "en-US"
    loop: int = 1

    @property
    def lasts_s(self) -> float:
        """How long the voice speaks, at about 15 characters a second."""
        return max(1.0, len(self.text) * SECONDS_A_CHARACTER) * (self.loop or 1000)

    @property
    def sound(self) -> Sound:
        """What is heard of it."""
        return said(self.text)


@dataclass(frozen=True, slots=True)
class Play:
    """Play a sound file, or touch tones."""

    url: str = ""
    digits: str = ""
    loop: int = 1

    @property
    def lasts_s(self) -> float:
        """How long it sounds: half a second a tone; the town takes every file for a short clip."""
        return (len(self.digits) * 0.5 if self.digits else CLIP_S) * (self.loop or 1000)

    @property
    def sound(self) -> Sound:
        """What is heard of it."""
        return played(self.url or self.digits)


@dataclass(frozen=True, slots=True)
class Pause:
    """Silence for `length` seconds."""

    length: int = 1

    @property
    def lasts_s(self) -> float:
        """How long nothing is heard."""
        return float(self.length)

    @property
    def sound(self) -> Sound:
        """Nothing is heard of it."""
        return SILENCE


@dataclass(frozen=True, slots=True)
class Gather:
    """Listen for keys while `prompts` are heard and for `timeout` seconds after them."""

    prompts: tuple[Say | Play | Pause, ...] = ()
    action: str = ""
    method: str = "POST"
    timeout: int = 5
    num_digits: int | None = None
    finish_on_key: str = "#"
    action_on_empty_result: bool = False
    input: str = "dtmf"


@dataclass(frozen=True, slots=True)
class Number:
    """One number that a Dial rings, with the callbacks of its own leg; `url` is heard there before the two
    are joined.
    """

    number: str
    status_callback: str = ""
    status_callback_method: str = "POST"
    status_callback_event: tuple[str, ...] = ("completed",)
    send_digits: str = ""
    url: str = ""
    method: str = "POST"


@dataclass(frozen=True, slots=True)
class Conference:
    """A room by its name, and how whoever is sent there takes part; `beep` sounds when they come and go.

    Without a `wait_url` there is music until it starts, with an empty one nothing.
    """

    name: str
    muted: bool = False
    beep: str = "true"
    start_conference_on_enter: bool = True
    end_conference_on_exit: bool = False
    participant_label: str = ""
    jitter_buffer_size: str = "large"
    wait_url: str | None = None
    wait_method: str = "POST"
    max_participants: int = 250
    record: str = "do-not-record"
    region: str = ""
    trim: str = "trim-silence"
    coach: str = ""
    status_callback: str = ""
    status_callback_method: str = "POST"
    status_callback_event: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Dial:
    """Ring numbers at once and join the first that answers, or go into a room."""

    numbers: tuple[Number, ...] = ()
    caller_id: str = ""
    timeout: int = 30
    answer_on_bridge: bool = False
    action: str = ""
    method: str = "POST"
    hangup_on_star: bool = False
    time_limit: int = 14400
    record: str = "do-not-record"
    conference: Conference | None = None


@dataclass(frozen=True, slots=True)
class Redirect:
    """Go on with the TwiML at another address."""

    url: str
    method: str = "POST"


@dataclass(frozen=True, slots=True)
class Hangup:
    """End the call."""


@dataclass(frozen=True, slots=True)
class Reject:
    """Refuse an inbound call without answering it."""

    reason: str = "rejected"


Verb = Say | Play | Pause | Gather | Dial | Redirect | Hangup | Reject


@dataclass(frozen=True, slots=True)
class Script:
    """A whole TwiML document: its verbs, and the text as it came."""

    verbs: tuple[Verb, ...]
    text: str = field(default="", compare=False)
