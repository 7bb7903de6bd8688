"""Who may do what: one table of permissions, default deny (contract §3).

A *rule* names the roles that hold a permission and how far it reaches (its *scope*). Doors ask before
they open (`dialer.web.guard`, the job registry, the CLI); deeds ask again about the thing itself
(`require`), since only they know whose it is.
"""

from __future__ import annotations

import enum
import uuid
from dataclasses import dataclass, field
from typing import Final

from dialer.domain.errors import Forbidden, NotFound

ROLES: Final = ("admin", "coordinator", "organiser", "volunteer", "teller", "observer")
TEAM_KINDS: Final = ("region", "local", "circle")


class Role(enum.StrEnum):
    """Each of the first four can do what the next ones can; teller and observer stand beside."""

    ADMIN = "admin"
    COORDINATOR = "coordinator"
    ORGANISER = "organiser"
    VOLUNTEER = "volunteer"
    TELLER = "teller"
    OBSERVER = "observer"


class Scope(enum.StrEnum):
    """How far a permission reaches for those who hold it below coordinator."""

    ORGANISATION = "organisation"
    CAMPAIGNS = "campaigns"
    OWN = "own"
    PUBLIC = "public"
    SIGNED = "signed"
    """Nobody signs in: the carrier signs each request."""
    SIGNED_MAIL = "signed_mail"
    """Nobody signs in: whoever carries our email signs each request."""


class Permission(enum.StrEnum):
    """Verb and noun of everything that can be done through any door."""

    PUBLIC_READ = "public.read"
    SIGN_IN = "sign_in"
    JOIN = "join"
    SELF_READ = "self.read"
    PREFERENCE_SET = "preference.set"
    ORGANISATION_PAUSE = "organisation.pause"
    TOKEN_MANAGE = "token.manage"  # noqa: S105 - the name of a permission
    VOLUNTEER_READ = "volunteer.read"
    VOLUNTEER_MANAGE = "volunteer.manage"
    VOLUNTEER_VOID = "volunteer.void"
    JOIN_LINK_MANAGE = "join_link.manage"
    ACCOUNT_READ = "account.read"
    ACCOUNT_MANAGE = "account.manage"
    TEAM_READ = "team.read"
    TEAM_MANAGE = "team.manage"
    LIST_READ = "list.read"
    LIST_MANAGE = "list.manage"
    AUDIENCE_READ = "audience.read"
    AUDIENCE_MANAGE = "audience.manage"
    IMPORT_RUN = "import.run"
    CONTACT_READ = "contact.read"
    CONTACT_MANAGE = "contact.manage"
    OPT_OUT_MANAGE = "opt_out.manage"
    OPT_OUT_SELF = "opt_out.self"
    LINK_FOLLOW = "link.follow"
    SUPPRESSION_READ = "suppression.read"
    SUPPRESSION_MANAGE = "suppression.manage"
    EXPORT_RUN = "export.run"
    CAMPAIGN_READ = "campaign.read"
    CAMPAIGN_MANAGE = "campaign.manage"
    SCRIPT_READ = "script.read"
    SCRIPT_MANAGE = "script.manage"
    SOUND_READ = "sound.read"
    SOUND_MANAGE = "sound.manage"
    ELECTION_READ = "election.read"
    ELECTION_MANAGE = "election.manage"
    EVENT_READ = "event.read"
    EVENT_MANAGE = "event.manage"
    EVENT_SIGN_UP = "event.sign_up"
    EVENT_SIGN_UP_PUBLIC = "event.sign_up_public"
    SHIFT_RUN = "shift.run"
    ASSIGNMENT_READ = "assignment.read"
    RESULT_RECORD = "result.record"
    RESULT_CORRECT = "result.correct"
    PLEDGE_READ = "pledge.read"
    PLEDGE_RECORD = "pledge.record"
    KNOCK_UP_READ = "knock_up.read"
    DOOR_READ = "door.read"
    DOOR_RECORD = "door.record"
    CANVASS_MANAGE = "canvass.manage"
    KNOCK_UP_WALK = "knock_up.walk"
    TURNOUT_RECORD = "turnout.record"
    TURNOUT_UNDO = "turnout.undo"
    TURNOUT_REVIEW = "turnout.review"
    TURNOUT_READ = "turnout.read"
    SENDER_READ = "sender.read"
    SENDER_MANAGE = "sender.manage"
    BLAST_READ = "blast.read"
    BLAST_MANAGE = "blast.manage"
    FIRST_TEXT_SEND = "first_text.send"
    PICTURE_READ = "picture.read"
    PICTURE_MANAGE = "picture.manage"
    TEMPLATE_READ = "template.read"
    TEMPLATE_WRITE = "template.write"
    TEMPLATE_APPROVE = "template.approve"
    MESSAGE_READ = "message.read"
    MESSAGE_SEND = "message.send"
    MESSAGE_CLASSIFY = "message.classify"
    CONVERSATION_READ = "conversation.read"
    CONVERSATION_ANSWER = "conversation.answer"
    CONVERSATION_MANAGE = "conversation.manage"
    CONVERSATION_UNBLOCK = "conversation.unblock"
    CANNED_REPLY_READ = "canned_reply.read"
    CANNED_REPLY_MANAGE = "canned_reply.manage"
    RECORDING_READ = "recording.read"
    RECORDING_MANAGE = "recording.manage"
    CALL_READ = "call.read"
    CALL_PLACE = "call.place"
    CALL_SUPERVISE = "call.supervise"
    PHONE_CONFIRM = "phone.confirm"
    LANGUAGES_SET = "languages.set"
    STATS_READ = "stats.read"
    AUDIT_READ = "audit.read"
    CARRIER_TELL = "carrier.tell"
    MAIL_TELL = "mail.tell"
    SYSTEM_RUN = "system.run"


