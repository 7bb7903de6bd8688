"""Our numbers: what each is set to, what uses it, and what becomes of a call back to one that people see."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from sqlalchemy import select

from dialer.domain.access import Permission, require
from dialer.domain.errors import ValidationFailed
from dialer.domain.own_numbers import (
    SMS_PATH,
    VOICE_PATH,
    Aim,
    Going,
    Home,
    RingBack,
    Standing,
    going_of,
    other_systems,
    rings_back,
    shown_aim,
)
from dialer.services.context import Context
from dialer.services.messaging.service_settings import decided_by_services
from dialer.services.paging import Page, cut
from dialer.store.models.accounts import Account
from dialer.store.models.own_numbers import OwnNumber
from dialer.store.queries import own_numbers as queries
from dialer.store.queries.own_numbers import Use
from dialer.store.session import UnitOfWork

FIRST: Final = Page()


@dataclass(frozen=True, slots=True)
class OwnNumberView:
    """One of ours: what it can do, where texts and calls to it go, and what uses it."""

    number: str
    name: str
    """What it is called at the carrier."""
    sms: bool
    mms: bool
    voice: bool
    texts: Going
    calls: Going
    told_too: Sequence[str]
    """Other systems that hear of a text or call when we don't answer, or of each call's end."""
    uses: Sequence[Use]
    is_sender: bool
    seen_at: dt.datetime | None
    rent: Decimal | None
    """What it costs a month by the carrier's list, in `rent_currency`; None: not known."""
    rent_currency: str | None
    rent_due_at: dt.datetime | None
    """When its next month is charged; None: it isn't surely ours alone, so nothing is counted."""
    under_way: Sequence[str]
    """What the carrier is being asked about it, or waits to be asked: `put_right`, `release`."""

    @property
    def is_right(self) -> bool:
        """Whether all that it can do comes here, and nowhere else."""
        texts_come = self.texts.aim is Aim.HERE or not self.sms
        return texts_come and (self.calls.aim is Aim.HERE or not self.voice) and not self.told_too

    @property
    def can_be_put_right(self) -> bool:
        """Whether there is anything to set at the number that nobody is at already; what a service decides is
        set there.
        """
        if self.under_way:
            return False
        able = [(self.texts, self.sms), (self.calls, self.voice)]
        settled = {Aim.HERE, Aim.SERVICE}
        return bool(self.others) or any(can and one.aim not in settled for one, can in able)

    @property
    def others(self) -> Sequence[str]:
        """The other systems that hear of texts or calls to it."""
        asked = [one.to for one in (self.texts, self.calls) if one.to]
        return tuple(dict.fromkeys([*asked, *self.told_too]))


@dataclass(frozen=True, slots=True)
class ShownNumber:
    """A number that campaigns show people whom they ring, and what becomes of a call back; where somebody has
    said that it is answered elsewhere, who and when.
    """

    number: str
    ring_back: RingBack
    campaigns: Sequence[str]
    said_by: str | None
    said_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Rent:
    """What all whose price is known in this currency cost a month; without one, how many aren't known."""

    currency: str | None
    numbers: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class WaitingRent:
    """Months of a number, which may be given back by now, that were charged and whose price isn't known."""

    number: str
    months: int
    since: dt.datetime


@dataclass(frozen=True, slots=True)
class NumbersView:
    """Everything about our numbers, a page of them. `read_at` is when the carrier's list was read last, None:
    never; `changed_at` when something was bought, put right or given back after that, which is in it. Where
    it `is_moving`, the carrier is being asked something; `is_reading` where that is its list.
    """

    numbers: Sequence[OwnNumberView]
    shown: Sequence[ShownNumber]
    read_at: dt.datetime | None
    changed_at: dt.datetime | None
    is_moving: bool
    is_reading: bool
    rents: Sequence[Rent]
    waiting: Sequence[WaitingRent]
    next: tuple[str, ...] | None = None


def home_of(ctx: Context, unit: UnitOfWork) -> Home:
    """Where the carrier is to tell of texts and calls to our numbers. Every address that is set names its
    organisation, so no number can be taken for another's; one that names none is about the oldest.
    """
    base = ctx.public_url.rstrip("/")
    sms, voice = f"{base}{SMS_PATH}", f"{base}{VOICE_PATH}"
    mine = f"?o={unit.organisation_id}"
    named = Home(base, (f"{sms}{mine}",), (f"{voice}{mine}",))
    if queries.oldest_organisation(unit) != unit.organisation_id:
        return named
    return Home(base, (*named.sms, sms), (*named.voice, voice))


