"""Who signs in, with what, and what they did."""

from __future__ import annotations

import uuid

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from dialer.domain.access import ROLES, TEAM_KINDS
from dialer.store.models.base import (
    Base,
    Identified,
    IdList,
    Instant,
    Json,
    Tenant,
    TextList,
    new_id,
    one_of,
    reference,
)


class Organisation(Base):
    """The movement: owns every other row.

    `inbound_read_under` is the start of the database server under which the carrier's lists of texts to us
    were last read to their end, `inbound_missed_at` when somebody saw since then that texts may have been
    missed. Where the reading fails, it has done so since `inbound_failing_since`; before
    `inbound_read_again_at` nobody asks for another.
    """

    __tablename__ = "organisation"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str]
    demo: Mapped[bool] = mapped_column(server_default=text("false"))
    paused_at: Mapped[Instant | None]
    paused_reason: Mapped[str | None]
    inbound_read_under: Mapped[Instant | None] = mapped_column(
        server_default=text("pg_postmaster_start_time()")
    )
    inbound_missed_at: Mapped[Instant | None]
    inbound_failing_since: Mapped[Instant | None]
    inbound_read_again_at: Mapped[Instant | None]
    created_at: Mapped[Instant] = mapped_column(server_default=func.now())


class Team(Identified, Base):
    """A region, local group or circle: a tree that scopes what an organiser sees."""

    __tablename__ = "team"
    __table_args__ = (
        reference("team", "parent_id"),
        one_of("kind", TEAM_KINDS),
        Index("ix_team_parent", "organisation_id", "parent_id"),
        Index(
            "uq_team_name",
            "organisation_id",
            "parent_id",
            text("lower(name)"),
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
    )

    organisation_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("organisation.id"), primary_key=True, sort_order=-2
    )
    parent_id: Mapped[uuid.UUID | None]
    name: Mapped[str]
    kind: Mapped[str]
    created_at: Mapped[Instant] = mapped_column(server_default=func.now())


class Account(Identified, Base):
    """Somebody, or some program, that acts in the organisation under one role."""

    __tablename__ = "account"
    __table_args__ = (
        one_of("role", ROLES),
        Index(
            "uq_account_email",
            "organisation_id",
            text("lower(email)"),
            unique=True,
            postgresql_where=text("email IS NOT NULL"),
        ),
        Index(
            "uq_account_phone",
            "organisation_id",
            "phone",
            unique=True,
            postgresql_where=text("phone IS NOT NULL"),
        ),
        Index("ix_account_role", "organisation_id", "role", "id"),
    )

    organisation_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("organisation.id"), primary_key=True, sort_order=-2
    )
    role: Mapped[str]
    name: Mapped[str]
    email: Mapped[str | None]
    phone: Mapped[str | None]
    phone_confirmed_at: Mapped[Instant | None]
    languages: Mapped[TextList]
    active: Mapped[bool] = mapped_column(server_default=text("true"))
    practised_at: Mapped[Instant | None]
    on_leaderboards: Mapped[bool] = mapped_column(server_default=text("true"))
    created_at: Mapped[Instant] = mapped_column(server_default=func.now())


class Membership(Tenant, Base):
    """A role in a team, and so in everything below that team in the tree."""

    __tablename__ = "membership"
    __table_args__ = (
        reference("account", "account_id", ondelete="CASCADE"),
        reference("team", "team_id", ondelete="CASCADE"),
        one_of("role", ROLES),
        Index("ix_membership_team", "organisation_id", "team_id", "account_id"),
    )

    account_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    team_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    role: Mapped[str]


class AccountCampaign(Tenant, Base):
    """A campaign that a volunteer may call for, once `approved`."""

    __tablename__ = "account_campaign"
    __table_args__ = (
        reference("account", "account_id", ondelete="CASCADE"),
        reference("campaign", "campaign_id", ondelete="CASCADE"),
        Index("ix_account_campaign_campaign", "organisation_id", "campaign_id", "account_id"),
    )

    account_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    campaign_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    approved: Mapped[bool] = mapped_column(server_default=text("true"))


class ApiToken(Identified, Base):
    """A bearer token of an account; only its hash is kept."""

    __tablename__ = "api_token"
    __table_args__ = (
        reference("account", "account_id", ondelete="CASCADE"),
        UniqueConstraint("secret_hash"),
        one_of("role", ROLES),
        reference("teller_link", "teller_link_id"),
        Index("ix_api_token_account", "organisation_id", "account_id"),
        Index(
            "ix_api_token_teller_link",
            "organisation_id",
            "teller_link_id",
            postgresql_where=text("teller_link_id IS NOT NULL"),
        ),
    )

    account_id: Mapped[uuid.UUID]
    role: Mapped[str]
    name: Mapped[str]
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary)
    campaign_ids: Mapped[IdList]
    election_id: Mapped[uuid.UUID | None]
    polling_districts: Mapped[TextList]
    teller_link_id: Mapped[uuid.UUID | None]
    """The link by which the teller joined: their secret was shown to nobody, a browser goes by it."""
    created_by: Mapped[uuid.UUID | None]
    created_at: Mapped[Instant] = mapped_column(server_default=func.now())
    expires_at: Mapped[Instant | None]
    revoked_at: Mapped[Instant | None]


