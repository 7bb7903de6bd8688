"""Who is at the door: a bearer token or a signed-in browser, looked up by the hash of its secret."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Final

from sqlalchemy import update

from dialer.domain.access import Actor, Role
from dialer.services.accounts.credentials import secret_hash
from dialer.store.models.accounts import LoginSession
from dialer.store.queries.accounts import (
    Holder,
    LoginTimes,
    campaigns_of_teams,
    find_login_holder,
    find_token_holder,
    has_unfinished_call,
    teams_in_reach,
)
from dialer.store.session import UnitFactory

IDLE_LIMIT: Final = dt.timedelta(hours=1)
"""A browser that asked for nothing this long is signed out."""

UNFINISHED_CALL_LIMIT: Final = dt.timedelta(hours=4)
"""So long instead, while the result of a call is missing: no call in progress is lost to the idle limit."""

_SEEN_EVERY: Final = dt.timedelta(minutes=1)
_ABOVE_CAMPAIGNS: Final = frozenset({Role.ADMIN, Role.COORDINATOR, Role.OBSERVER})


def actor_for_token(units: UnitFactory, secret: str, now: dt.datetime) -> Actor | None:
    """The holder of a bearer token; None when it is unknown, expired, revoked or its account is inactive."""
    holder = find_token_holder(units, secret_hash(secret), now)
    return None if holder is None else _actor(units, holder)


def actor_for_login(units: UnitFactory, secret: str, now: dt.datetime) -> Actor | None:
    """Whoever is signed in with this session secret; None when it has ended.

    It ends by signing out, with the token it was opened by, with the account, after a day, and after a
    quiet hour (four while a call is unfinished). A board that refreshes itself isn't quiet, and a teller
    whose phone finds no network for hours isn't either.
    """
    found = find_login_holder(units, secret_hash(secret), now)
    if found is None:
        return None
    login, holder = found
    if login.expires_at <= now or _has_gone_quiet(units, login, holder, now):
        return None
    if now - login.last_seen_at > _SEEN_EVERY:
        _mark_seen(units, holder.organisation_id, login, now)
    return _actor(units, holder)


def has_gone_quiet(units: UnitFactory, secret: str, now: dt.datetime) -> bool:
    """Whether a browser's session ended because nothing was asked for so long, and for no other reason."""
    found = find_login_holder(units, secret_hash(secret), now)
    return found is not None and _has_gone_quiet(units, *found, now)


def _has_gone_quiet(units: UnitFactory, login: LoginTimes, holder: Holder, now: dt.datetime) -> bool:
    quiet_for = now - login.last_seen_at
    if quiet_for <= IDLE_LIMIT or Role(holder.token_role or holder.role) is Role.TELLER:
        return False
    if quiet_for > UNFINISHED_CALL_LIMIT:
        return True
    since = now - UNFINISHED_CALL_LIMIT
    with units.look() as unit:
        return not has_unfinished_call(unit.session, holder.organisation_id, holder.account_id, since)


def _mark_seen(units: UnitFactory, organisation_id: uuid.UUID, login: LoginTimes, now: dt.datetime) -> None:
    with units.begin(organisation_id) as unit:
        unit.session.execute(
            update(LoginSession)
            .where(
                LoginSession.organisation_id == organisation_id,
                LoginSession.id == login.id,
                LoginSession.last_seen_at < now,
            )
            .values(last_seen_at=now)
        )


def _actor(units: UnitFactory, holder: Holder) -> Actor:
    """Who they are. A token for some campaigns is about no team: its people call for others too."""
    role = Role(holder.token_role or holder.role)
    teams = _teams(units, holder, role)
    return Actor(
        organisation_id=holder.organisation_id,
        account_id=holder.account_id,
        role=role,
        name=holder.name,
        campaign_ids=_reach(units, holder, role, teams),
        team_ids=frozenset() if holder.token_campaign_ids else frozenset(teams),
        token_id=holder.token_id,
        election_id=holder.election_id,
        polling_districts=frozenset(holder.polling_districts or ()),
    )


def _teams(units: UnitFactory, holder: Holder, role: Role) -> set[uuid.UUID]:
    if role is not Role.ORGANISER:
        return set()
    with units.look() as unit:
        return teams_in_reach(unit.session, holder.organisation_id, holder.account_id)


def _reach(
    units: UnitFactory, holder: Holder, role: Role, teams: set[uuid.UUID]
) -> frozenset[uuid.UUID] | None:
    """The campaigns in reach; None where all are. A token narrows its account's reach and never widens it."""
    named = frozenset(holder.token_campaign_ids or ())
    if role in _ABOVE_CAMPAIGNS:
        return named or None
    own = holder.own_campaign_ids
    if teams:
        with units.look() as unit:
            own = own + list(campaigns_of_teams(unit.session, holder.organisation_id, teams))
    return named.intersection(own) if named else frozenset(own)
