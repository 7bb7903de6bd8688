"""Links by which many may join a campaign: handed out and taken back by those who run it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select

from dialer.domain.access import Permission, require
from dialer.domain.errors import FieldError, NotFound, ValidationFailed
from dialer.services.accounts.credentials import new_code
from dialer.services.accounts.tokens import LONGEST_LIFE_S
from dialer.services.accounts.views import JoinLinkView
from dialer.services.context import Context
from dialer.services.paging import Page, Slice, after_id, cut
from dialer.store.models.accounts import JoinLink
from dialer.store.models.calling import Campaign
from dialer.store.queries.events import coming_session
from dialer.store.session import UnitOfWork


@dataclass(frozen=True, slots=True)
class NewJoinLink:
    """Without an end it opens until it is deleted; without `max_joins` as many join as like to."""

    expires_in_s: int | None = None
    max_joins: int | None = None
    approval: bool = False
    event_id: uuid.UUID | None = None
    """Whoever joins by it comes to this session of the campaign."""


def create_join_link(ctx: Context, campaign_id: uuid.UUID, new: NewJoinLink) -> JoinLinkView:
    """Make a link into one campaign. With `approval`, who joins calls nobody until a coordinator agrees."""
    require(ctx.actor, Permission.JOIN_LINK_MANAGE, campaign_id=campaign_id)
    if errors := list(faults_of_link(new)):
        raise ValidationFailed(errors=errors)
    with ctx.unit() as unit:
        state = unit.session.scalar(
            select(Campaign.state).where(
                Campaign.organisation_id == ctx.organisation_id, Campaign.id == campaign_id
            )
        )
        if state is None:
            raise NotFound
        if (
            new.event_id is not None
            and coming_session(unit, (unit.organisation_id, campaign_id), new.event_id, ctx.now) is None
        ):
            raise ValidationFailed.at("/event_id", "There is no such session to come in this campaign.")
        link = JoinLink(
            organisation_id=ctx.organisation_id,
            campaign_id=campaign_id,
            code=new_code(),
            approval=new.approval,
            max_joins=new.max_joins,
            event_id=new.event_id,
            joins=0,
            created_by=ctx.actor.account_id,
            created_at=ctx.now,
            expires_at=_end(ctx.now, new.expires_in_s),
        )
        unit.session.add(link)
        unit.session.flush()
        ctx.audit(unit, "join_link.created", "join_link", link.id, {"campaign_id": str(campaign_id)})
        return _view(ctx, link)


def list_join_links(ctx: Context, campaign_id: uuid.UUID, page: Page) -> Slice[JoinLinkView]:
    """The links of a campaign that weren't deleted, oldest first."""
    require(ctx.actor, Permission.JOIN_LINK_MANAGE, campaign_id=campaign_id)
    query = (
        select(JoinLink)
        .where(
            JoinLink.organisation_id == ctx.organisation_id,
            JoinLink.campaign_id == campaign_id,
            JoinLink.revoked_at.is_(None),
        )
        .order_by(JoinLink.id)
        .limit(page.limit + 1)
    )
    if (after := after_id(page)) is not None:
        query = query.where(JoinLink.id > after)
    with ctx.unit() as unit:
        if unit.session.get(Campaign, (ctx.organisation_id, campaign_id)) is None:
            raise NotFound
        views = [_view(ctx, link) for link in unit.session.scalars(query)]
    return cut(views, page, lambda view: (str(view.id),))


def get_join_link(ctx: Context, code: str) -> JoinLinkView:
    """One link. Raises NotFound also when it was deleted or leads into a campaign out of reach."""
    require(ctx.actor, Permission.JOIN_LINK_MANAGE)
    with ctx.unit() as unit:
        return _view(ctx, _find(ctx, unit, code))


def delete_join_link(ctx: Context, code: str) -> None:
    """Let nobody else join by it; who has joined stays. Raises NotFound also for a link out of reach."""
    require(ctx.actor, Permission.JOIN_LINK_MANAGE)
    with ctx.unit() as unit:
        link = _find(ctx, unit, code)
        link.revoked_at = ctx.now
        ctx.audit(unit, "join_link.deleted", "join_link", link.id, {"campaign_id": str(link.campaign_id)})


def _find(ctx: Context, unit: UnitOfWork, code: str) -> JoinLink:
    link = unit.session.scalar(
        select(JoinLink)
        .where(
            JoinLink.organisation_id == ctx.organisation_id,
            JoinLink.code == code,
            JoinLink.revoked_at.is_(None),
        )
        .with_for_update()
    )
    if link is None or not ctx.actor.sees_campaign(link.campaign_id):
        raise NotFound
    return link


def faults_of_link(new: NewJoinLink) -> Iterator[FieldError]:
    """What is wrong with what is said of a link."""
    if new.max_joins is not None and new.max_joins < 1:
        yield FieldError("/max_joins", "Let at least one person join, or leave it out.")
    if new.expires_in_s is not None and not 1 <= new.expires_in_s <= LONGEST_LIFE_S:
        yield FieldError("/expires_in_s", f"Give 1 to {LONGEST_LIFE_S} seconds, or leave it out.")


def _end(now: dt.datetime, expires_in_s: int | None) -> dt.datetime | None:
    return None if expires_in_s is None else now + dt.timedelta(seconds=expires_in_s)


def _view(ctx: Context, link: JoinLink) -> JoinLinkView:
    return JoinLinkView(
        id=link.id,
        campaign_id=link.campaign_id,
        code=link.code,
        url=f"{ctx.public_url.rstrip('/')}/join/{link.code}",
        approval=link.approval,
        max_joins=link.max_joins,
        event_id=link.event_id,
        joins=link.joins,
        created_at=link.created_at,
        expires_at=link.expires_at,
    )
