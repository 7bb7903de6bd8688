"""What the phone bank shows: frozen values for doors, never rows."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from dialer.domain.script import Node, Script
from dialer.services.calling.beside import Help, Supervised


@dataclass(frozen=True, slots=True)
class CampaignView:
    """A campaign as contract §5 lists it."""

    id: uuid.UUID
    name: str
    kind: str
    state: str
    pause_reason: str | None
    timezone: str
    quiet_start: dt.time
    quiet_end: dt.time
    dialing_mode: str
    list_ids: tuple[uuid.UUID, ...]
    script_id: uuid.UUID | None
    caller_ids: tuple[str, ...]
    senders: tuple[str, ...]
    max_attempts: int
    retry_after_s: int
    assignment_timeout_s: int
    election_id: uuid.UUID
    sender_names: tuple[str, ...]
    election_material: bool | None
    imprint: str | None
    imprint_url: str | None
    imprint_added: str | None
    approved_words_only: bool
    recontact_after_s: int | None
    require_consent_sms: bool
    require_consent_email: bool
    quiet_hours_email: bool
    """Whether its letters keep its quiet hours too."""
    cost_cap: Decimal | None
    spent: Decimal
    currency: str
    abandoned_rate_max: float
    knock_up_support_max: int
    talks_goal: int | None
    leaderboard: bool
    team_id: uuid.UUID | None
    home_language: str
    """What its people speak of whom nothing is known."""
    queue_filling: bool
    """Whether some of its people are still to come into its queue."""
    created_at: dt.datetime


@dataclass(frozen=True, slots=True)
class ScriptView:
    """A script in one of its versions."""

    id: uuid.UUID
    name: str
    version: int
    language: str
    script: Script
    created_at: dt.datetime

    @property
    def start(self) -> str:
        """The id of the step it starts with."""
        return self.script.start

    @property
    def nodes(self) -> tuple[Node, ...]:
        """Its steps."""
        return self.script.nodes


@dataclass(frozen=True, slots=True)
class LineView:
    """A volunteer's line: `none`, `ringing` or `open`. To dial in, they ring one of `numbers`, press star and
    type `pin`, which nobody but they are shown.
    """

    state: str
    pin: str | None
    numbers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TransferView:
    """Somebody who is put through to a third party: `ringing`, `talking` (with the volunteer), `completed`
    (without), `cancelled` by the volunteer or `failed` for a `reason`. `call_id` is the third party's leg,
    `label` what they are called.
    """

    id: uuid.UUID
    assignment_id: uuid.UUID
    session_id: uuid.UUID
    call_id: uuid.UUID
    label: str
    to_account_id: uuid.UUID | None
    node: str | None
    warm: bool
    state: str
    reason: str | None
    started_at: dt.datetime
    answered_at: dt.datetime | None
    completed_at: dt.datetime | None
    ended_at: dt.datetime | None
    talked_s: int | None


@dataclass(frozen=True, slots=True)
class TalkView:
    """The talk on a volunteer's line: whether they are muted, since when the other one is on hold, and when
    those come back by themselves; the last try to put them through, if there was one; whether the carrier
    heard a machine (None: nobody listened, or can tell), and whether the message may be left on it.
    """

    muted: bool
    on_hold_since: dt.datetime | None
    back_at: dt.datetime | None
    transfer: TransferView | None = None
    machine: bool | None = None
    may_leave_message: bool = False


@dataclass(frozen=True, slots=True)
class SessionView:
    """A volunteer's shift, as the API's session."""

    id: uuid.UUID
    campaign_id: uuid.UUID
    volunteer_id: uuid.UUID
    state: str
    via: str
    calls: int
    talks: int
    started_at: dt.datetime
    assignment_id: uuid.UUID | None
    limited: bool
    """Too much skipped: a coordinator has to let the volunteer go on."""
    pause_reason: str | None = None
    """Why we paused it (`domain.line.PAUSE_REASONS`); none for the volunteer's own pause."""
    moving_to: uuid.UUID | None = None
    """The campaign where they go on once they are done with whom they have in hand."""
    moved_to: uuid.UUID | None = None
    """The shift in which they went on, elsewhere."""
    stayed_from: uuid.UUID | None = None
    """The campaign where they were to go on and couldn't, until they have somebody in hand again."""
    rests_until: dt.datetime | None = None
    """When their own pause ends by itself."""
    end_reason: str | None = None
    """`moved`: it ended since they went on elsewhere. `campaign_over`: it ends with its campaign, where it
    isn't over yet as soon as they are done with whom they have in hand."""
    line: LineView | None = None
    """Their own line, where they wait on one for people who are dialled."""
    talk: TalkView | None = None
    """The talk on that line, while there is one."""
    help: Help | None = None
    """The help that they asked for, until it is over."""
    supervision: Supervised | None = None
    """The coordinator who is in their room, or on the way: nobody listens in secret."""
    standstill: str | None = None
    """Why nobody is rung for whoever waits on their line (`domain.dialling.Still`); read for some views."""


@dataclass(frozen=True, slots=True)
class PastAttempt:
    """What an earlier attempt brought."""

    at: dt.datetime
    disposition: str
    notes: str | None


@dataclass(frozen=True, slots=True)
class CalledContact:
    """The person to be called, as a volunteer may see them."""

    id: uuid.UUID
    first_name: str | None
    last_name: str | None
    phone: str
    postcode: str | None
    tags: tuple[str, ...]
    history: tuple[PastAttempt, ...]
    say: str | None = None
    """How their name is said, where a list tells (`domain.said_as`)."""
    voted: bool = False
    """In the campaign's election, as far as is known."""


@dataclass(frozen=True, slots=True)
class HouseholdMember:
    """Somebody else on the same number."""

    id: uuid.UUID
    first_name: str | None
    last_name: str | None
    support: int | None
    voted: bool
    say: str | None = None


@dataclass(frozen=True, slots=True)
class AssignmentView:
    """One contact with household and script, in one volunteer's hands."""

    id: uuid.UUID
    session_id: uuid.UUID | None
    """None while it is in nobody's hands."""
    campaign_id: uuid.UUID
    state: str
    contact: CalledContact
    household: tuple[HouseholdMember, ...]
    script: ScriptView | None
    attempt: int
    created_at: dt.datetime
    expires_at: dt.datetime
    closed_at: dt.datetime | None
    late: bool
    draft: Mapping[str, object] = field(default_factory=dict)
    """What the volunteer has filled in so far, so that a reload or the back button loses nothing."""
    transfer: TransferView | None = None
    """The last try to put them through to somebody else, where one assignment is asked for."""


@dataclass(frozen=True, slots=True)
class NobodyNow:
    """Nobody is to be called at this moment, why, and when to ask again.

    `reason` is `nobody_due`, `quiet_hours`, `campaign_paused`, `all_paused`, `session_paused`, or `dialling`:
    somebody who answers is joined to the volunteer's line.
    """

    reason: str
    retry_after_s: int
    until: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class VoidView:
    """How much of a volunteer's work was taken back."""

    results: int
    opt_outs: int
