"""What deeds may ask of a carrier, and the values that pass. No deed knows which carrier it is.

Numbers are E.164, instants aware UTC, texts as sent. Numbers, bodies and URLs stay out of every `repr`, since
those end in logs.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, Protocol

from dialer.carrier.attachment_port import Attachments
from dialer.carrier.look_up_port import LookUps
from dialer.carrier.number_port import Numbers
from dialer.carrier.recording_port import Recordings
from dialer.domain.carrier_action import Action

IN_FLIGHT: Final = 100
"""How many texts one process has with the carrier at a time, each on a connection of its own."""
CALLS_IN_FLIGHT: Final = 60
"""How many calls one process asks for at a time."""
URGENT_IN_FLIGHT: Final = 10
"""Places of their own for what a person waits for, whatever else is on the wire."""


@dataclass(frozen=True, slots=True)
class OutboundMessage:
    """One text to hand over.

    `sender` is an E.164 number, a short code, an alphanumeric name, or the `MG…` SID of a pool of senders.
    `status_callback` names the message, so that a callback proves the send when the answer was lost.
    `validity_s` is how long the carrier may keep it waiting (1 to 36,000 s; None: its own default, 10 hours).
    After `begin_before` (of this process's `time.monotonic()`) it is not posted any more: a process that was
    held up must not send what others have settled meanwhile. What is `urgent` doesn't wait behind others.
    With `picture_url` it is a picture message (MMS): the carrier fetches the picture from there before it
    sends the text.
    """

    id: uuid.UUID
    to: str = field(repr=False)
    sender: str = field(repr=False)
    body: str = field(repr=False)
    status_callback: str = field(repr=False)
    validity_s: int | None = None
    begin_before: float | None = None
    urgent: bool = False
    picture_url: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class OutboundCall:
    """One call to place. `ring_s` is how long it rings (5 to 600 s); `answer_url` says what happens then.

    With `detect_machine` the carrier finds out who answered: given a `machine_callback` it listens beside the
    call, which never waits for it, and reports there; without one it listens first, a few seconds, and the
    request to `answer_url` says who it was. With `detect_message_end` a machine is told of only once it takes
    a message: at the beep, or when its greeting is over. After `begin_before` (of this process's
    `time.monotonic()`) it is not posted any more: a process that was held up must not ring beside its
    successor.
    """

    id: uuid.UUID
    to: str = field(repr=False)
    caller_id: str = field(repr=False)
    answer_url: str = field(repr=False)
    status_callback: str = field(repr=False)
    ring_s: int = 30
    detect_machine: bool = False
    machine_callback: str | None = field(default=None, repr=False)
    detect_message_end: bool = False
    begin_before: float | None = None


@dataclass(frozen=True, slots=True)
class Accepted:
    """The carrier has it, under this name. `segments` is None until the carrier has chosen a sender."""

    sid: str
    status: str
    segments: int | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """The carrier said no and why; nothing was sent. `detail` is the carrier's own words, shown to
    coordinators and never logged, since it can quote the number.
    """

    code: int
    detail: str = field(repr=False)
    action: Action


TOO_MANY_REQUESTS: Final = "too_many_requests"
TOO_BUSY: Final = "too_busy"
NOT_BEGUN: Final = "not_begun"
"""It could not be posted in time, for a reason of ours."""


@dataclass(frozen=True, slots=True)
class NotAccepted:
    """Proven not to have been taken (asked to slow down, or never reached): it may be sent again, not before
    `retry_after_s` where the carrier named a time. `reason` is a word of ours for logs and pages, `detail`
    what a mail server said.
    """

    reason: str
    retry_after_s: float | None = None
    detail: str = field(default="", compare=False, repr=False)

    @property
    def asks_to_slow(self) -> bool:
        """The carrier itself answered, and asks for less at once."""
        return self.reason in {TOO_MANY_REQUESTS, TOO_BUSY}


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody can tell whether it was taken: ask before anything is sent again. `reason` is a word of ours."""

    reason: str


SendOutcome = Accepted | Refused | NotAccepted | Unknown
CallOutcome = Accepted | Refused | NotAccepted | Unknown


@dataclass(frozen=True, slots=True)
class CarrierMessage:
    """A text as the carrier has it. `status` is the carrier's own word; `sender` is None until a pool has
    chosen one. `price` is what it cost (positive), None until the carrier has settled it.
    """

    sid: str
    to: str = field(repr=False)
    sender: str | None = field(repr=False)
    body: str = field(repr=False)
    direction: str
    status: str
    error_code: int | None
    segments: int | None
    price: Decimal | None
    currency: str | None
    created_at: dt.datetime | None
    sent_at: dt.datetime | None
    media: int = 0
    """How many attachments came with it."""


@dataclass(frozen=True, slots=True)
class CarrierCall:
    """A call as the carrier has it; `status` and `answered_by` are the carrier's own words."""

    sid: str
    parent_sid: str | None
    to: str = field(repr=False)
    caller_id: str = field(repr=False)
    status: str
    direction: str
    duration_s: int | None
    answered_by: str | None
    price: Decimal | None
    currency: str | None
    created_at: dt.datetime | None
    started_at: dt.datetime | None
    ended_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Rerouting:
    """Where a call goes on: with what `url` answers, or with these words of the carrier's own language, 4,000
    characters of them at most. Exactly one of the two.
    """

    url: str = field(default="", repr=False)
    twiml: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class CarrierConference:
    """A conference that the carrier has; a name entered again after it was empty is another one.

    `status` is the carrier's own word: `init` until two are in it, one of whom begins it, then `in-progress`.
    """

    sid: str
    name: str
    status: str
    created_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Participant:
    """A call that is in a conference, or on its way there. `coaches` is the call of the one participant who
    hears it, None where everybody does. `status` is the carrier's own word.
    """

    call_sid: str
    label: str
    muted: bool
    on_hold: bool
    coaches: str | None
    ends_conference: bool
    status: str


@dataclass(frozen=True, slots=True)
class ParticipantChange:
    """What is to change about a participant; what is None stays. `coaches` is the call to whisper to; with an
    empty one everybody hears them again. `hold_url` is played on hold, if not the carrier's own music.
    """

    muted: bool | None = None
    on_hold: bool | None = None
    hold_url: str | None = field(default=None, repr=False)
    coaches: str | None = None
    ends_conference: bool | None = None


class CarrierError(Exception):
    """The carrier could not be asked, or refused to say. `permanent`: asking again changes nothing until a
    person has looked. `code` is the carrier's own, where it gave one.
    """

    def __init__(
        self, reason: str, *, permanent: bool, code: int | None = None, retry_after_s: float | None = None
    ) -> None:
        super().__init__(reason if code is None else f"{reason} ({code})")
        self.reason = reason
        self.permanent = permanent
        self.code = code
        self.retry_after_s = retry_after_s


Told = Callable[[OutboundMessage, SendOutcome], None]
"""What hears what became of a text."""
CallTold = Callable[[OutboundCall, CallOutcome], None]
"""What hears what became of the request for a call."""


class Carrier(Protocol):
    """Texts and calls. Synchronous, safe from any thread and after a fork; never called in a transaction."""

    def begin_messages(self, messages: Sequence[OutboundMessage], told: Told) -> None:
        """Begin to hand over all of them, many at once, without waiting for it. `told` hears of each exactly
        once, as soon as it is known, perhaps in another thread, which it must not hold up. Never raises for
        one of them, and never sends one twice.
        """

    def send_messages(self, messages: Sequence[OutboundMessage]) -> list[SendOutcome]:
        """As `begin_messages`, and wait: what became of each, in their order."""

    def message(self, sid: str) -> CarrierMessage | None:
        """One text; None when the carrier knows none of that name. Raises CarrierError."""

    def messages(
        self,
        *,
        to: str | None = None,
        sender: str | None = None,
        since: dt.datetime | None = None,
        until: dt.datetime | None = None,
        waiting: bool = True,
    ) -> list[CarrierMessage]:
        """The texts to `to` and from `sender`, in both directions, sent (or received) within the instants
        given, both included. Newest first. Those that still wait to be sent are among them unless they are
        not wanted (`waiting`), which spares a second reading: texts to us never wait.

        Raises CarrierError when it could not be read to its end: a look that failed is not a clean look.
        """

    def place_call(self, call: OutboundCall) -> CallOutcome:
        """Have a call placed, and tell what became of it. Never raises for it, and never places two."""

    def begin_calls(self, calls: Sequence[OutboundCall], told: CallTold) -> None:
        """Begin to have all of them placed, many at once, without waiting for it. `told` hears of each
        exactly once, as soon as it is known, perhaps in another thread, which it must not hold up. Never
        raises for one of them, and never places two.
        """

    def call(self, sid: str) -> CarrierCall | None:
        """One call; None when the carrier knows none of that name. Raises CarrierError."""

    def calls(self, *, to: str | None = None, since: dt.datetime | None = None) -> list[CarrierCall]:
        """The calls to `to` begun since then, those still queued among them. Newest first.

        Raises CarrierError when it could not be read to its end.
        """

    def end_call(self, sid: str) -> None:
        """Hang up, or take it from the queue; one that has ended already is fine. Raises CarrierError."""

    def redirect_call(self, sid: str, where: Rerouting) -> bool:
        """Have a call in progress go on with something else, out of any conference; whether it does.

        False where it isn't in progress: over, or not answered yet. Raises CarrierError.
        """

    def conferences(self, name: str) -> list[CarrierConference]:
        """The conferences of that name that aren't over, newest first: one, unless another is just ending.

        Raises CarrierError.
        """

    def participants(self, conference_sid: str) -> list[Participant]:
        """Who is in a conference now; nobody where it is over, or there is none. Raises CarrierError."""

    def change_participant(self, conference_sid: str, call_sid: str, change: ParticipantChange) -> bool:
        """Mute, hold, have them whisper; whether they are still there. Raises CarrierError."""

    def remove_participant(self, conference_sid: str, call_sid: str) -> bool:
        """Take a call out of a conference: it goes on with what follows in its own words, or ends.

        Whether it was still there. Raises CarrierError.
        """

    def end_conference(self, sid: str) -> None:
        """Have everybody leave it; one that is over already is fine. Raises CarrierError."""

    def numbers_of(self, sender: str) -> list[str]:
        """The numbers that people write to when they answer this sender: its own, those of a pool, or none of
        a name. Raises CarrierError.
        """

    def action_of(self, code: int) -> Action:
        """What follows from one of its error codes, heard at once or later."""

    def look_up(self, sids: Sequence[str]) -> list[CarrierMessage | CarrierError | None]:
        """Many texts at once, each as `message` gives it, in their order. Never raises for one of them."""

    @property
    def recordings(self) -> Recordings:
        """What it records of calls."""

    @property
    def attachments(self) -> Attachments:
        """What came with texts to us."""

    @property
    def look_ups(self) -> LookUps:
        """What kind of line a number is."""

    @property
    def numbers(self) -> Numbers:
        """Our own numbers."""

    def close(self) -> None:
        """Let go of connections. Using it again opens new ones."""


@dataclass(frozen=True, slots=True)
class VoiceToken:
    """What a browser shows the carrier to call us, and when that ends."""

    text: str = field(repr=False)
    expires_at: dt.datetime


class VoiceTokens(Protocol):
    """Lets browsers call us through the carrier."""

    @property
    def is_ready(self) -> bool:
        """Whether the settings have what it takes."""

    def token_for(self, identity: str, now: dt.datetime) -> VoiceToken:
        """A token, good for less than an hour, for calls that say they are from `client:IDENTITY`.

        Raises ValueError for a name with anything but letters, digits and underscores, 121 of them at most,
        and where it isn't ready.
        """


class WebhookSignatures(Protocol):
    """Whether what knocks at our webhooks is the carrier."""

    def valid_signature(self, url: str, params: Mapping[str, Sequence[str]], signature: str | None) -> bool:
        """Tell whether the carrier signed exactly this: the public URL with its raw query as it was asked
        for, and every parameter of the form with all of its values. No signature: no.
        """
