"""Whom a circular is for, and where each of them is written to."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, Select, and_, select

from dialer.domain.access import Permission, Role
from dialer.domain.circular import Audience, LeftOut, Person, Ways, place_of
from dialer.domain.message_gate import Skip
from dialer.services.accounts.account_search import AccountSearch, found_by
from dialer.services.accounts.teams import get_team
from dialer.services.accounts.volunteer_reach import in_reach
from dialer.services.calling.reach import reach_campaign
from dialer.services.context import Context
from dialer.services.messaging.number_bars import barred
from dialer.services.messaging.outgoing import any_sender
from dialer.services.organising.events import managed_event
from dialer.store.models.accounts import Account
from dialer.store.models.events import Rsvp
from dialer.store.session import UnitOfWork


@dataclass(frozen=True, slots=True)
class Recipient:
    """One of them: an account, or somebody who signed up by the public form."""

    account_id: uuid.UUID | None
    rsvp_id: uuid.UUID | None
    name: str = field(repr=False)
    reached: Person = field(repr=False)


@dataclass(frozen=True, slots=True)
class Placed:
    """One of them with the number or address that it goes to, or why it goes nowhere."""

    whose: Recipient
    place: str | None = field(repr=False)
    left_out: LeftOut | Skip | None = None


def name_of(ctx: Context, audience: Audience, audience_id: uuid.UUID) -> str:
    """What the team, campaign or session is called. Raises NotFound where it isn't there or out of reach."""
    if audience is Audience.TEAM:
        return get_team(ctx, audience_id).name
    with ctx.unit() as unit:
        if audience is Audience.CAMPAIGN:
            return reach_campaign(ctx, unit, audience_id, Permission.VOLUNTEER_READ).name
        return managed_event(ctx, unit, audience_id, lock=False).title


def recipients(ctx: Context, unit: UnitOfWork, audience: Audience, audience_id: uuid.UUID) -> list[Recipient]:
    """All of them, in the order in which they came; nobody who was sent home."""
    if audience is Audience.SESSION:
        going = (Rsvp.event_id == audience_id, Rsvp.state != "withdrawn")
        return _guests(unit, *going)
    search = (
        AccountSearch(team_id=audience_id)
        if audience is Audience.TEAM
        else AccountSearch(campaign_id=audience_id)
    )
    return _volunteers(unit, Account.role == Role.VOLUNTEER, in_reach(ctx), *found_by(ctx, search))


def recipients_again(
    unit: UnitOfWork, account_ids: Sequence[uuid.UUID], rsvp_ids: Sequence[uuid.UUID]
) -> list[Recipient]:
    """Those of them that are still here, as they are now."""
    return [
        *_volunteers(unit, Account.id.in_(account_ids)),
        *_guests(unit, Rsvp.id.in_(rsvp_ids), Rsvp.state != "withdrawn"),
    ]


def placed(ctx: Context, unit: UnitOfWork, people: Sequence[Recipient]) -> list[Placed]:
    """Where each is written to; of those at one number or address the first."""
    ways = Ways(texts=any_sender(unit) is not None, letters=bool(ctx.messaging.mail.sender))
    places = [
        place for one in people for place in (one.reached.phone, (one.reached.email or "").lower()) if place
    ]
    bars = barred(ctx, unit, places)
    found, taken = [], set[str]()
    for one in people:
        place = place_of(one.reached, bars, ways)
        if isinstance(place, LeftOut | Skip):
            found.append(Placed(one, None, place))
        elif place in taken:
            found.append(Placed(one, None, LeftOut.ELSEWHERE))
        else:
            taken.add(place)
            found.append(Placed(one, place))
    return found


def _volunteers(unit: UnitOfWork, *which: ColumnElement[bool]) -> list[Recipient]:
    query = (
        select(Account)
        .where(Account.organisation_id == unit.organisation_id, Account.active, *which)
        .order_by(Account.id)
    )
    return [Recipient(one.id, None, one.name, _reached(one)) for one in unit.session.scalars(query)]


def _guests(unit: UnitOfWork, *which: ColumnElement[bool]) -> list[Recipient]:
    query: Select[Rsvp, Account | None] = (
        select(Rsvp, Account)
        .outerjoin(
            Account, and_(Account.organisation_id == Rsvp.organisation_id, Account.id == Rsvp.account_id)
        )
        .where(Rsvp.organisation_id == unit.organisation_id, *which)
        .order_by(Rsvp.id)
    )
    found = []
    for row, account in unit.session.execute(query):
        if account is None:
            phone = row.phone if row.phone_confirmed_at is not None else None
            found.append(Recipient(None, row.id, row.name, Person(phone, row.email)))
        elif account.active:
            found.append(Recipient(account.id, None, account.name, _reached(account)))
    return found


def _reached(account: Account) -> Person:
    shown = account.phone if account.phone_confirmed_at is not None else None
    return Person(shown, account.email)
