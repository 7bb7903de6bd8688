"""What blasts and texts show: frozen values for doors, never rows."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from dialer.domain.first_texts import AUTOMATIC, BATCH, BY_HAND, Capacity
from dialer.domain.messaging_service import Flaw
from dialer.domain.own_numbers import Aim
from dialer.domain.picture_message import AS_PICTURE
from dialer.domain.texting import EMAIL, SMS
from dialer.services.messaging.wave_views import FirstWaveView, WaveProgressView


@dataclass(frozen=True, slots=True)
class BlastView:
    """A blast as contract §7 lists it."""

    id: uuid.UUID
    campaign_id: uuid.UUID
    name: str
    body: str
    state: str
    waiting_reason: str | None
    pause_reason: str | None
    list_ids: tuple[uuid.UUID, ...]
    audience: Mapping[str, object]
    senders: tuple[str, ...]
    send_at: dt.datetime | None
    total: int
    created_at: dt.datetime
    launched_at: dt.datetime | None
    finished_at: dt.datetime | None
    audience_id: uuid.UUID | None = None
    deadline_at: dt.datetime | None = None
    bodies: Mapping[str, str] = field(default_factory=dict)
    """What it says in other languages, by their codes."""
    template_id: uuid.UUID | None = None
    picture_id: uuid.UUID | None = None
    picture_by: str = AS_PICTURE
    needs_approval: bool = False
    """Whether whoever looks at it can't send it before its words are approved."""
    mode: str = AUTOMATIC
    batch_size: int = BATCH
    volunteer_limit: int | None = None
    asks_for: tuple[str, ...] = ()
    """Which of the campaign's own answers a reply to it may be, by their names."""
    channel: str = SMS
    subject: str = ""
    subjects: Mapping[str, str] = field(default_factory=dict)
    """Of letters: what they are about, and in other languages."""
    first_wave: FirstWaveView | None = None
    """Where a few of it go first; None: all of it goes at once."""

    @property
    def is_letters(self) -> bool:
        """Whether it goes out by email."""
        return self.channel == EMAIL

    @property
    def is_by_hand(self) -> bool:
        """Whether a person presses once for each of its texts."""
        return self.mode == BY_HAND


@dataclass(frozen=True, slots=True)
class ServiceView:
    """What is set for a Messaging Service, as it was `read_at`. `texts_to` and `status_to` are short: whose
    address it is, empty where it is ours or none. On `opt_outs_answered_at`, to the day, it told last that it
    had answered a STOP, START or HELP itself.
    """

    read_at: dt.datetime
    name: str
    texts: Aim | None
    """Where it has texts told; None: where each number says."""
    texts_to: str
    fallback_to: str
    status_to: str
    sticky: bool | None
    validity_s: int | None
    registered: bool | None
    flaws: tuple[Flaw, ...]
    opt_outs_answered_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class SenderView:
    """A sender. `rate_per_s` is what was set for it, in segments a second, `effective_rate_per_s` what it is;
    `pool` are the numbers of a Messaging Service.

    `state` is `active`; `resting` until `resting_until`, by itself, for a moment; or `paused`, with the
    reason, until somebody resumes it or, where networks filtered it, until `tries_again_at`. Since
    `trial_since` it tries again, at a part of its rate, and rests again where it is still filtered.
    """

    id: uuid.UUID
    address: str
    kind: str
    rate_per_s: float | None
    effective_rate_per_s: float
    pool: tuple[str, ...]
    state: str
    pause_reason: str | None
    resting_until: dt.datetime | None
    handed_over_at: dt.datetime | None
    """Since when other senders send what waits at this one."""
    tries_again_at: dt.datetime | None
    trial_since: dt.datetime | None
    created_at: dt.datetime
    pictures: bool | None = None
    """Whether pictures go with its texts, where that was said; None: as its kind usually can."""
    service: ServiceView | None = None
    """What is set for a Messaging Service at the carrier; None: it hasn't been read, or it is none."""


@dataclass(frozen=True, slots=True)
class NamedContact:
    """Somebody, by what is known of their name."""

    id: uuid.UUID
    name: str


@dataclass(frozen=True, slots=True)
class Warned:
    """Something a coordinator should know before launching; `count` is how many texts it is about."""

    code: str
    detail: str
    count: int
    about: str | None = None
    """The placeholder, or the answer, that it is about."""
    contacts: tuple[NamedContact, ...] = ()
    """The first people it is about, where it is about something that is known, or isn't, of them."""
    language: str | None = None
    """The language of the words that it is about; None: the usual ones, or all."""


@dataclass(frozen=True, slots=True)
class SampleView:
    """One text as its person will read it, in pieces; True for those that come from what we know of them."""

    first_name: str | None
    number: str
    pieces: tuple[tuple[str, bool], ...]
    segments: int
    language: str | None = None
    """In which it has words of its own for them; None: the usual ones."""
    has_picture: bool = False
    """Whether the picture goes with it; else its words lead there, where the text has one."""


@dataclass(frozen=True, slots=True)
class SpokenView:
    """How many get a text in one language (None: in its usual words), and what that takes. Where nobody does
    among those who would be shown, `made_up` is how somebody who doesn't exist would read it.
    """

    language: str | None
    recipients: int
    encodings: Mapping[str, int]
    segments: int
    made_up: SampleView | None = None


