"""What deeds about accounts give back: plain values, never rows."""

from __future__ import annotations

import datetime as dt
import enum
import uuid
from dataclasses import dataclass

from dialer.domain.access import Actor


@dataclass(frozen=True, slots=True)
class TokenView:
    """A bearer token without its secret, which is kept nowhere."""

    id: uuid.UUID
    account_id: uuid.UUID
    role: str
    name: str
    campaign_ids: list[uuid.UUID]
    election_id: uuid.UUID | None
    polling_districts: list[str]
    created_at: dt.datetime
    expires_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A token in the one moment in which its secret is shown."""

    secret: str
    view: TokenView


@dataclass(frozen=True, slots=True)
class VolunteerView:
    """Somebody who calls.

    `waiting_campaign_ids` are those they joined by a link that asks for a coordinator's approval;
    `asked_for_link_at` is set while they wait for a new sign-in link.
    """

    id: uuid.UUID
    name: str
    email: str | None
    phone: str | None
    languages: list[str]
    campaign_ids: list[uuid.UUID]
    waiting_campaign_ids: list[uuid.UUID]
    team_ids: list[uuid.UUID]
    active: bool
    asked_for_link_at: dt.datetime | None
    created_at: dt.datetime


@dataclass(frozen=True, slots=True)
class AccountView:
    """Somebody, or some program, that acts here under a role. `last_seen_at` is when a signed-in browser of
    theirs last asked for something.
    """

    id: uuid.UUID
    role: str
    name: str
    email: str | None
    phone: str | None
    languages: list[str]
    campaign_ids: list[uuid.UUID]
    team_ids: list[uuid.UUID]
    active: bool
    last_seen_at: dt.datetime | None
    created_at: dt.datetime


@dataclass(frozen=True, slots=True)
class InviteView:
    """A sign-in link in the one moment in which it is shown."""

    url: str
    expires_at: dt.datetime


@dataclass(frozen=True, slots=True)
class JoinLinkView:
    """A link by which many may join one campaign."""

    id: uuid.UUID
    campaign_id: uuid.UUID
    code: str
    url: str
    approval: bool
    max_joins: int | None
    event_id: uuid.UUID | None
    joins: int
    created_at: dt.datetime
    expires_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class TeamView:
    """A place in the tree of teams, with who and what belongs to it and not to a team below it."""

    id: uuid.UUID
    name: str
    kind: str
    parent_id: uuid.UUID | None
    people: int
    campaigns: int
    created_at: dt.datetime


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A browser that is signed in: the secret for its cookie, and who it acts for."""

    secret: str
    actor: Actor
    expires_at: dt.datetime


@dataclass(frozen=True, slots=True)
class SignInLinkPage:
    """What a sign-in link shows before its button is pressed; looking uses nothing up."""

    name: str
    role: str
    usable: bool


@dataclass(frozen=True, slots=True)
class ComingSession:
    """A phone-bank session to come: what, where, when, and whose clocks it goes by."""

    id: uuid.UUID
    title: str
    place: str
    starts_at: dt.datetime
    zone: str


class JoinLinkState(enum.StrEnum):
    """`open`: come in. `closed`: its campaign isn't calling. `gone`: unknown, used up, past its time."""

    OPEN = "open"
    CLOSED = "closed"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class JoinPage:
    """What a join link shows. `welcome_back` names the person only on the device that joined."""

    state: JoinLinkState
    campaign_name: str | None = None
    host_name: str | None = None
    welcome_back: str | None = None
    approval: bool = False
    session: ComingSession | None = None
    """The one that whoever joins comes to; where the calls are over, the campaign’s next."""


class JoinOutcome(enum.StrEnum):
    """`signed_in`: in. `waiting`: in, once a coordinator agrees. `link_asked`: known, from another device."""

    SIGNED_IN = "signed_in"
    WAITING = "waiting"
    LINK_ASKED = "link_asked"


@dataclass(frozen=True, slots=True)
class Joined:
    """How a join ended; `signed_in` is empty where the person must sign in by their own link.

    `device` is the secret by which the browser is to be remembered, None where it isn't.
    """

    outcome: JoinOutcome
    campaign_id: uuid.UUID
    signed_in: SignedIn | None = None
    device: str | None = None


@dataclass(frozen=True, slots=True)
class AuditEntryView:
    """One line of the audit log."""

    id: uuid.UUID
    at: dt.datetime
    actor_id: uuid.UUID | None
    actor_role: str
    action: str
    object_kind: str
    object_id: str
    changes: dict[str, object]
    reason: str | None
    request_id: str | None
