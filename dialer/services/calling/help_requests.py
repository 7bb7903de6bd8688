"""A volunteer asks for help, a coordinator sees it, comes, and helps. One request at a time for a shift.

It is kept when the shift ends, until somebody closes it, and it is never held against whoever asks.
"""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select

from dialer.domain.access import Permission, require
from dialer.domain.errors import Conflict, InvalidTransition, NotFound
from dialer.domain.help_request import HELPED, WITHDRAWN
from dialer.services.calling.reach import open_assignment, reach_campaign, reach_shift, volunteer_id
from dialer.services.calling.sessions import session_view
from dialer.services.calling.views import SessionView
from dialer.services.context import Context
from dialer.services.paging import Page, Slice, after_id, cut
from dialer.store.models.accounts import Account
from dialer.store.models.calling import Shift
from dialer.store.models.supervising import HelpRequest
from dialer.store.queries.supervising import open_help
from dialer.store.session import UnitOfWork

TAKEN: Final = "Somebody else has it already."


@dataclass(frozen=True, slots=True)
class HelpRequestView:
    """A request for help. `outcome` is `helped` or `withdrawn` once it is closed."""

    id: uuid.UUID
    campaign_id: uuid.UUID
    session_id: uuid.UUID
    volunteer_id: uuid.UUID
    reason: str | None
    asked_at: dt.datetime
    taken_at: dt.datetime | None
    taken_by: uuid.UUID | None
    taken_by_name: str | None
    closed_at: dt.datetime | None
    outcome: str | None


def ask_for_help(ctx: Context, session_id: uuid.UUID, reason: str | None = None) -> SessionView:
    """Ask for help in a shift that goes on. Asked again: the same request, with the reason if one is named.

    `InvalidTransition` for a shift that is over.
    """
    with ctx.unit() as unit:
        shift = reach_shift(ctx, unit, session_id, lock=True)
        if shift.state == "ended":
            raise InvalidTransition("This shift is over. Start another one.", state="ended")
        note_help(ctx, unit, shift, reason)
        return session_view(ctx, unit, shift, open_assignment(unit, shift.id))


def note_help(ctx: Context, unit: UnitOfWork, shift: Shift, reason: str | None) -> None:
    """The same for a shift (locked), also for one that is over: coordinators see it until they close it."""
    asked = open_help(unit, shift.id, lock=True)
    if asked is None:
        asked = _new_request(ctx, unit, shift)
    asked.reason = reason or asked.reason
    unit.session.flush()


def withdraw_help(ctx: Context, session_id: uuid.UUID) -> None:
    """The volunteer needs no help any more. Without a request: no change."""
    with ctx.unit() as unit:
        shift = reach_shift(ctx, unit, session_id, lock=True)
        if asked := open_help(unit, shift.id, lock=True):
            close_request(ctx, unit, asked, WITHDRAWN)


def take_help(ctx: Context, session_id: uuid.UUID) -> HelpRequestView:
    """A coordinator has seen it and comes. Again: no change; `Conflict` where another one has it, `NotFound`
    where nobody asks.
    """
    with ctx.unit() as unit:
        asked = _reach_open(ctx, unit, session_id)
        taker = volunteer_id(ctx)
        if asked.taken_by not in {None, taker}:
            raise Conflict(TAKEN)
        if asked.taken_by is None:
            asked.taken_by, asked.taken_at = taker, ctx.now
            ctx.audit(unit, "help.taken", "help_request", asked.id)
        unit.session.flush()
        return _view(asked, _name_of(unit, taker))


def close_help(ctx: Context, session_id: uuid.UUID) -> HelpRequestView:
    """They were helped: whoever has it closes it, or any other coordinator. `NotFound` where nobody asks."""
    with ctx.unit() as unit:
        asked = _reach_open(ctx, unit, session_id)
        if asked.taken_by is None:
            asked.taken_by, asked.taken_at = ctx.actor.account_id, ctx.now
        close_request(ctx, unit, asked, HELPED)
        return _view(asked, _name_of(unit, asked.taken_by))


def list_help(
    ctx: Context, campaign_id: uuid.UUID, page: Page, *, closed: bool | None = None
) -> Slice[HelpRequestView]:
    """Who asked for help in a campaign, the first first."""
    with ctx.unit() as unit:
        reach_campaign(ctx, unit, campaign_id, Permission.VOLUNTEER_READ)
        query = (
            select(HelpRequest, Account.name)
            .outerjoin(
                Account,
                (Account.organisation_id == HelpRequest.organisation_id)
                & (Account.id == HelpRequest.taken_by),
            )
            .where(
                HelpRequest.organisation_id == unit.organisation_id, HelpRequest.campaign_id == campaign_id
            )
            .order_by(HelpRequest.id)
            .limit(page.limit + 1)
        )
        if closed is not None:
            query = query.where(
                HelpRequest.closed_at.is_not(None) if closed else HelpRequest.closed_at.is_(None)
            )
        if after := after_id(page):
            query = query.where(HelpRequest.id > after)
        found = [_view(asked, name) for asked, name in unit.session.execute(query)]
    return cut(found, page, lambda one: (str(one.id),))


def _new_request(ctx: Context, unit: UnitOfWork, shift: Shift) -> HelpRequest:
    asked = HelpRequest(
        organisation_id=shift.organisation_id,
        campaign_id=shift.campaign_id,
        shift_id=shift.id,
        account_id=shift.account_id,
        asked_at=ctx.now,
    )
    unit.session.add(asked)
    ctx.audit(unit, "help.asked", "session", shift.id)
    return asked


def close_request(ctx: Context, unit: UnitOfWork, asked: HelpRequest, outcome: str) -> None:
    """A request (locked) is over."""
    asked.closed_at, asked.closed_by, asked.outcome = ctx.now, ctx.actor.account_id, outcome
    ctx.audit(unit, f"help.{outcome}", "help_request", asked.id)
    unit.session.flush()


def _reach_open(ctx: Context, unit: UnitOfWork, session_id: uuid.UUID) -> HelpRequest:
    """The open request of a shift of a campaign that the actor looks after, locked with the shift."""
    shift = reach_shift(ctx, unit, session_id, lock=True)
    require(ctx.actor, Permission.VOLUNTEER_MANAGE, campaign_id=shift.campaign_id)
    asked = open_help(unit, shift.id, lock=True)
    if asked is None:
        raise NotFound
    return asked


def _name_of(unit: UnitOfWork, account_id: uuid.UUID | None) -> str | None:
    account = unit.session.get(Account, (unit.organisation_id, account_id)) if account_id else None
    return account.name if account else None


def _view(asked: HelpRequest, taker: str | None) -> HelpRequestView:
    return HelpRequestView(
        id=asked.id,
        campaign_id=asked.campaign_id,
        session_id=asked.shift_id,
        volunteer_id=asked.account_id,
        reason=asked.reason,
        asked_at=asked.asked_at,
        taken_at=asked.taken_at,
        taken_by=asked.taken_by,
        taken_by_name=taker,
        closed_at=asked.closed_at,
        outcome=asked.outcome,
    )