def own_numbers(ctx: Context, page: Page = FIRST) -> NumbersView:
    """Our numbers, and those that campaigns show."""
    require(ctx.actor, Permission.SENDER_READ)
    after = _after(page)
    with ctx.unit() as unit:
        found = cut(queries.listed_after(unit, after, page.limit + 1), page, lambda row: (row.number,))
        home, uses, senders = home_of(ctx, unit), queries.uses(unit), queries.senders_known(unit)
        rows, by_service = queries.kept_numbers(unit), decided_by_services(unit, home)
        shown, under_way, read_at = queries.shown_by(unit), queries.under_way(unit), queries.read_at(unit)
        return NumbersView(
            [
                view_of(
                    row,
                    home,
                    uses.get(row.number, ()),
                    is_sender=row.number in senders,
                    by_service=by_service.get(row.number),
                    under_way=under_way.get(row.number, ()),
                )
                for row in found.items
            ],
            _shown(ctx, unit, rows, shown),
            read_at,
            queries.changed_at(unit, read_at),
            is_moving=bool(under_way),
            is_reading="read" in under_way.get(None, ()),
            rents=[Rent(*one) for one in queries.rents(unit)],
            waiting=[WaitingRent(one, *months) for one, months in queries.waiting_months(unit).items()],
            next=found.next,
        )


def _after(page: Page) -> str:
    """The number that the list goes on after; empty at its start."""
    if page.after is None:
        return ""
    if len(page.after) != 1 or not page.after[0].startswith("+"):
        raise ValidationFailed.at("/cursor", "This cursor isn’t one of this list. Start again without it.")
    return page.after[0]


def ring_backs(ctx: Context, unit: UnitOfWork, numbers: Iterable[str]) -> dict[str, RingBack]:
    """What becomes of a call to each of these numbers."""
    rows = {row.number: row for row in queries.kept_numbers(unit)}
    home, looked = home_of(ctx, unit), queries.read_at(unit) is not None
    found = {}
    for number in numbers:
        row = rows.get(number)
        standing = Standing(row.voice, row.calls_to) if row is not None and is_there(row) else None
        elsewhere = row is not None and row.answered_elsewhere_at is not None
        found[number] = rings_back(standing, home, elsewhere=elsewhere, looked=looked)
    return found


def say_answered_elsewhere(ctx: Context, number: str, *, answered: bool) -> None:
    """Say that calls to a number that campaigns show are answered elsewhere, or take that back: kept with who
    said so, and when. Said again, the first word stands.
    """
    require(ctx.actor, Permission.SENDER_MANAGE)
    with ctx.unit() as unit:
        if number not in queries.shown_by(unit):
            raise ValidationFailed.at("/number", "No campaign shows this number.")
        row = unit.session.get(OwnNumber, (unit.organisation_id, number), with_for_update=True)
        if row is None:
            row = OwnNumber(organisation_id=unit.organisation_id, number=number)
            unit.session.add(row)
        if answered == (row.answered_elsewhere_at is not None):
            return
        row.answered_elsewhere_at = ctx.now if answered else None
        row.answered_elsewhere_by = ctx.actor.account_id if answered else None
        action = "number.answered_elsewhere" if answered else "number.not_answered_elsewhere"
        ctx.audit(unit, action, "organisation", unit.organisation_id, {"number": number})


def reach_number(unit: UnitOfWork, number: str) -> OwnNumber:
    """One that the carrier's list has as ours. Raises ValidationFailed."""
    row = unit.session.get(OwnNumber, (unit.organisation_id, number))
    if row is None or not is_there(row):
        raise ValidationFailed.at("/number", "It isn’t one of ours at the carrier.")
    return row


def is_there(row: OwnNumber) -> bool:
    """Whether the carrier's list has it."""
    return row.sid is not None and row.gone_at is None


def view_of(
    row: OwnNumber,
    home: Home,
    uses: Sequence[Use],
    *,
    is_sender: bool = False,
    by_service: Aim | None = None,
    under_way: Sequence[str] = (),
) -> OwnNumberView:
    """One of ours; where a Messaging Service decides where texts go, they go as it says (`by_service`)."""
    texts = going_of(row.texts_to, home, home.sms)
    if by_service is not None:
        texts = Going(by_service, "" if by_service is Aim.HERE else texts.to)
    return OwnNumberView(
        number=row.number,
        name=row.name,
        sms=row.sms,
        mms=row.mms,
        voice=row.voice,
        texts=texts,
        calls=going_of(row.calls_to, home, home.voice),
        told_too=tuple(dict.fromkeys(shown_aim(where) for where in other_systems(row.told_too, home))),
        uses=uses,
        is_sender=is_sender,
        seen_at=row.seen_at,
        rent=row.rent,
        rent_currency=row.rent_currency,
        rent_due_at=row.rent_due_at,
        under_way=under_way,
    )


def _shown(
    ctx: Context, unit: UnitOfWork, rows: Sequence[OwnNumber], shown: dict[str, list[str]]
) -> list[ShownNumber]:
    said = {row.number: row for row in rows if row.answered_elsewhere_at is not None}
    by = {row.answered_elsewhere_by for row in said.values()} - {None}
    named = select(Account.id, Account.name).where(
        Account.organisation_id == unit.organisation_id, Account.id.in_(by)
    )
    names: dict[uuid.UUID | None, str] = dict(unit.session.execute(named).all()) if by else {}
    stands = ring_backs(ctx, unit, shown)
    found = []
    for number, campaigns in sorted(shown.items()):
        row = said.get(number)
        who = names.get(row.answered_elsewhere_by) if row else None
        at = row.answered_elsewhere_at if row else None
        found.append(ShownNumber(number, stands[number], campaigns, who, at))
    return found
