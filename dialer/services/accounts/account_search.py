"""Which accounts fit what is asked for: by words, role, campaign, team, and what they do just now."""

from __future__ import annotations

import datetime as dt
import enum
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, and_, exists, false, func, or_, select

from dialer.domain.access import Role
from dialer.domain.people_search import Sought, sought
from dialer.services.context import Context
from dialer.store.models.accounts import Account, AccountCampaign, Membership, SignInRequest, Team
from dialer.store.models.calling import Shift
from dialer.store.queries.accounts import with_those_below

NOT_BACK_AFTER: Final = dt.timedelta(days=7)
"""Who hasn't begun a shift for so long, and has been here for longer, hasn't come back."""


class Doing(enum.StrEnum):
    """What somebody does just now, or doesn't."""

    CALLING = "calling"
    """They are on a shift."""
    NOT_BACK = "not_back"
    """They may come in, and haven't called for `NOT_BACK_AFTER`."""
    WAITING = "waiting"
    """They wait to be let in, or for a new sign-in link."""
    GONE = "gone"
    """They were sent home."""


@dataclass(frozen=True, slots=True)
class AccountSearch:
    """What is asked for; None and an empty text leave it open. A team means those below it too."""

    words: str = ""
    role: Role | None = None
    campaign_id: uuid.UUID | None = None
    team_id: uuid.UUID | None = None
    doing: Doing | None = None
    asked_for_link: bool = False
    """Only who waits for a new sign-in link."""


ALL: Final = AccountSearch()


def found_by(ctx: Context, search: AccountSearch) -> Iterator[ColumnElement[bool]]:
    """The conditions on `Account`, all of which hold for those who fit."""
    if search.role is not None:
        yield Account.role == search.role
    if search.campaign_id is not None:
        yield _calls_for(search.campaign_id) if ctx.actor.sees_campaign(search.campaign_id) else false()
    if search.team_id is not None:
        seen = ctx.actor.sees_team(search.team_id)
        yield _belongs_to(ctx.organisation_id, search.team_id) if seen else false()
    if search.doing is not None:
        yield from _does(search.doing, ctx.now, ctx.actor.campaign_ids)
    if search.asked_for_link:
        yield _asked_for_link()
    if search.words.strip():
        yield _is_called(sought(search.words, ctx.phones))


def campaigns_of_account(*, approved: bool) -> ColumnElement[list[uuid.UUID]]:
    """The campaigns of an `Account` as a column: those it calls for, or those it waits for."""
    return func.array(
        select(AccountCampaign.campaign_id)
        .where(
            AccountCampaign.organisation_id == Account.organisation_id,
            AccountCampaign.account_id == Account.id,
            AccountCampaign.approved.is_(approved),
        )
        .order_by(AccountCampaign.campaign_id)
        .correlate(Account)
        .scalar_subquery()
    )


def teams_of_account() -> ColumnElement[list[uuid.UUID]]:
    """The teams that an `Account` belongs to, as a column."""
    return func.array(
        select(Membership.team_id)
        .where(Membership.organisation_id == Account.organisation_id, Membership.account_id == Account.id)
        .order_by(Membership.team_id)
        .correlate(Account)
        .scalar_subquery()
    )


def _there_is(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether there is something of an `Account`’s for which all of this holds."""
    return exists().where(*conditions).correlate(Account)


def _calls_for(campaign_id: uuid.UUID) -> ColumnElement[bool]:
    return _there_is(
        AccountCampaign.organisation_id == Account.organisation_id,
        AccountCampaign.account_id == Account.id,
        AccountCampaign.campaign_id == campaign_id,
        AccountCampaign.approved.is_(True),
    )


def _belongs_to(organisation_id: uuid.UUID, team_id: uuid.UUID) -> ColumnElement[bool]:
    top = select(Team.id).where(Team.organisation_id == organisation_id, Team.id == team_id)
    return _there_is(
        Membership.organisation_id == Account.organisation_id,
        Membership.account_id == Account.id,
        Membership.team_id.in_(with_those_below(organisation_id, top)),
    )


def _does(doing: Doing, now: dt.datetime, seen: frozenset[uuid.UUID] | None) -> Iterator[ColumnElement[bool]]:
    """What they do in the campaigns that are `seen` (None: all): of others nothing is told."""
    yield Account.active.is_(doing is not Doing.GONE)
    theirs = and_(Shift.organisation_id == Account.organisation_id, Shift.account_id == Account.id)
    if seen is not None:
        theirs = and_(theirs, Shift.campaign_id.in_(seen))
    if doing is Doing.CALLING:
        yield _there_is(theirs, Shift.state != "ended")
    elif doing is Doing.NOT_BACK:
        since = now - NOT_BACK_AFTER
        yield Account.created_at < since
        yield ~_there_is(theirs, or_(Shift.started_at >= since, Shift.state != "ended"))
    elif doing is Doing.WAITING:
        yield or_(
            _there_is(
                AccountCampaign.organisation_id == Account.organisation_id,
                AccountCampaign.account_id == Account.id,
                AccountCampaign.approved.is_(False),
                *([] if seen is None else [AccountCampaign.campaign_id.in_(seen)]),
            ),
            _asked_for_link(),
        )


def _asked_for_link() -> ColumnElement[bool]:
    return _there_is(
        SignInRequest.organisation_id == Account.organisation_id,
        SignInRequest.account_id == Account.id,
        SignInRequest.answered_at.is_(None),
    )


def _is_called(text: Sought) -> ColumnElement[bool]:
    """All words are parts of the name, or it is their number or address, or the beginning or end of it."""
    fits: list[ColumnElement[bool]] = []
    if text.words:
        name = func.regexp_replace(func.lower(func.unaccent(Account.name)), "[^[:alnum:] ]", "", "g")
        fits.append(and_(*(name.contains(word, autoescape=True) for word in text.words)))
    if text.numbers:
        fits.append(Account.phone.in_(text.numbers))
    fits += [Account.phone.startswith(one, autoescape=True) for one in text.number_starts]
    if text.number_end:
        fits.append(Account.phone.endswith(text.number_end, autoescape=True))
    if text.email_start:
        fits.append(func.lower(Account.email).startswith(text.email_start, autoescape=True))
    return or_(*fits) if fits else false()
