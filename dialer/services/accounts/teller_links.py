"""Links by which tellers join: a coordinator makes one for an election and its polling districts, and whoever
opens it has the tellers' page a minute later.

Each gets an account and a token of their own, so that one phone's marks can be told from another's and taken
back alone. The link gives no more than that: it lets nobody into an account that is there already, whoever's
number they give.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Row, Select, func, select, update
from sqlalchemy.exc import IntegrityError

from dialer.domain.access import Actor, Permission, Role, require
from dialer.domain.election import Phase
from dialer.domain.errors import NotFound, ValidationFailed
from dialer.domain.phone import PhonePolicy
from dialer.domain.telling import access_ends
from dialer.services.accounts.account_fields import clean_name, clean_phone_or_none
from dialer.services.accounts.credentials import new_code, new_token, secret_hash
from dialer.services.accounts.logins import open_login, signed_in
from dialer.services.accounts.views import SignedIn
from dialer.services.context import Context
from dialer.services.gotv.elections import current_election, polling_day
from dialer.services.paging import Page, Slice, after_id, cut
from dialer.store.models.accounts import Account, ApiToken, Organisation
from dialer.store.models.gotv import Election, TurnoutMark
from dialer.store.models.tellers import TellerLink
from dialer.store.session import UnitFactory, UnitOfWork

LINK_IS_OVER = "This link has had its day. Ask for a new one."


@dataclass(frozen=True, slots=True)
class TellerLinkView:
    """A link for tellers. It opens until it is deleted, or a day after the polls have closed."""

    id: uuid.UUID
    code: str
    url: str
    election_id: uuid.UUID
    election_name: str
    polling_districts: list[str]
    joins: int
    created_at: dt.datetime


@dataclass(frozen=True, slots=True)
class TellerView:
    """Somebody who joined by a link: how to ring them, where they stand, what they noted."""

    account_id: uuid.UUID
    token_id: uuid.UUID
    name: str
    phone: str | None
    polling_districts: list[str]
    joined_at: dt.datetime
    marks: int
    last_mark_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class TellerJoinPage:
    """What the page of a link shows: whose polling day it is, and whether it still opens."""

    organisation_name: str
    election_name: str
    polling_districts: list[str]
    phase: Phase
    opens_at: dt.datetime | None
    timezone: str


def create_teller_link(
    ctx: Context, polling_districts: Sequence[str], election_id: uuid.UUID | None = None
) -> TellerLinkView:
    """Make a link for tellers of these districts (none: of all), in the current election unless named."""
    require(ctx.actor, Permission.TOKEN_MANAGE)
    with ctx.unit() as unit:
        election = _election(unit, election_id)
        link = TellerLink(
            organisation_id=ctx.organisation_id,
            election_id=election.id,
            code=new_code(),
            polling_districts=_distinct(polling_districts),
            joins=0,
            created_by=ctx.actor.account_id,
            created_at=ctx.now,
        )
        unit.session.add(link)
        unit.session.flush()
        ctx.audit(unit, "teller_link.created", "teller_link", link.id, {"districts": link.polling_districts})
        return _view(ctx, link, election.name)


def list_teller_links(ctx: Context, page: Page) -> Slice[TellerLinkView]:
    """The links that weren't deleted, oldest first."""
    require(ctx.actor, Permission.TOKEN_MANAGE)
    query = _links(ctx).order_by(TellerLink.id).limit(page.limit + 1)
    if (after := after_id(page)) is not None:
        query = query.where(TellerLink.id > after)
    with ctx.unit() as unit:
        views = [_view(ctx, *row) for row in unit.session.execute(query)]
    return cut(views, page, lambda view: (str(view.id),))


def get_teller_link(ctx: Context, code: str) -> TellerLinkView:
    """One link; `NotFound` also when it was deleted."""
    require(ctx.actor, Permission.TOKEN_MANAGE)
    with ctx.unit() as unit:
        return _view(ctx, *_find(ctx, unit, code))


def delete_teller_link(ctx: Context, code: str) -> None:
    """Let nobody else join by it; who has joined goes on."""
    require(ctx.actor, Permission.TOKEN_MANAGE)
    with ctx.unit() as unit:
        link, _ = _find(ctx, unit, code)
        link.revoked_at = ctx.now
        ctx.audit(unit, "teller_link.deleted", "teller_link", link.id)


def list_tellers(ctx: Context, page: Page) -> Slice[TellerView]:
    """Tellers who joined by a link and may still mark, in the order in which they came."""
    require(ctx.actor, Permission.TOKEN_MANAGE)
    standing = (
        (TurnoutMark.organisation_id == ApiToken.organisation_id)
        & (TurnoutMark.token_id == ApiToken.id)
        & (TurnoutMark.state != "undone")
    )
    query = (
        select(ApiToken, Account, func.count(TurnoutMark.id), func.max(TurnoutMark.at))
        .join(
            Account,
            (Account.organisation_id == ApiToken.organisation_id) & (Account.id == ApiToken.account_id),
        )
        .outerjoin(TurnoutMark, standing)
        .where(
            ApiToken.organisation_id == ctx.organisation_id,
            ApiToken.teller_link_id.is_not(None),
            ApiToken.revoked_at.is_(None),
            (ApiToken.expires_at.is_(None)) | (ApiToken.expires_at > ctx.now),
            Account.active,
        )
        .group_by(ApiToken.organisation_id, ApiToken.id, Account.organisation_id, Account.id)
        .order_by(ApiToken.id)
        .limit(page.limit + 1)
    )
    if (after := after_id(page)) is not None:
        query = query.where(ApiToken.id > after)
    with ctx.unit() as unit:
        views = [_teller(*row) for row in unit.session.execute(query)]
    return cut(views, page, lambda view: (str(view.token_id),))


