"""Who is at the door, and how far they reach: named reads, each one statement."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from dialer.domain.access import Role
from dialer.store.models.accounts import Membership, Team
from dialer.store.models.calling import Assignment, Campaign
from dialer.store.quick import Quick
from dialer.store.session import UnitFactory


@dataclass(frozen=True, slots=True)
class Holder:
    """An account found by its secret, with what the token says when it came by one."""

    organisation_id: uuid.UUID
    account_id: uuid.UUID
    role: str
    name: str
    own_campaign_ids: list[uuid.UUID]
    token_id: uuid.UUID | None
    token_role: str | None
    token_campaign_ids: list[uuid.UUID] | None
    election_id: uuid.UUID | None
    polling_districts: list[str] | None


@dataclass(frozen=True, slots=True)
class LoginTimes:
    """How long a browser has been signed in, and quiet."""

    id: uuid.UUID
    last_seen_at: dt.datetime
    expires_at: dt.datetime
    joined_by: uuid.UUID | None


_HOLDER = """
    a.organisation_id, a.id, a.role, a.name,
    ARRAY(
        SELECT c.campaign_id FROM account_campaign c
        WHERE c.organisation_id = a.organisation_id AND c.account_id = a.id AND c.approved
    ),
    t.id, t.role, t.campaign_ids, t.election_id, t.polling_districts
"""
_LIVES = "t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > :now)"

_BY_TOKEN = Quick(
    f"""
    SELECT {_HOLDER}
    FROM api_token t
    JOIN account a ON a.organisation_id = t.organisation_id AND a.id = t.account_id AND a.active
    WHERE t.secret_hash = :secret_hash AND {_LIVES}
    """  # noqa: S608 -- texts of this module
)
_BY_LOGIN = Quick(
    f"""
    SELECT l.id, l.last_seen_at, l.expires_at, l.joined_by, {_HOLDER}
    FROM login_session l
    JOIN account a ON a.organisation_id = l.organisation_id AND a.id = l.account_id AND a.active
    LEFT JOIN api_token t ON t.organisation_id = l.organisation_id AND t.id = l.token_id
    WHERE l.secret_hash = :secret_hash AND l.revoked_at IS NULL
      AND (l.token_id IS NULL OR (t.id IS NOT NULL AND {_LIVES}))
    """  # noqa: S608 -- texts of this module
)
"""Every request asks one of the two."""


def find_token_holder(units: UnitFactory, secret_hash: bytes, now: dt.datetime) -> Holder | None:
    """The active account behind a token that is neither expired nor revoked."""
    found = units.ask(_BY_TOKEN, {"secret_hash": secret_hash, "now": now})
    return Holder(*found[0]) if found else None


def find_login_holder(
    units: UnitFactory, secret_hash: bytes, now: dt.datetime
) -> tuple[LoginTimes, Holder] | None:
    """The active account signed in with this secret, unless signed out; its token, where there is one, lives.

    How long it has been quiet is left to the caller to judge.
    """
    found = units.ask(_BY_LOGIN, {"secret_hash": secret_hash, "now": now})
    return (LoginTimes(*found[0][:4]), Holder(*found[0][4:])) if found else None


def teams_in_reach(session: Session, organisation_id: uuid.UUID, account_id: uuid.UUID) -> set[uuid.UUID]:
    """The teams that an organiser runs and all below them in the tree."""
    run = select(Membership.team_id).where(
        Membership.organisation_id == organisation_id,
        Membership.account_id == account_id,
        Membership.role == Role.ORGANISER,
    )
    return set(session.scalars(with_those_below(organisation_id, run)))


def with_those_below(organisation_id: uuid.UUID, top: Select[uuid.UUID]) -> Select[uuid.UUID]:
    """The ids of these teams and of all below them in the tree."""
    below = top.cte("below", recursive=True)
    (team_id,) = below.c
    below = below.union(
        select(Team.id).join(below, Team.parent_id == team_id).where(Team.organisation_id == organisation_id)
    )
    return select(*below.c)


def campaigns_of_teams(
    session: Session, organisation_id: uuid.UUID, team_ids: set[uuid.UUID]
) -> set[uuid.UUID]:
    """The campaigns that belong to any of these teams."""
    if not team_ids:
        return set()
    return set(
        session.scalars(
            select(Campaign.id).where(
                Campaign.organisation_id == organisation_id, Campaign.team_id.in_(team_ids)
            )
        )
    )


def organisers_by_team(organisation_id: uuid.UUID, campaign_id: uuid.UUID) -> Select[uuid.UUID]:
    """The accounts that run a campaign through its team, or through one above that."""
    own = select(Campaign.team_id.label("id")).where(
        Campaign.organisation_id == organisation_id, Campaign.id == campaign_id
    )
    above = own.cte("above", recursive=True)
    (team_id,) = above.c
    above = above.union(
        select(Team.parent_id).join(above, Team.id == team_id).where(Team.organisation_id == organisation_id)
    )
    return select(Membership.account_id).where(
        Membership.organisation_id == organisation_id,
        Membership.role == Role.ORGANISER,
        Membership.team_id.in_(select(*above.c)),
    )


def has_unfinished_call(
    session: Session, organisation_id: uuid.UUID, account_id: uuid.UUID, since: dt.datetime
) -> bool:
    """Whether the newest assignment handed to this account since then still waits for its result."""
    newest = (
        select(Assignment.state)
        .where(
            Assignment.organisation_id == organisation_id,
            Assignment.account_id == account_id,
            Assignment.created_at > since,
        )
        .order_by(Assignment.created_at.desc())
        .limit(1)
    )
    return session.scalar(newest) in {"open", "expired"}
