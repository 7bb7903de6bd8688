"""Numbers looked for, bought and given back: what somebody wants is written down, and a worker asks the
carrier (`number_work`).
"""

from __future__ import annotations

import datetime as dt
import re
import uuid
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from sqlalchemy import and_, func, or_, select

from dialer.domain.access import Permission, require
from dialer.domain.errors import Conflict, RateLimited, ValidationFailed
from dialer.domain.own_numbers import KINDS, Fault, describes
from dialer.services.budget import left_to_spend
from dialer.services.context import Context
from dialer.services.messaging.number_tasks import OPEN, TaskView, ask, view_of_task
from dialer.services.messaging.own_numbers import is_there, reach_number
from dialer.store.models.accounts import Organisation
from dialer.store.models.own_numbers import NumberTask, OwnNumber
from dialer.store.queries import own_numbers as queries
from dialer.store.queries.message_leftovers import count_singles
from dialer.store.session import UnitOfWork

DAY: Final = dt.timedelta(days=1)
FRESH_FOR: Final = dt.timedelta(hours=1)
"""For so long what a search found may be bought: after it, price and number may be others."""
HOUR_S: Final = 3600
LAST_FOUR: Final = "Type the last four figures of the number."
_FIGURES: Final = re.compile(r"[0-9*]{0,10}", re.ASCII)
_AREA: Final = re.compile(r"([0-9]{3})?", re.ASCII)
_ADDRESS: Final = re.compile(r"(AD[0-9a-fA-F]{32})?", re.ASCII)
_BUNDLE: Final = re.compile(r"(BU[0-9a-fA-F]{32})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Looked:
    """What somebody looks for; see `NumbersWanted`."""

    country: str
    kind: str
    contains: str = ""
    area_code: str = ""
    sms: bool = False
    voice: bool = False


@dataclass(frozen=True, slots=True)
class Order:
    """A number that a search found, its last four figures typed, and what its country wants."""

    search_id: uuid.UUID
    number: str
    confirm: str
    address_sid: str = ""
    bundle_sid: str = ""


def ask_to_search(ctx: Context, looked: Looked) -> TaskView:
    """Have the carrier say which numbers can be had, and for how much a month."""
    require(ctx.actor, Permission.SENDER_MANAGE)
    country = looked.country.upper()
    if not re.fullmatch(r"[A-Z]{2}", country, re.ASCII):
        raise ValidationFailed.at("/country", "Two letters, such as GB.")
    if looked.kind not in KINDS:
        raise ValidationFailed.at("/kind", "It is none of these.")
    if not _FIGURES.fullmatch(looked.contains):
        raise ValidationFailed.at("/contains", "Figures and * alone, ten at most.")
    if not _AREA.fullmatch(looked.area_code):
        raise ValidationFailed.at("/area_code", "Three figures.")
    wanted = {
        "country": country,
        "kind": looked.kind,
        "contains": looked.contains,
        "area_code": looked.area_code,
        "sms": looked.sms,
        "voice": looked.voice,
    }
    with ctx.unit() as unit:
        return ask(ctx, unit, "search", None, wanted)


def ask_to_buy(ctx: Context, order: Order) -> TaskView:
    """Buy a number that a search of ours found in the last hour. Asked again, also at once or by another, it
    is the same purchase; one more than the installation allows for a day is
    `RateLimited`.
    """
    require(ctx.actor, Permission.SENDER_MANAGE)
    _check(order)
    with ctx.unit() as unit:
        _one_by_one(unit)
        search = unit.session.get(NumberTask, (unit.organisation_id, order.search_id))
        offers = search.found.get("offers", []) if search is not None and search.kind == "search" else []
        if search is None or not offers:
            raise ValidationFailed.at("/search_id", "No search of ours found anything by this name.")
        if order.number not in {one["number"] for one in offers}:
            raise ValidationFailed.at("/number", "That search didn’t find this number.")
        if (known := _bought_already(unit, order.number)) is not None:
            return view_of_task(known)
        if search.created_at < ctx.now - FRESH_FOR:
            raise Conflict("That was looked for more than an hour ago. Look again what can be had.")
        most = ctx.messaging.numbers_a_day
        if _bought_today(ctx, unit) >= most:
            said = f"{most} numbers were bought in 24 hours, which is the most (numbers.most_a_day)."
            raise RateLimited(said, retry_after_s=HOUR_S)
        price = {name: search.found.get(name) for name in ("price", "currency")}
        _check_left(ctx, unit, price["price"], price["currency"])
        given = {"address_sid": order.address_sid, "bundle_sid": order.bundle_sid}
        return ask(ctx, unit, "buy", order.number, {**price, **given, "country": search.asked["country"]})


def ask_to_release(ctx: Context, number: str, typed: str) -> TaskView:
    """Give one back, whose last four figures were typed. `Conflict` names what still uses it (`used_by`), or
    how many texts still wait to go out from it (`waiting`).
    """
    require(ctx.actor, Permission.SENDER_MANAGE)
    if not describes(typed, number):
        raise ValidationFailed.at("/confirm", LAST_FOUR)
    with ctx.unit() as unit:
        reach_number(unit, number)
        if using := in_use(unit, number):
            raise Conflict(f"It is still used by {', '.join(using)}. Take it out there first.", used_by=using)
        if waiting := count_singles(unit, number):
            raise Conflict(f"{waiting} texts still wait to go out from it.", waiting=waiting)
        return ask(ctx, unit, "release", number, {})


def in_use(unit: UnitOfWork, number: str) -> list[str]:
    """What uses a number, by name; another organisation of the installation isn't named."""
    names = dict.fromkeys(use.name for use in queries.uses(unit).get(number, ()))
    elsewhere = ["another organisation"] if queries.used_by_others(unit, [number]) else []
    return [*names, *elsewhere]


def _check(order: Order) -> None:
    if not describes(order.confirm, order.number):
        raise ValidationFailed.at("/confirm", LAST_FOUR)
    if not _ADDRESS.fullmatch(order.address_sid):
        raise ValidationFailed.at("/address_sid", "The carrier’s name of an address: AD and 32 signs.")
    if not _BUNDLE.fullmatch(order.bundle_sid):
        raise ValidationFailed.at("/bundle_sid", "The carrier’s name of a bundle: BU and 32 signs.")


def _check_left(ctx: Context, unit: UnitOfWork, price: str | None, currency: str | None) -> None:
    """Raises ValidationFailed where its first month is more than all may still spend together, less what is
    being bought, as far as that is known: amounts in two currencies can't be compared.
    """
    left = left_to_spend(ctx, unit) if price and currency == ctx.messaging.currency else None
    if price and left is not None and Decimal(price) > (left := left - _being_bought(unit, currency)):
        left = max(left, Decimal(0))
        raise ValidationFailed.at("/price", f"It costs {price} {currency}, and {left} may still be spent.")


def _being_bought(unit: UnitOfWork, currency: str | None) -> Decimal:
    """What the first months of numbers come to that are ordered and not paid for yet, in this currency."""
    query = select(NumberTask.asked).where(
        NumberTask.organisation_id == unit.organisation_id,
        NumberTask.kind == "buy",
        NumberTask.state.in_(OPEN),
    )
    orders = [asked for asked in unit.session.scalars(query) if asked.get("currency") == currency]
    return sum((Decimal(asked["price"]) for asked in orders if asked.get("price")), Decimal(0))


def _one_by_one(unit: UnitOfWork) -> None:
    """Two who buy come one after the other, so that the day's most and the cap hold."""
    held = select(Organisation.id).where(Organisation.id == unit.organisation_id)
    unit.session.execute(held.with_for_update(key_share=True))


def _bought_already(unit: UnitOfWork, number: str) -> NumberTask | None:
    """The purchase that is under way, or by which the number is ours."""
    query = select(NumberTask).where(
        NumberTask.organisation_id == unit.organisation_id,
        NumberTask.kind == "buy",
        NumberTask.number == number,
        NumberTask.state != "failed",
    )
    row = unit.session.scalars(query.order_by(NumberTask.id.desc()).limit(1)).one_or_none()
    if row is None or row.state in OPEN:
        return row
    ours = unit.session.get(OwnNumber, (unit.organisation_id, number))
    return row if ours is not None and is_there(ours) else None


def _bought_today(ctx: Context, unit: UnitOfWork) -> int:
    """Purchases of the last 24 hours, also those of which nobody knows whether they were made."""
    may_be = or_(
        NumberTask.state != "failed",
        and_(NumberTask.state == "failed", NumberTask.fault == Fault.UNREACHABLE),
    )
    count = select(func.count()).where(
        NumberTask.organisation_id == unit.organisation_id,
        NumberTask.kind == "buy",
        NumberTask.created_at > ctx.now - DAY,
        may_be,
    )
    return unit.session.scalar(count) or 0
