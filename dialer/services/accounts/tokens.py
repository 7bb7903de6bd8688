"""Bearer tokens: made, listed, taken back. Only their hash is kept."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select

from dialer.domain.access import Permission, Role, may_grant, require
from dialer.domain.errors import Forbidden, NotFound, ValidationFailed
from dialer.services.accounts.campaigns import known_campaigns
from dialer.services.accounts.credentials import new_token, secret_hash
from dialer.services.accounts.views import IssuedToken, TokenView
from dialer.services.accounts.volunteer_reach import find_managed_volunteer
from dialer.services.context import Context
from dialer.services.paging import Page, Slice, after_id, cut
from dialer.store.models.accounts import Account, AccountCampaign, ApiToken
from dialer.store.models.gotv import Election
from dialer.store.session import UnitOfWork

LONGEST_LIFE_S: Final = 10 * 366 * 86_400
"""Ten years: what is meant to last longer is made without an end."""


@dataclass(frozen=True, slots=True)
class NewToken:
    """What a token is asked to be. Empty `campaign_ids`: as far as the role reaches by itself.

    `election_id` and `polling_districts` narrow what a teller may mark.
    """

    role: Role
    name: str
    campaign_ids: tuple[uuid.UUID, ...] = ()
    expires_in_s: int | None = None
    election_id: uuid.UUID | None = None
    polling_districts: tuple[str, ...] = ()


def create_token(ctx: Context, new: NewToken) -> IssuedToken:
    """Make a token together with the account it belongs to.

    Nobody makes one with a role above their own (`Forbidden`) or with a longer reach.
    """
    require(ctx.actor, Permission.TOKEN_MANAGE)
    if not may_grant(ctx.actor.role, new.role):
        raise Forbidden(f"Nobody makes a token above their own role. Ask somebody who is {new.role}.")
    with ctx.unit() as unit:
        _check_reach(ctx, unit, new)
        account = Account(
            organisation_id=ctx.organisation_id,
            role=new.role,
            name=new.name.strip(),
            languages=[],
            created_at=ctx.now,
        )
        unit.session.add(account)
        unit.session.flush()
        unit.session.add_all(
            AccountCampaign(
                organisation_id=ctx.organisation_id, account_id=account.id, campaign_id=campaign_id
            )
            for campaign_id in set(new.campaign_ids)
        )
        return _issue(ctx, unit, account.id, new)


def issue_volunteer_token(ctx: Context, volunteer_id: uuid.UUID, expires_in_s: int | None) -> IssuedToken:
    """Make another token of a volunteer who is there already; it reaches as far as the volunteer does."""
    require(ctx.actor, Permission.VOLUNTEER_MANAGE)
    with ctx.unit() as unit:
        volunteer = find_managed_volunteer(ctx, unit, volunteer_id)
        return _issue(
            ctx, unit, volunteer.id, NewToken(Role.VOLUNTEER, volunteer.name, expires_in_s=expires_in_s)
        )


def list_tokens(ctx: Context, page: Page) -> Slice[TokenView]:
    """The tokens that open a door now, oldest first."""
    require(ctx.actor, Permission.TOKEN_MANAGE)
    query = (
        select(ApiToken)
        .where(ApiToken.organisation_id == ctx.organisation_id, ApiToken.revoked_at.is_(None))
        .order_by(ApiToken.id)
        .limit(page.limit + 1)
    )
    if (after := after_id(page)) is not None:
        query = query.where(ApiToken.id > after)
    with ctx.unit() as unit:
        rows = [_view(row) for row in unit.session.scalars(query)]
    return cut(rows, page, lambda view: (str(view.id),))


def get_token(ctx: Context, token_id: uuid.UUID) -> TokenView:
    """One token, never its secret. Raises NotFound also when it was deleted."""
    require(ctx.actor, Permission.TOKEN_MANAGE)
    with ctx.unit() as unit:
        return _view(_find(ctx, unit, token_id))


def delete_token(ctx: Context, token_id: uuid.UUID) -> None:
    """Refuse the token, and the browsers signed in with it, from now on. Its account and deeds stay."""
    require(ctx.actor, Permission.TOKEN_MANAGE)
    with ctx.unit() as unit:
        token = _find(ctx, unit, token_id)
        if not may_grant(ctx.actor.role, Role(token.role)):
            raise Forbidden("This token is above your own role. Ask somebody who has that role.")
        token.revoked_at = ctx.now
        ctx.audit(unit, "token.deleted", "token", token.id, {"account_id": str(token.account_id)})


def _issue(ctx: Context, unit: UnitOfWork, account_id: uuid.UUID, new: NewToken) -> IssuedToken:
    secret = new_token()
    token = ApiToken(
        organisation_id=ctx.organisation_id,
        account_id=account_id,
        role=new.role,
        name=new.name.strip(),
        secret_hash=secret_hash(secret),
        campaign_ids=sorted(set(new.campaign_ids)),
        election_id=new.election_id,
        polling_districts=_distinct(new.polling_districts),
        created_by=ctx.actor.account_id,
        created_at=ctx.now,
        expires_at=_end(ctx.now, new.expires_in_s),
    )
    unit.session.add(token)
    unit.session.flush()
    ctx.audit(unit, "token.created", "token", token.id, {"account_id": str(account_id), "role": new.role})
    return IssuedToken(secret, _view(token))


def _end(now: dt.datetime, expires_in_s: int | None) -> dt.datetime | None:
    if expires_in_s is None:
        return None
    if not 1 <= expires_in_s <= LONGEST_LIFE_S:
        raise ValidationFailed.at("/expires_in_s", f"Give 1 to {LONGEST_LIFE_S} seconds, or leave it out.")
    return now + dt.timedelta(seconds=expires_in_s)


def _check_reach(ctx: Context, unit: UnitOfWork, new: NewToken) -> None:
    if not new.name.strip():
        raise ValidationFailed.at("/name", "Give the token a name, so that it can be told from others.")
    if ctx.actor.campaign_ids is not None and not new.campaign_ids:
        raise ValidationFailed.at("/campaign_ids", "Your own token names its campaigns; name some of them.")
    known_campaigns(ctx, unit, new.campaign_ids)
    _check_teller_fields(ctx, unit, new)


def _check_teller_fields(ctx: Context, unit: UnitOfWork, new: NewToken) -> None:
    named = {"/election_id": new.election_id, "/polling_districts": new.polling_districts}
    for pointer, value in named.items():
        if value and new.role is not Role.TELLER:
            raise ValidationFailed.at(pointer, "Only a teller’s token names this. Leave it out.")
    if new.election_id is not None and not unit.session.scalar(
        select(Election.id).where(
            Election.organisation_id == ctx.organisation_id, Election.id == new.election_id
        )
    ):
        raise ValidationFailed.at("/election_id", "There is no election with this id.")


def _find(ctx: Context, unit: UnitOfWork, token_id: uuid.UUID) -> ApiToken:
    token = unit.session.scalar(
        select(ApiToken)
        .where(
            ApiToken.organisation_id == ctx.organisation_id,
            ApiToken.id == token_id,
            ApiToken.revoked_at.is_(None),
        )
        .with_for_update()
    )
    if token is None:
        raise NotFound
    return token


def _distinct(words: tuple[str, ...]) -> list[str]:
    return list(dict.fromkeys(word.strip() for word in words if word.strip()))


def _view(token: ApiToken) -> TokenView:
    return TokenView(
        id=token.id,
        account_id=token.account_id,
        role=token.role,
        name=token.name,
        campaign_ids=list(token.campaign_ids),
        election_id=token.election_id,
        polling_districts=list(token.polling_districts),
        created_at=token.created_at,
        expires_at=token.expires_at,
    )