def look_at_teller_link(units: UnitFactory, code: str, now: dt.datetime) -> TellerJoinPage | None:
    """What the link's page shows; None where it opens nothing."""
    with units.read() as unit:
        found = _open(unit, code, now)
        if found is None:
            return None
        link, election, organisation_name = found
        day = polling_day(election)
        return TellerJoinPage(
            organisation_name=organisation_name,
            election_name=election.name,
            polling_districts=list(link.polling_districts),
            phase=day.phase(now),
            opens_at=day.at(day.opens_at),
            timezone=day.timezone,
        )


def join_as_teller(
    units: UnitFactory, phones: PhonePolicy, code: str, *, name: str, phone: str, now: dt.datetime
) -> SignedIn:
    """Join by a link and be signed in until a day past the close of the polls.

    `ValidationFailed` at `/name` or `/phone`; `NotFound` where the link is over. A number that somebody has
    already stays theirs alone: whoever gives it is a teller without one.
    """
    name, number = clean_name(name), clean_phone_or_none(phone, phones)
    with units.read() as unit:
        found = _open(unit, code, now)
    if found is None:
        raise NotFound(LINK_IS_OVER)
    link, election, _ = found
    ends_at = access_ends(polling_day(election), now)
    with units.begin(link.organisation_id) as unit:
        account = _new_account(unit, link, name, number, now)
        token = _new_token(link, account, ends_at, now)
        unit.session.add(token)
        counted = update(TellerLink).where(
            TellerLink.organisation_id == link.organisation_id, TellerLink.id == link.id
        )
        unit.session.execute(counted.values(joins=TellerLink.joins + 1))
        unit.session.flush()
        secret = open_login(unit, link.organisation_id, account.id, now, token_id=token.id, ends_at=ends_at)
        unit.record_audit(
            Actor(link.organisation_id, account.id, Role.TELLER, account.name, token_id=token.id),
            "teller.joined",
            "teller_link",
            link.id,
            {"token_id": str(token.id)},
            reason=None,
            request_id=None,
            at=now,
        )
    return signed_in(units, secret, now)


def _new_account(
    unit: UnitOfWork, link: TellerLink, name: str, number: str | None, now: dt.datetime
) -> Account:
    fields = {
        "organisation_id": link.organisation_id,
        "role": Role.TELLER,
        "name": name,
        "languages": [],
        "created_at": now,
    }
    account = Account(**fields, phone=number)
    try:
        with unit.session.begin_nested():
            unit.session.add(account)
    except IntegrityError:
        account = Account(**fields)
        unit.session.add(account)
        unit.session.flush()
    return account


def _new_token(link: TellerLink, account: Account, ends_at: dt.datetime, now: dt.datetime) -> ApiToken:
    """A token whose secret nobody is shown: the browser is signed in by it."""
    return ApiToken(
        organisation_id=link.organisation_id,
        account_id=account.id,
        role=Role.TELLER,
        name=account.name,
        secret_hash=secret_hash(new_token()),
        campaign_ids=[],
        election_id=link.election_id,
        polling_districts=list(link.polling_districts),
        teller_link_id=link.id,
        created_by=link.created_by,
        created_at=now,
        expires_at=ends_at,
    )


def _election(unit: UnitOfWork, election_id: uuid.UUID | None) -> Election:
    if election_id is None:
        return current_election(unit)
    election = unit.session.get(Election, (unit.organisation_id, election_id))
    if election is None:
        raise ValidationFailed.at("/election_id", "There is no election with this id.")
    return election


def _links(ctx: Context) -> Select[TellerLink, str]:
    return (
        select(TellerLink, Election.name)
        .join(
            Election,
            (Election.organisation_id == TellerLink.organisation_id)
            & (Election.id == TellerLink.election_id),
        )
        .where(TellerLink.organisation_id == ctx.organisation_id, TellerLink.revoked_at.is_(None))
    )


def _find(ctx: Context, unit: UnitOfWork, code: str) -> Row[TellerLink, str]:
    row = unit.session.execute(_links(ctx).where(TellerLink.code == code)).one_or_none()
    if row is None:
        raise NotFound
    return row


def _open(unit: UnitOfWork, code: str, now: dt.datetime) -> Row[TellerLink, Election, str] | None:
    """The link, while it opens: as long as it wasn't deleted, and late marks may still come."""
    row = unit.session.execute(
        select(TellerLink, Election, Organisation.name)
        .join(
            Election,
            (Election.organisation_id == TellerLink.organisation_id)
            & (Election.id == TellerLink.election_id),
        )
        .join(Organisation, Organisation.id == TellerLink.organisation_id)
        .where(TellerLink.code == code, TellerLink.revoked_at.is_(None))
    ).one_or_none()
    if row is None or now >= access_ends(polling_day(row.Election), now):
        return None
    return row


def _distinct(words: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(word.strip() for word in words if word.strip()))


def _view(ctx: Context, link: TellerLink, election_name: str) -> TellerLinkView:
    return TellerLinkView(
        id=link.id,
        code=link.code,
        url=f"{ctx.public_url.rstrip('/')}/teller/join/{link.code}",
        election_id=link.election_id,
        election_name=election_name,
        polling_districts=list(link.polling_districts),
        joins=link.joins,
        created_at=link.created_at,
    )


def _teller(token: ApiToken, account: Account, marks: int, last_mark_at: dt.datetime | None) -> TellerView:
    return TellerView(
        account_id=account.id,
        token_id=token.id,
        name=account.name,
        phone=account.phone,
        polling_districts=list(token.polling_districts),
        joined_at=token.created_at,
        marks=marks,
        last_mark_at=last_mark_at,
    )