@dataclass(frozen=True, slots=True)
class Rule:
    """The roles that hold a permission, and its reach for the roles below coordinator."""

    roles: frozenset[Role]
    scope: Scope


def _down_to(role: Role, *beside: Role) -> frozenset[Role]:
    ladder = (Role.ADMIN, Role.COORDINATOR, Role.ORGANISER, Role.VOLUNTEER)
    return frozenset({*ladder[: ladder.index(role) + 1], *beside})


_EVERYBODY = frozenset(Role)
_ADMIN = _down_to(Role.ADMIN)
_COORDINATOR = _down_to(Role.COORDINATOR)
_ORGANISER = _down_to(Role.ORGANISER)
_VOLUNTEER = _down_to(Role.VOLUNTEER)

RULES: Final[dict[Permission, Rule]] = {
    Permission.PUBLIC_READ: Rule(_EVERYBODY, Scope.PUBLIC),
    Permission.SIGN_IN: Rule(_EVERYBODY, Scope.PUBLIC),
    Permission.JOIN: Rule(_EVERYBODY, Scope.PUBLIC),
    Permission.PREFERENCE_SET: Rule(_EVERYBODY, Scope.PUBLIC),
    Permission.SELF_READ: Rule(_EVERYBODY, Scope.OWN),
    Permission.ORGANISATION_PAUSE: Rule(_COORDINATOR, Scope.ORGANISATION),
    Permission.TOKEN_MANAGE: Rule(_COORDINATOR, Scope.ORGANISATION),
    Permission.VOLUNTEER_READ: Rule(_ORGANISER, Scope.CAMPAIGNS),
    Permission.VOLUNTEER_MANAGE: Rule(_ORGANISER, Scope.CAMPAIGNS),
    Permission.VOLUNTEER_VOID: Rule(_COORDINATOR, Scope.ORGANISATION),
    Permission.JOIN_LINK_MANAGE: Rule(_ORGANISER, Scope.CAMPAIGNS),
    Permission.ACCOUNT_READ: Rule(_COORDINATOR, Scope.ORGANISATION),
    Permission.ACCOUNT_MANAGE: Rule(_COORDINATOR, Scope.ORGANISATION),
    Permission.TEAM_READ: Rule(_ORGANISER, Scope.ORGANISATION),
    Permission.TEAM_MANAGE: Rule(_COORDINATOR, Scope.ORGANISATION),
    Permission.LIST_READ: Rule(_COORDINATOR, Scope.ORGANISATION),
    Permission.LIST_MANAGE: Rule(_COORDINATOR, Scope.ORGANISATION),
    Permission.AUDIENCE_READ: Rule(_COORDINATOR, Scope.ORGANISATION),
    Permission.AUDIENCE_MANAGE: Rule(_COORDINATOR, Scope.ORGANISATION),
    Permission.IMPORT_RUN: Rule(_COORDINATOR, Scope.ORGANISATION),
    Permission.CONTACT_READ: Rule(_COORDINATOR, Scope.ORGANISATION),
    Permission.CONTACT_MANAGE: Rule(_COORDINATOR, Scope.ORGANISATION),
    Permission.OPT_OUT_MANAGE: Rule(_COORDINATOR, Scope.ORGANISATION),
    Permission.OPT_OUT_SELF: Rule(_EVERYBODY, Scope.PUBLIC),
    Permission.LINK_FOLLOW: Rule(_EVERYBODY, Scope.PUBLIC),
    Permission.SUPPRESSION_READ: Rule(_COORDINATOR, Scope.ORGANISATION),
    Permission.SUPPRESSION_MANAGE: Rule(_COORDINATOR, Scope.ORGANISATION),
    Permission.EXPORT_RUN: Rule(_COORDINATOR, Scope.ORGANISATION),
    Permission.CAMPAIGN_READ: Rule(_VOLUNTEER, Scope.CAMPAIGNS),
    Permission.CAMPAIGN_MANAGE: Rule(_ORGANISER, Scope.CAMPAIGNS),
    Permission.SCRIPT_READ: Rule(_ORGANISER, Scope.ORGANISATION),
    Permission.SCRIPT_MANAGE: Rule(_ORGANISER, Scope.ORGANISATION),
    Permission.SOUND_READ: Rule(_ORGANISER, Scope.ORGANISATION),
    Permission.SOUND_MANAGE: Rule(_ORGANISER, Scope.ORGANISATION),
    Permission.ELECTION_READ: Rule(_ORGANISER, Scope.ORGANISATION),
    Permission.ELECTION_MANAGE: Rule(_COORDINATOR, Scope.ORGANISATION),
    Permission.EVENT_READ: Rule(_VOLUNTEER, Scope.CAMPAIGNS),
    Permission.EVENT_MANAGE: Rule(_ORGANISER, Scope.CAMPAIGNS),
    Permission.EVENT_SIGN_UP: Rule(_VOLUNTEER, Scope.OWN),
    Permission.EVENT_SIGN_UP_PUBLIC: Rule(_EVERYBODY, Scope.PUBLIC),
    Permission.SHIFT_RUN: Rule(_VOLUNTEER, Scope.OWN),
    Permission.ASSIGNMENT_READ: Rule(_VOLUNTEER, Scope.OWN),
    Permission.RESULT_RECORD: Rule(_VOLUNTEER, Scope.OWN),
    Permission.RESULT_CORRECT: Rule(_VOLUNTEER, Scope.OWN),
    Permission.PLEDGE_READ: Rule(_ORGANISER, Scope.CAMPAIGNS),
    Permission.PLEDGE_RECORD: Rule(_ORGANISER, Scope.CAMPAIGNS),
    Permission.KNOCK_UP_READ: Rule(_ORGANISER, Scope.CAMPAIGNS),
    Permission.DOOR_READ: Rule(_ORGANISER, Scope.CAMPAIGNS),
    Permission.DOOR_RECORD: Rule(_ORGANISER, Scope.CAMPAIGNS),
    Permission.CANVASS_MANAGE: Rule(_ORGANISER, Scope.CAMPAIGNS),
    Permission.KNOCK_UP_WALK: Rule(_VOLUNTEER, Scope.CAMPAIGNS),
    Permission.TURNOUT_RECORD: Rule(_COORDINATOR | {Role.TELLER}, Scope.OWN),
    Permission.TURNOUT_UNDO: Rule(_COORDINATOR, Scope.ORGANISATION),
    Permission.TURNOUT_REVIEW: Rule(_COORDINATOR, Scope.ORGANISATION),
    Permission.TURNOUT_READ: Rule(_ORGANISER | {Role.OBSERVER}, Scope.CAMPAIGNS),
    Permission.SENDER_READ: Rule(_COORDINATOR, Scope.ORGANISATION),
    Permission.SENDER_MANAGE: Rule(_COORDINATOR, Scope.ORGANISATION),
    Permission.BLAST_READ: Rule(_ORGANISER, Scope.CAMPAIGNS),
    Permission.BLAST_MANAGE: Rule(_ORGANISER, Scope.CAMPAIGNS),
    Permission.FIRST_TEXT_SEND: Rule(_VOLUNTEER, Scope.CAMPAIGNS),
    Permission.PICTURE_READ: Rule(_ORGANISER, Scope.ORGANISATION),
    Permission.PICTURE_MANAGE: Rule(_ORGANISER, Scope.ORGANISATION),
    Permission.TEMPLATE_READ: Rule(_ORGANISER, Scope.CAMPAIGNS),
    Permission.TEMPLATE_WRITE: Rule(_ORGANISER, Scope.CAMPAIGNS),
    Permission.TEMPLATE_APPROVE: Rule(_COORDINATOR, Scope.ORGANISATION),
    Permission.MESSAGE_READ: Rule(_COORDINATOR, Scope.ORGANISATION),
    Permission.MESSAGE_SEND: Rule(_COORDINATOR, Scope.ORGANISATION),
    Permission.MESSAGE_CLASSIFY: Rule(_ORGANISER, Scope.ORGANISATION),
    Permission.CONVERSATION_READ: Rule(_VOLUNTEER, Scope.OWN),
    Permission.CONVERSATION_ANSWER: Rule(_VOLUNTEER, Scope.OWN),
    Permission.CONVERSATION_MANAGE: Rule(_ORGANISER, Scope.CAMPAIGNS),
    Permission.CONVERSATION_UNBLOCK: Rule(_COORDINATOR, Scope.ORGANISATION),
    Permission.CANNED_REPLY_READ: Rule(_VOLUNTEER, Scope.CAMPAIGNS),
    Permission.CANNED_REPLY_MANAGE: Rule(_ORGANISER, Scope.CAMPAIGNS),
    Permission.RECORDING_READ: Rule(_COORDINATOR, Scope.ORGANISATION),
    Permission.RECORDING_MANAGE: Rule(_COORDINATOR, Scope.ORGANISATION),
    Permission.CALL_READ: Rule(_ORGANISER, Scope.CAMPAIGNS),
    Permission.CALL_PLACE: Rule(_VOLUNTEER, Scope.OWN),
    Permission.CALL_SUPERVISE: Rule(_COORDINATOR, Scope.ORGANISATION),
    Permission.PHONE_CONFIRM: Rule(_VOLUNTEER, Scope.OWN),
    Permission.LANGUAGES_SET: Rule(_VOLUNTEER, Scope.OWN),
    Permission.STATS_READ: Rule(_ORGANISER | {Role.OBSERVER}, Scope.CAMPAIGNS),
    Permission.AUDIT_READ: Rule(_ADMIN, Scope.ORGANISATION),
    Permission.CARRIER_TELL: Rule(_ADMIN, Scope.SIGNED),
    Permission.MAIL_TELL: Rule(_ADMIN, Scope.SIGNED_MAIL),
    Permission.SYSTEM_RUN: Rule(_ADMIN, Scope.ORGANISATION),
}

