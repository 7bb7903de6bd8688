"""Who is at the door: a bearer token or a signed-in browser, looked up by the hash of its secret."""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import InstrumentedAttribute

from dialer.domain.access import Actor, Role
from dialer.store.models.accounts import Account, AccountCampaign, ApiToken, LoginSession
from dialer.store.session import UnitFactory, UnitOfWork

_ABOVE_CAMPAIGNS = frozenset({Role.ADMIN, Role.COORDINATOR})


def secret_hash(secret: str) -> bytes:
    """The hash under which a secret of 256 random bits is kept (nothing to guess, so no slow hash)."""
    return hashlib.sha256(secret.encode()).digest()


def actor_for_token(units: UnitFactory, secret: str, now: dt.datetime) -> Actor | None:
    """The holder of a bearer token; None when it is unknown, expired, revoked or its account is inactive."""
    with units.read() as unit:
        row = unit.session.execute(
            select(ApiToken, Account)
            .join(Account, _holds(ApiToken.organisation_id, ApiToken.account_id))
            .where(ApiToken.secret_hash == secret_hash(secret), Account.active)
        ).one_or_none()
        if row is None or _token_ended(row[0], now):
            return None
        token, account = row
        return _actor(unit, account, Role(token.role), token)


def actor_for_login(units: UnitFactory, secret: str, now: dt.datetime) -> Actor | None:
    """Whoever is signed in with this session secret; None when it has ended."""
    with units.read() as unit:
        login = unit.session.scalar(
            select(LoginSession).where(
                LoginSession.secret_hash == secret_hash(secret),
                LoginSession.revoked_at.is_(None),
                LoginSession.expires_at > now,
            )
        )
        if login is None:
            return None
        account = unit.session.get(Account, (login.organisation_id, login.account_id))
        token = (
            unit.session.get(ApiToken, (login.organisation_id, login.token_id)) if login.token_id else None
        )
        if account is None or not account.active or _token_ended(token, now):
            return None
        return _actor(unit, account, Role(token.role if token else account.role), token)


def _holds(
    organisation_id: InstrumentedAttribute[uuid.UUID], account_id: InstrumentedAttribute[uuid.UUID]
) -> ColumnElement[bool]:
    return and_(Account.organisation_id == organisation_id, Account.id == account_id)


def _token_ended(token: ApiToken | None, now: dt.datetime) -> bool:
    if token is None:
        return False
    return token.revoked_at is not None or (token.expires_at is not None and token.expires_at <= now)


def _actor(unit: UnitOfWork, account: Account, role: Role, token: ApiToken | None) -> Actor:
    return Actor(
        organisation_id=account.organisation_id,
        account_id=account.id,
        role=role,
        name=account.name,
        campaign_ids=_campaigns(unit, account, role, token),
        token_id=token.id if token else None,
        election_id=token.election_id if token else None,
        polling_districts=frozenset(token.polling_districts if token else ()),
    )


def _campaigns(
    unit: UnitOfWork, account: Account, role: Role, token: ApiToken | None
) -> frozenset[uuid.UUID] | None:
    """None where every campaign is in reach. A token may narrow what its account reaches, never widen it."""
    named = frozenset(token.campaign_ids) if token and token.campaign_ids else None
    if role in _ABOVE_CAMPAIGNS:
        return named
    own = frozenset(
        unit.session.scalars(
            select(AccountCampaign.campaign_id).where(
                AccountCampaign.organisation_id == account.organisation_id,
                AccountCampaign.account_id == account.id,
            )
        )
    )
    return own if named is None else own & named