class LoginSession(Identified, Base):
    """A browser that is signed in; revoked here, it is out everywhere at once.

    `joined_by` is the join link that brought the person. A browser that is `remembered` is greeted by name
    and let in by one press, also after the session itself has gone quiet.
    """

    __tablename__ = "login_session"
    __table_args__ = (
        reference("account", "account_id", ondelete="CASCADE"),
        reference("api_token", "token_id", ondelete="CASCADE"),
        UniqueConstraint("secret_hash"),
        Index("ix_login_session_account", "organisation_id", "account_id"),
    )

    account_id: Mapped[uuid.UUID]
    token_id: Mapped[uuid.UUID | None]
    joined_by: Mapped[uuid.UUID | None]
    remembered: Mapped[bool] = mapped_column(server_default=text("false"))
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[Instant]
    last_seen_at: Mapped[Instant]
    expires_at: Mapped[Instant]
    revoked_at: Mapped[Instant | None]


class SignInLink(Identified, Base):
    """A link that signs one account in: once, or (demo) as often as it is opened until the next start."""

    __tablename__ = "sign_in_link"
    __table_args__ = (
        reference("account", "account_id", ondelete="CASCADE"),
        UniqueConstraint("code_hash"),
    )

    account_id: Mapped[uuid.UUID]
    code_hash: Mapped[bytes] = mapped_column(LargeBinary)
    reusable: Mapped[bool] = mapped_column(server_default=text("false"))
    created_at: Mapped[Instant]
    expires_at: Mapped[Instant | None]
    used_at: Mapped[Instant | None]


class SignInRequest(Identified, Base):
    """Somebody known asked for a new sign-in link; waits until it is sent or a coordinator hands one out."""

    __tablename__ = "sign_in_request"
    __table_args__ = (
        reference("account", "account_id", ondelete="CASCADE"),
        Index(
            "uq_sign_in_request_open",
            "organisation_id",
            "account_id",
            unique=True,
            postgresql_where=text("answered_at IS NULL"),
        ),
    )

    account_id: Mapped[uuid.UUID]
    requested_at: Mapped[Instant]
    answered_at: Mapped[Instant | None]


class JoinLink(Identified, Base):
    """A link by which many volunteers may join one campaign, and come to one event of it."""

    __tablename__ = "join_link"
    __table_args__ = (
        reference("campaign", "campaign_id", ondelete="CASCADE"),
        UniqueConstraint("code"),
        reference("event", "event_id"),
        Index("ix_join_link_campaign", "organisation_id", "campaign_id"),
    )

    campaign_id: Mapped[uuid.UUID]
    event_id: Mapped[uuid.UUID | None]
    code: Mapped[str]
    approval: Mapped[bool] = mapped_column(server_default=text("false"))
    max_joins: Mapped[int | None]
    joins: Mapped[int] = mapped_column(server_default=text("0"))
    created_by: Mapped[uuid.UUID | None]
    created_at: Mapped[Instant]
    expires_at: Mapped[Instant | None]
    revoked_at: Mapped[Instant | None]


class PendingJoin(Tenant, Base):
    """What one of us asked for by a join link, until they are in: they have to open their sign-in link first,
    or wait to be let in.
    """

    __tablename__ = "pending_join"
    __table_args__ = (
        reference("account", "account_id", ondelete="CASCADE"),
        reference("join_link", "join_link_id", ondelete="CASCADE"),
    )

    account_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    join_link_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    asked_at: Mapped[Instant]


class AuditEntry(Identified, Base):
    """Who did what to which thing, when and why; written with the change, never edited."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_object", "organisation_id", "object_kind", "object_id", "id"),
        Index("ix_audit_entry_actor", "organisation_id", "actor_id", "id"),
    )

    at: Mapped[Instant]
    actor_id: Mapped[uuid.UUID | None]
    actor_role: Mapped[str]
    action: Mapped[str]
    object_kind: Mapped[str]
    object_id: Mapped[str]
    changes: Mapped[Json]
    reason: Mapped[str | None]
    request_id: Mapped[str | None]


class IdempotencyKey(Tenant, Base):
    """A POST that named itself, written with what it did; its answer is kept sealed for 24 h (contract §2).

    The key is kept as a hash only, since it is half of what opens `answer`.
    """

    __tablename__ = "idempotency_key"
    __table_args__ = (Index("ix_idempotency_key_created_at", "created_at"),)

    token_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    path: Mapped[str] = mapped_column(primary_key=True)
    key_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    body_hash: Mapped[bytes] = mapped_column(LargeBinary)
    answer: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[Instant]
