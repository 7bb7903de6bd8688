"""What our numbers cost: a month is written down on the day on which the carrier charges it (`domain.rent`),
by the price that its list has then. One whose price isn't known is written down without, and counts from when
it is known, also when the number is given back meanwhile.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from dialer.carrier.number_port import CarrierNumber, NumberPrice, Numbers, NumbersWanted
from dialer.carrier.port import CarrierError
from dialer.domain.rent import first_after, next_month, priced_as
from dialer.services.budget import spend_on_numbers
from dialer.services.context import Context
from dialer.store.models.own_numbers import NumberRent, OwnNumber
from dialer.store.queries import own_numbers as queries
from dialer.store.session import UnitOfWork

Prices = Mapping[tuple[str, str], NumberPrice]
MOST_MONTHS: Final = 120
"""No more are charged at once: beyond that a clock is wrong."""
LATER: Final = dt.datetime.max.replace(tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class Reading:
    """What the list says `about` these numbers: those that it has and that are surely ours were `found`, and
    `prices` are what numbers cost by now. The time before it was `looked_at` then. Those that were `gone`
    have been since then.
    """

    about: Collection[str]
    gone: Mapping[str, dt.datetime]
    found: Sequence[CarrierNumber]
    prices: Prices
    looked_at: dt.datetime | None


def prices_of(ctx: Context, numbers: Numbers, listed: Collection[str]) -> Prices:
    """What numbers cost now, by country and kind: of those of these whose price isn't known or that are about
    to be charged, and of those with months that wait for it. What the carrier doesn't say is left out, and
    asked again the next time.
    """
    with ctx.unit() as unit:
        asked = (set(listed) - queries.settled_rents(unit, ctx.now)) | set(queries.waiting_months(unit))
    wanted = {place for number in asked if (place := priced_as(number)) is not None}
    found = {}
    for country, kind in sorted(wanted):
        try:
            price = numbers.price(NumbersWanted(country, kind))
        except CarrierError:
            continue
        if price is not None:
            found[country, kind] = price
    return found


def begin_anew(unit: UnitOfWork, number: str) -> None:
    """A number that is gone, if it is: the months that it was charged for are over."""
    row = (OwnNumber.organisation_id == unit.organisation_id, OwnNumber.number == number)
    unit.session.execute(
        update(OwnNumber).where(*row, OwnNumber.gone_at.is_not(None)).values(rent_due_at=None)
    )


def given_back(ctx: Context, unit: UnitOfWork, number: str) -> None:
    """A number was just given back: what was due until now is written down, and no more comes."""
    row = unit.session.get(OwnNumber, (unit.organisation_id, number), with_for_update=True)
    if row is not None:
        _charge(ctx, unit, [row])
        row.rent_due_at = None


def bought(ctx: Context, unit: UnitOfWork, number: str, price: str | None, currency: str | None) -> None:
    """A number was just bought at the price that was shown, if any: its first month is charged at once."""
    row = unit.session.get_one(OwnNumber, (unit.organisation_id, number), with_for_update=True)
    if price and currency:
        row.rent, row.rent_currency = Decimal(price), currency
    if row.rent_due_at is None:
        row.rent_due_at = ctx.now
    _charge(ctx, unit, [row])


def listed(ctx: Context, unit: UnitOfWork, reading: Reading) -> None:
    """The list was read. A number that is new there is charged from its next month on, since nobody here paid
    for the one that is running; from this one on where it was bought after the list was looked at the last
    time, or from here, and nothing was paid for it since. One that was off the list goes on where it was,
    unless it was bought again since.
    """
    since, looked_at = {one.number: one.bought_at for one in reading.found}, reading.looked_at
    rows = _locked(unit, reading.about, since)
    paid = queries.paid_since(unit, since, looked_at) if looked_at is not None else set()
    unpaid = _bought_here(unit, since)
    for row in rows:
        price = reading.prices.get(priced_as(row.number) or ("", ""))
        if price is not None:
            row.rent, row.rent_currency = price.amount, price.currency
        bought_at = since[row.number]
        if row.number in reading.gone and bought_at is not None and bought_at > reading.gone[row.number]:
            row.rent_due_at = None
        if row.rent_due_at is None:
            at = bought_at or unpaid.get(row.number, ctx.now)
            is_new = looked_at is not None and bought_at is not None and at > looked_at
            from_now = (is_new and row.number not in paid) or at >= unpaid.get(row.number, LATER)
            row.rent_due_at = at if from_now else first_after(min(at, ctx.now), ctx.now)
    _charge(ctx, unit, rows)
    _price_waiting(unit, reading.prices)


def _bought_here(unit: UnitOfWork, numbers: Collection[str]) -> dict[str, dt.datetime]:
    """Those of these that were bought from here, and for which nothing was written down since: when that was
    asked for, in the carrier's whole seconds. The answer of such a purchase was lost.
    """
    asked = {one: at.replace(microsecond=0) for one, at in queries.bought_here(unit, numbers).items()}
    charged = queries.last_months(unit, asked)
    return {one: at for one, at in asked.items() if one not in charged or charged[one] < at}


def _price_waiting(unit: UnitOfWork, prices: Prices) -> None:
    """Count the months whose price is known by now."""
    query = select(NumberRent).where(
        NumberRent.organisation_id == unit.organisation_id, NumberRent.amount.is_(None)
    )
    by_number = query.order_by(NumberRent.number, NumberRent.charged_at)
    for row in unit.session.scalars(by_number.with_for_update()):
        price = prices.get(priced_as(row.number) or ("", ""))
        if price is not None:
            row.amount, row.currency = price.amount, price.currency
            spend_on_numbers(unit, price.amount, price.currency)


def _locked(unit: UnitOfWork, about: Collection[str], numbers: Collection[str]) -> Sequence[OwnNumber]:
    """The rows of these; whatever else it is about is charged no more. One that is gone isn't either, but its
    day stays: the list may have it again the next time.
    """
    query = select(OwnNumber).where(
        OwnNumber.organisation_id == unit.organisation_id, OwnNumber.number.in_(about)
    )
    rows = unit.session.scalars(
        query.order_by(OwnNumber.number).with_for_update().execution_options(populate_existing=True)
    ).all()
    for row in rows:
        if row.number not in numbers and (row.gone_at is None or row.sid is None):
            row.rent_due_at = None
    return [row for row in rows if row.number in numbers]


def _charge(ctx: Context, unit: UnitOfWork, rows: Sequence[OwnNumber]) -> None:
    """Write down each month that is due, once. One whose price isn't known waits for it as it stands."""
    for row in rows:
        months = 0
        while row.rent_due_at is not None and row.rent_due_at <= ctx.now and months < MOST_MONTHS:
            months += 1
            values = {
                "number": row.number,
                "charged_at": row.rent_due_at,
                "amount": row.rent,
                "currency": row.rent_currency,
            }
            made = insert(NumberRent).values(organisation_id=unit.organisation_id, **values)
            once = made.on_conflict_do_nothing().returning(NumberRent.number)
            is_new = unit.session.scalar(once) is not None
            if is_new and row.rent is not None and row.rent_currency is not None:
                spend_on_numbers(unit, row.rent, row.rent_currency)
            row.rent_due_at = next_month(row.rent_due_at)