@dataclass(frozen=True, slots=True)
class PictureView:
    """How many get a text's picture with it, how many a link to it, and what each costs. Where senders that
    can send it share the work with others that can't, `is_about` so many.
    """

    with_text: int
    with_text_cost: Decimal
    by_link: int
    by_link_cost: Decimal
    is_about: bool


@dataclass(frozen=True, slots=True)
class EstimateView:
    """Who would get a blast, who wouldn't and why, and what it would take. `duration_s` is at full rate."""

    recipients: int
    excluded: Mapping[str, int]
    encodings: Mapping[str, int]
    segments: int
    cost: Decimal
    currency: str
    duration_s: float
    warnings: tuple[Warned, ...]
    parts: Mapping[int, int]
    """How many texts have so many parts."""
    samples: tuple[SampleView, ...]
    """The first texts as they will read."""
    last_safe_start_at: dt.datetime | None = None
    """Started later, it may not be done before its deadline, or, without one, before quiet hours."""
    must_end_at: dt.datetime | None = None
    """That deadline, or when those quiet hours begin."""
    first_time: int = 0
    """How many of these numbers this organisation has never texted."""
    capacity: Capacity | None = None
    """Of one that is sent by hand: what its numbers may send."""
    held_out: int = 0
    """How many more would get it if the saved audience drew nobody out by chance."""
    spoken: tuple[SpokenView, ...] = ()
    """The same by language, the usual words first."""
    picture: PictureView | None = None
    """Of a text that has one."""


@dataclass(frozen=True, slots=True)
class ProgressView:
    """How far a blast is, from its counters."""

    blast_id: uuid.UUID
    state: str
    waiting_reason: str | None
    pause_reason: str | None
    total: int
    counts: Mapping[str, int]
    accepted: int
    """Texts that the carrier took; those that it refused are `failed` too, and went nowhere."""
    expired: int
    """Texts, among the failed ones, that the carrier dropped since they hadn't left it in time."""
    put_off: int
    """Emails of which a server said that it tries on, whatever became of them."""
    bounced: Mapping[str, int]
    """Emails that did not arrive, by why: some are `failed`, others `undelivered`."""
    not_given_up: int
    """Of how many addresses that look abandoned emails go on, since too many looked so within an hour."""
    in_review: int
    """Texts, among the queued ones, that wait for an answer of ours about what may have been a no."""
    skipped_by: Mapping[str, int]
    spent: Decimal
    currency: str
    rate_per_s: float
    eta_s: float | None
    mode: str = AUTOMATIC
    unpressed: int = 0
    """Of one that is sent by hand: how many wait for somebody to press."""
    hung: int = 0
    """Emails that have been on the wire for longer than is usual: whoever sends them may be gone."""
    hung_since: dt.datetime | None = None
    """Since when the first of them has."""
    in_doubt: Decimal = Decimal(0)
    """What those emails may have cost of which nobody knows whether they went: caps hold it back."""
    first_wave: WaveProgressView | None = None
    """How its first wave fares, where it has one."""


@dataclass(frozen=True, slots=True)
class LetterSaid:
    """What a letter to us says of itself, which nothing proves: who wrote it and where answers are wanted
    (empty: at the address it was written from); `doubt` is why its words may be somebody else's. `own_words`
    is what its writer wrote themselves, without what their mail program put around it; the whole where a no
    stands elsewhere in it.
    """

    sender: str = field(repr=False)
    sender_name: str = field(repr=False)
    reply_to: str = field(repr=False)
    doubt: str | None
    own_words: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class MessageView:
    """One text, out or in, as contract §7 lists it."""

    id: uuid.UUID
    blast_id: uuid.UUID | None
    campaign_id: uuid.UUID | None
    contact_id: uuid.UUID | None
    direction: str
    purpose: str | None
    sender: str | None
    number: str | None
    """The other party's number, whichever way the text went."""
    body: str
    state: str
    segments: int
    encoding: str
    error_code: int | None
    error_detail: str | None
    carrier_sid: str | None
    cost: Decimal | None
    currency: str | None
    skip_reason: str | None
    created_at: dt.datetime
    sent_at: dt.datetime | None
    delivered_at: dt.datetime | None
    inbound_class: str | None = None
    """Of one that came in: what it asks of us, and the rule by which that was found."""
    inbound_rule: str | None = None
    attachments: tuple[str, ...] = ()
    """The kinds of what came with it; empty where the carrier didn't say."""
    waiting_reason: str | None = None
    """Of one to one person that is still here: what it waits for."""
    waits_until: dt.datetime | None = None
    pressed_at: dt.datetime | None = None
    """Of one that is sent by hand: when somebody pressed for it, and who."""
    pressed_by: uuid.UUID | None = None
    picture_path: str | None = None
    """Where the picture is seen that goes with it, within the installation."""
    channel: str = SMS
    subject: str | None = None
    """Of a letter."""
    bounce: str | None = None
    """Of a letter that did not arrive: why."""
    letter: LetterSaid | None = None
    """Of a letter to us."""
    clicked_at: dt.datetime | None = None
    """Of a text of a blast: when whoever got it first opened a link in it."""
    clicks: int = 0
    """And how often they did, machines left out."""


@dataclass(frozen=True, slots=True)
class TextPreview:
    """How a text would read, and what it would take."""

    body: str = field(repr=False)
    number: str = field(repr=False)
    sender: str = field(repr=False)
    segments: int
    encoding: str
    cost: Decimal
    currency: str
    waits_until: dt.datetime | None
    picture_path: str | None = None
    """Where the picture is seen that goes with it."""
