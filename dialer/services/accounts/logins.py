"""Signed-in browsers: opened by a token, a sign-in link or a join; ended by signing out."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Final

from sqlalchemy import delete, update

from dialer.domain.access import Actor, Permission, require
from dialer.domain.errors import Unauthenticated
from dialer.services.accounts.authentication import actor_for_login, actor_for_token
from dialer.services.accounts.credentials import new_secret, secret_hash
from dialer.services.accounts.views import SignedIn
from dialer.services.context import Context
from dialer.store.models.accounts import LoginSession
from dialer.store.session import UnitFactory, UnitOfWork

REMEMBERED_FOR: Final = dt.timedelta(days=30)
"""So long after it was last used, a device that is remembered is greeted by name."""

LONGEST_LOGIN: Final = dt.timedelta(hours=24)
"""Longer than any polling day; after it everybody signs in again."""


def sign_in_with_token(units: UnitFactory, token: str, now: dt.datetime) -> SignedIn:
    """Open a browser session that lives no longer than the token. Raises Unauthenticated."""
    actor = actor_for_token(units, token.strip(), now)
    if actor is None or actor.account_id is None:
        raise Unauthenticated("This token doesn’t open anything. Check it, or ask for a new one.")
    with units.begin(actor.organisation_id) as unit:
        secret = open_login(unit, actor.organisation_id, actor.account_id, now, token_id=actor.token_id)
    return signed_in(units, secret, now)


def open_login(
    unit: UnitOfWork,
    organisation_id: uuid.UUID,
    account_id: uuid.UUID,
    now: dt.datetime,
    *,
    token_id: uuid.UUID | None = None,
    joined_by: uuid.UUID | None = None,
    remembered: bool = False,
    ends_at: dt.datetime | None = None,
) -> str:
    """Write the session of a browser and give the secret for its cookie. It lasts a day, or to `ends_at`."""
    secret = new_secret()
    unit.session.add(
        LoginSession(
            organisation_id=organisation_id,
            account_id=account_id,
            token_id=token_id,
            joined_by=joined_by,
            remembered=remembered,
            secret_hash=secret_hash(secret),
            created_at=now,
            last_seen_at=now,
            expires_at=ends_at or now + LONGEST_LOGIN,
        )
    )
    return secret


def signed_in(units: UnitFactory, secret: str, now: dt.datetime) -> SignedIn:
    """What the door needs to know of a session that was just opened."""
    actor: Actor | None = actor_for_login(units, secret, now)
    if actor is None:
        raise Unauthenticated
    return SignedIn(secret, actor, now + LONGEST_LOGIN)


def forget_old_logins(ctx: Context) -> int:
    """Delete the sessions of browsers that aren't even greeted by name any more, and say how many."""
    require(ctx.actor, Permission.SYSTEM_RUN)
    with ctx.unit() as unit:
        old = delete(LoginSession).where(
            LoginSession.organisation_id == ctx.organisation_id,
            LoginSession.last_seen_at <= ctx.now - REMEMBERED_FOR,
        )
        return len(unit.session.execute(old.returning(LoginSession.id)).all())


def sign_out(units: UnitFactory, secret: str, now: dt.datetime) -> None:
    """End the session; the browser isn't greeted by name any more either. Twice is as good as once."""
    with units.read() as unit:
        unit.session.execute(
            update(LoginSession)
            .where(LoginSession.secret_hash == secret_hash(secret), LoginSession.revoked_at.is_(None))
            .values(revoked_at=now)
        )
