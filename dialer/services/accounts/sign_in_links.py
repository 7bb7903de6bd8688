"""Sign-in links: one for one account, used up by its button and never by being looked at."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Final

from sqlalchemy import ColumnElement, and_, delete, or_, select, update

from dialer.domain.access import Permission, Role, require
from dialer.domain.errors import Conflict, NotFound
from dialer.services.accounts.credentials import new_secret, secret_hash
from dialer.services.accounts.logins import open_login, signed_in
from dialer.services.accounts.views import InviteView, SignedIn, SignInLinkPage
from dialer.services.accounts.volunteer_reach import find_managed_volunteer
from dialer.services.context import Context
from dialer.store.models.accounts import Account, ApiToken, SignInLink, SignInRequest
from dialer.store.session import UnitFactory, UnitOfWork

INVITE_LIFE: Final = dt.timedelta(days=7)

LINK_IS_OVER: Final = "This link has had its day. Ask for a new one."


def create_invite(ctx: Context, volunteer_id: uuid.UUID) -> InviteView:
    """Make a link by which the volunteer signs in, once, within 7 days. It answers their request for one.

    Raises Conflict for somebody who was sent home: the link would open nothing.
    """
    require(ctx.actor, Permission.VOLUNTEER_MANAGE)
    with ctx.unit() as unit:
        return invite(ctx, unit, find_managed_volunteer(ctx, unit, volunteer_id))


def invite(ctx: Context, unit: UnitOfWork, account: Account) -> InviteView:
    """As `create_invite`, for whoever the (locked) account is: who may be invited, the caller has asked."""
    if not account.active:
        raise Conflict("They can’t sign in any more. Set “active” to true first, then make the link.")
    expires_at = ctx.now + INVITE_LIFE
    code = make_link(unit, account.id, ctx.now, expires_at=expires_at)
    unit.session.execute(
        update(SignInRequest)
        .where(
            SignInRequest.organisation_id == ctx.organisation_id,
            SignInRequest.account_id == account.id,
            SignInRequest.answered_at.is_(None),
        )
        .values(answered_at=ctx.now)
    )
    action = "volunteer.invited" if account.role == Role.VOLUNTEER else "account.invited"
    ctx.audit(unit, action, "account", account.id)
    return InviteView(sign_in_url(ctx.public_url, code), expires_at)


def renew_demo_link(ctx: Context, account_id: uuid.UUID) -> str:
    """The address of a link that may be used as often as one likes, until this is called again."""
    require(ctx.actor, Permission.SYSTEM_RUN)
    with ctx.unit() as unit:
        drop_demo_links(unit, account_id)
        code = make_link(unit, account_id, ctx.now, reusable=True)
    return sign_in_url(ctx.public_url, code)


def drop_demo_links(unit: UnitOfWork, account_id: uuid.UUID) -> None:
    """Let the account's earlier demo links open nothing."""
    unit.session.execute(
        delete(SignInLink).where(
            SignInLink.organisation_id == unit.organisation_id,
            SignInLink.account_id == account_id,
            SignInLink.reusable,
        )
    )


def look_at_sign_in_link(units: UnitFactory, code: str, now: dt.datetime) -> SignInLinkPage | None:
    """Whom a link signs in and whether it still does; None where there never was one. Uses nothing up."""
    with units.read() as unit:
        row = unit.session.execute(
            select(Account.name, Account.role, _usable(now))
            .join(SignInLink, _same_account())
            .where(SignInLink.code_hash == secret_hash(code), Account.active)
        ).one_or_none()
    return None if row is None else SignInLinkPage(*row)


def sign_in_with_link(
    units: UnitFactory, code: str, now: dt.datetime, *, remembered: bool = False
) -> SignedIn:
    """Use the link and open a session. Raises NotFound when it was used, is too old or unknown.

    Of two that press the button at once, one is signed in.
    """
    with units.read() as unit:
        used = unit.session.execute(
            update(SignInLink)
            .where(SignInLink.code_hash == secret_hash(code), _usable(now))
            .values(used_at=now)
            .returning(SignInLink.organisation_id, SignInLink.account_id)
        ).one_or_none()
        if used is None:
            raise NotFound(LINK_IS_OVER)
        whose = (unit, used.organisation_id, used.account_id)
        post = _post_of(*whose, now)
        secret = (
            open_login(*whose, now, token_id=post.id, ends_at=post.expires_at)
            if post
            else open_login(*whose, now, remembered=remembered)
        )
    return signed_in(units, secret, now)


def _post_of(
    unit: UnitOfWork, organisation_id: uuid.UUID, account_id: uuid.UUID, now: dt.datetime
) -> ApiToken | None:
    """The token of a teller who joined by a link: they come back to what they may mark, and no more."""
    post = unit.session.scalar(
        select(ApiToken)
        .where(
            ApiToken.organisation_id == organisation_id,
            ApiToken.account_id == account_id,
            ApiToken.teller_link_id.is_not(None),
        )
        .order_by(ApiToken.id.desc())
        .limit(1)
    )
    if post and (post.revoked_at or (post.expires_at and post.expires_at <= now)):
        raise NotFound(LINK_IS_OVER)
    return post


def sign_in_url(public_url: str, code: str) -> str:
    """Where the link's page is."""
    return f"{public_url.rstrip('/')}/sign-in/{code}"


def make_link(
    unit: UnitOfWork,
    account_id: uuid.UUID,
    now: dt.datetime,
    *,
    expires_at: dt.datetime | None = None,
    reusable: bool = False,
) -> str:
    code = new_secret()
    unit.session.add(
        SignInLink(
            organisation_id=unit.organisation_id,
            account_id=account_id,
            code_hash=secret_hash(code),
            reusable=reusable,
            created_at=now,
            expires_at=expires_at,
        )
    )
    return code


def _usable(now: dt.datetime) -> ColumnElement[bool]:
    return and_(
        or_(SignInLink.reusable, SignInLink.used_at.is_(None)),
        or_(SignInLink.expires_at.is_(None), SignInLink.expires_at > now),
    )


def _same_account() -> ColumnElement[bool]:
    return and_(SignInLink.organisation_id == Account.organisation_id, SignInLink.account_id == Account.id)