_LADDER: Final = {
    Role.ADMIN: 4,
    Role.COORDINATOR: 3,
    Role.ORGANISER: 2,
    Role.VOLUNTEER: 1,
    Role.TELLER: 1,
    Role.OBSERVER: 1,
}


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts. `campaign_ids` is None where no campaign is out of bounds (admin, coordinator); `team_ids`
    are the teams that an organiser runs, with all below them.
    """

    organisation_id: uuid.UUID
    account_id: uuid.UUID | None
    role: Role
    name: str
    campaign_ids: frozenset[uuid.UUID] | None = None
    team_ids: frozenset[uuid.UUID] = field(default_factory=frozenset)
    token_id: uuid.UUID | None = None
    election_id: uuid.UUID | None = None
    polling_districts: frozenset[str] = field(default_factory=frozenset)

    def may(self, permission: Permission) -> bool:
        """Whether the role holds the permission at all; the thing itself is asked about with `require`."""
        return self.role in RULES[permission].roles

    def sees_campaign(self, campaign_id: uuid.UUID) -> bool:
        """Whether a campaign exists for this actor."""
        return self.campaign_ids is None or campaign_id in self.campaign_ids

    def sees_team(self, team_id: uuid.UUID) -> bool:
        """Whether a team exists for this actor."""
        return self.sees_all_teams or team_id in self.team_ids

    @property
    def sees_all_teams(self) -> bool:
        """Whether no team is out of bounds: for everybody above organisers."""
        return _LADDER[self.role] > _LADDER[Role.ORGANISER]


def require(
    actor: Actor,
    permission: Permission,
    *,
    campaign_id: uuid.UUID | None = None,
    owner_id: uuid.UUID | None = None,
) -> None:
    """Refuse what the actor may not do.

    A role too low is told so (`Forbidden`, 403); a thing out of reach is not there (`NotFound`, 404),
    so that guessing ids shows nothing. `owner_id` is the account whose thing it is: under scope `own`
    a role below organiser reaches only its own.
    """
    if not actor.may(permission):
        raise Forbidden
    if campaign_id is not None and not actor.sees_campaign(campaign_id):
        raise NotFound
    below_organiser = _LADDER[actor.role] < _LADDER[Role.ORGANISER]
    if (
        owner_id is not None
        and below_organiser
        and RULES[permission].scope is Scope.OWN
        and owner_id != actor.account_id
    ):
        raise NotFound


def may_grant(granter: Role, role: Role) -> bool:
    """Nobody makes a role above their own (contract §3)."""
    return _LADDER[role] <= _LADDER[granter]
