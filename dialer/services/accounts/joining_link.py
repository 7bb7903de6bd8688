"""A join link with what stands around it, and entering the campaign that it leads into."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Final

from sqlalchemy import and_, exists, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from dialer.domain.access import Actor, Role
from dialer.domain.errors import NotFound
from dialer.services.accounts.views import JoinLinkState
from dialer.store.models.accounts import Account, AccountCampaign, JoinLink
from dialer.store.models.calling import Campaign
from dialer.store.session import UnitOfWork

LINK_IS_OVER: Final = "This link has had its day. Ask for a new one."
_CALLING: Final = ("draft", "active")


@dataclass(frozen=True, slots=True)
class JoiningLink:
    """A join link and what stands around it."""

    id: uuid.UUID
    organisation_id: uuid.UUID
    campaign_id: uuid.UUID
    approval: bool
    event_id: uuid.UUID | None
    campaign_name: str
    campaign_state: str
    host_name: str | None
    usable: bool
    full: bool

    @property
    def state(self) -> JoinLinkState:
        if not self.usable:
            return JoinLinkState.GONE
        return JoinLinkState.OPEN if self.campaign_state in _CALLING else JoinLinkState.CLOSED

    @property
    def is_open(self) -> bool:
        """Whether it leads anybody in, full or not."""
        return self.state is JoinLinkState.OPEN


def find_link(unit: UnitOfWork, code: str, now: dt.datetime) -> JoiningLink | None:
    """The link of a code, usable or not; None where there never was one."""
    usable = and_(
        JoinLink.revoked_at.is_(None),
        or_(JoinLink.expires_at.is_(None), JoinLink.expires_at > now),
    )
    row = unit.session.execute(
        select(
            JoinLink,
            Campaign.name,
            Campaign.state,
            Account.name,
            usable,
            and_(JoinLink.max_joins.is_not(None), JoinLink.joins >= JoinLink.max_joins),
        )
        .join(
            Campaign,
            and_(Campaign.organisation_id == JoinLink.organisation_id, Campaign.id == JoinLink.campaign_id),
        )
        .outerjoin(
            Account,
            and_(Account.organisation_id == JoinLink.organisation_id, Account.id == JoinLink.created_by),
        )
        .where(JoinLink.code == code)
    ).one_or_none()
    if row is None:
        return None
    link, campaign_name, state, host_name, is_usable, is_full = row
    return JoiningLink(
        id=link.id,
        organisation_id=link.organisation_id,
        campaign_id=link.campaign_id,
        approval=link.approval,
        event_id=link.event_id,
        campaign_name=campaign_name,
        campaign_state=state,
        host_name=host_name,
        usable=is_usable,
        full=is_full,
    )


def enter_campaign(unit: UnitOfWork, link: JoiningLink, account: Account, now: dt.datetime) -> None:
    """Write that the volunteer is in the campaign, which takes one of the link's places, once a person."""
    if _is_member(unit, link, account.id):
        return
    _take_place(unit, link)
    unit.session.execute(
        insert(AccountCampaign)
        .values(
            organisation_id=link.organisation_id,
            account_id=account.id,
            campaign_id=link.campaign_id,
            approved=not link.approval,
        )
        .on_conflict_do_nothing()
    )
    unit.record_audit(
        Actor(link.organisation_id, account.id, Role.VOLUNTEER, account.name),
        "volunteer.joined",
        "account",
        account.id,
        {"campaign_id": str(link.campaign_id), "join_link_id": str(link.id)},
        reason=None,
        request_id=None,
        at=now,
    )


def _is_member(unit: UnitOfWork, link: JoiningLink, account_id: uuid.UUID) -> bool:
    found = exists().where(
        AccountCampaign.organisation_id == link.organisation_id,
        AccountCampaign.account_id == account_id,
        AccountCampaign.campaign_id == link.campaign_id,
    )
    return bool(unit.session.scalar(select(found)))


def _take_place(unit: UnitOfWork, link: JoiningLink) -> None:
    taken = unit.session.execute(
        update(JoinLink)
        .where(
            JoinLink.organisation_id == link.organisation_id,
            JoinLink.id == link.id,
            JoinLink.revoked_at.is_(None),
            or_(JoinLink.max_joins.is_(None), JoinLink.joins < JoinLink.max_joins),
        )
        .values(joins=JoinLink.joins + 1)
        .returning(JoinLink.id)
    ).one_or_none()
    if taken is None:
        raise NotFound(LINK_IS_OVER)
