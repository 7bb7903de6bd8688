"""Joins by a link that aren't whole yet: who is known already and asked on another device has to open their
sign-in link first, and who waits for approval comes to no session before it is given.

What was asked is kept with the request, and finished, once, as soon as they are in.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Sequence
from typing import Final

from sqlalchemy import Row, and_, delete, exists, select
from sqlalchemy.dialects.postgresql import insert

from dialer.domain.access import Role
from dialer.domain.errors import InvalidTransition, NotFound
from dialer.services.accounts.joining_link import JoiningLink, enter_campaign, find_link
from dialer.services.contention import again_after_deadlock
from dialer.services.context import Context
from dialer.services.organising.events import lock_event
from dialer.services.organising.rsvps import come
from dialer.services.organising.views import EventView, RsvpView, event_view, rsvp_view
from dialer.store.models.accounts import Account, AccountCampaign, JoinLink, PendingJoin
from dialer.store.models.events import Rsvp
from dialer.store.session import UnitOfWork

LIFE: Final = dt.timedelta(days=7)
"""For so long a sign-in link finishes what was asked by a join link: anybody may have asked in their name."""

Coming = tuple[EventView, RsvpView]
"""A session that somebody comes to now, and how."""


def keep_join(unit: UnitOfWork, link: JoiningLink, account: Account, asked_at: dt.datetime) -> None:
    """Keep what somebody asked by a link, once a person and link; only volunteers join by one."""
    if account.role != Role.VOLUNTEER or not account.active:
        return
    row = insert(PendingJoin).values(
        organisation_id=link.organisation_id, account_id=account.id, join_link_id=link.id, asked_at=asked_at
    )
    unit.session.execute(
        row.on_conflict_do_update(
            index_elements=["organisation_id", "account_id", "join_link_id"], set_={"asked_at": asked_at}
        )
    )


@again_after_deadlock
def finish_my_joins(ctx: Context) -> list[Coming]:
    """Have the actor, who has just signed in, join what they asked for; gives the sessions they come to."""
    if ctx.actor.account_id is None:
        return []
    with ctx.unit() as unit:
        _forget_old(unit, ctx.actor.account_id, ctx.now)
        return finish_joins(ctx, unit, ctx.actor.account_id)


def finish_joins(
    ctx: Context, unit: UnitOfWork, account_id: uuid.UUID, of_campaigns: Collection[uuid.UUID] | None = None
) -> list[Coming]:
    """Finish what somebody asked by links, into these campaigns or (None) any. What still waits for approval
    stays; a link that was taken back meanwhile, or is full, leads into no campaign any more.
    """
    coming: list[Coming] = []
    for pending, code in _pending(unit, account_id, of_campaigns):
        link = find_link(unit, code, ctx.now)
        is_in = link is not None and _is_in(ctx, unit, link, account_id)
        if link is not None and is_in is None and link.event_id is not None:
            continue
        unit.session.delete(pending)
        if link is not None and is_in and link.event_id is not None:
            coming += _come(ctx, unit, link.event_id, pending)
    return coming


def drop_joins(
    unit: UnitOfWork, account_id: uuid.UUID, of_campaigns: Collection[uuid.UUID] | None = None
) -> None:
    """Forget what somebody asked who was sent home, or taken off these campaigns."""
    theirs = delete(PendingJoin).where(
        PendingJoin.organisation_id == unit.organisation_id, PendingJoin.account_id == account_id
    )
    if of_campaigns is not None:
        links = select(JoinLink.id).where(
            JoinLink.organisation_id == unit.organisation_id, JoinLink.campaign_id.in_(of_campaigns)
        )
        theirs = theirs.where(PendingJoin.join_link_id.in_(links))
    unit.session.execute(theirs)


def _forget_old(unit: UnitOfWork, account_id: uuid.UUID, now: dt.datetime) -> None:
    """Forget what was asked too long ago, but where they are in and wait for a coordinator."""
    waits = exists().where(
        JoinLink.organisation_id == PendingJoin.organisation_id,
        JoinLink.id == PendingJoin.join_link_id,
        AccountCampaign.organisation_id == JoinLink.organisation_id,
        AccountCampaign.campaign_id == JoinLink.campaign_id,
        AccountCampaign.account_id == PendingJoin.account_id,
        AccountCampaign.approved.is_(False),
    )
    unit.session.execute(
        delete(PendingJoin).where(
            PendingJoin.organisation_id == unit.organisation_id,
            PendingJoin.account_id == account_id,
            PendingJoin.asked_at <= now - LIFE,
            ~waits,
        )
    )


def _pending(
    unit: UnitOfWork, account_id: uuid.UUID, of_campaigns: Collection[uuid.UUID] | None
) -> Sequence[Row[PendingJoin, str]]:
    """Locked, so that of two that finish them at once one does; in the order that events are locked in."""
    query = (
        select(PendingJoin, JoinLink.code)
        .join(
            JoinLink,
            and_(
                JoinLink.organisation_id == PendingJoin.organisation_id,
                JoinLink.id == PendingJoin.join_link_id,
            ),
        )
        .where(PendingJoin.organisation_id == unit.organisation_id, PendingJoin.account_id == account_id)
        .order_by(JoinLink.event_id, PendingJoin.join_link_id)
        .with_for_update(of=PendingJoin)
    )
    if of_campaigns is not None:
        query = query.where(JoinLink.campaign_id.in_(of_campaigns))
    return unit.session.execute(query).all()


def _is_in(ctx: Context, unit: UnitOfWork, link: JoiningLink, account_id: uuid.UUID) -> bool | None:
    """Whether they call for the link's campaign now, entering it where it is open; None while they wait."""
    account = unit.session.get_one(Account, (unit.organisation_id, account_id))
    approved = select(AccountCampaign.approved).where(
        AccountCampaign.organisation_id == unit.organisation_id,
        AccountCampaign.account_id == account_id,
        AccountCampaign.campaign_id == link.campaign_id,
    )
    if unit.session.scalar(approved) is None and link.is_open:
        try:
            enter_campaign(unit, link, account, ctx.now)
        except NotFound:  # others took its last place
            return False
    is_approved = unit.session.scalar(approved)
    if is_approved is None:
        return False
    return True if is_approved else None


def _come(ctx: Context, unit: UnitOfWork, event_id: uuid.UUID, pending: PendingJoin) -> list[Coming]:
    """Sign them up, unless they signed off again since they asked, or it is over or called off."""
    signed_off = exists().where(
        Rsvp.organisation_id == unit.organisation_id,
        Rsvp.event_id == event_id,
        Rsvp.account_id == pending.account_id,
        Rsvp.state == "withdrawn",
        Rsvp.state_since > pending.asked_at,
    )
    event = lock_event(unit, event_id)
    if event is None or unit.session.scalar(select(signed_off)):
        return []
    try:
        row = come(ctx, unit, event, pending.account_id)
    except InvalidTransition:
        return []
    return [(event_view(event), rsvp_view(row))]
