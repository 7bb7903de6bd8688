"""`/numbers`: our numbers at the carrier, where each leads, and what the carrier is asked to do."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask import url_for
from marshmallow import Schema, fields

from dialer.domain.access import Permission
from dialer.domain.own_numbers import KINDS, TASK_STATES, TASKS, Aim, Fault, RingBack
from dialer.services.messaging import number_orders as orders
from dialer.services.messaging import number_tasks as tasks
from dialer.services.messaging import own_numbers as deeds
from dialer.services.messaging.number_tasks import TaskView
from dialer.services.paging import Page, Slice
from dialer.web.api.blueprint import Resource
from dialer.web.api.fields import Choice, Flag, Id, Instant, Money, Text, Whole, money, path_id
from dialer.web.api.paging import PageQuery, page_of, show_page
from dialer.web.desk import context
from dialer.web.guard import allow

numbers = Resource("numbers", "Our numbers at the carrier, and where texts and calls to them go")


class GoingSchema(Schema):
    """Where texts or calls go; `to` is whose address that is where it is another system's. Where a Messaging
    Service decides (`messaging_service`), look there.
    """

    aim = Choice(*Aim, required=True)
    to = Text(required=True)


class NumberUseSchema(Schema):
    """What uses it: a campaign that shows it (`caller_id`), that texts from it (`sender`) or from a Messaging
    Service with it (`pool`), or a text that isn't over (`blast`).
    """

    way = Choice("caller_id", "sender", "pool", "blast", required=True)
    id = Id(required=True)
    name = Text(required=True)


class OwnNumberSchema(Schema):
    """One of ours: what it can do, where texts and calls to it go, and what uses it. `told_too` are other
    systems that hear of a text or call when we don't answer, or of each call's end.
    """

    number = Text(required=True)
    name = Text(required=True)
    sms = Flag(required=True)
    mms = Flag(required=True)
    voice = Flag(required=True)
    texts = fields.Nested(GoingSchema, required=True)
    calls = fields.Nested(GoingSchema, required=True)
    told_too = fields.List(Text(), required=True)
    is_right = Flag(required=True)
    is_sender = Flag(required=True)
    uses = fields.List(fields.Nested(NumberUseSchema), required=True)
    seen_at = Instant(required=True, allow_none=True)
    rent = Money(
        required=True,
        allow_none=True,
        metadata={"description": "A month, by the carrier’s list; null: not known"},
    )
    rent_due_at = Instant(
        required=True,
        allow_none=True,
        metadata={"description": "When its next month is charged; null: not surely yours, so not counted"},
    )
    under_way = fields.List(
        Choice(*TASKS),
        required=True,
        metadata={"description": "What the carrier is being asked about it, or waits to be asked"},
    )


class ShownNumberSchema(Schema):
    """A number that campaigns show people, and what becomes of a call back; who said that it is answered
    elsewhere, and when.
    """

    number = Text(required=True)
    ring_back = Choice(*RingBack, required=True)
    campaigns = fields.List(Text(), required=True)
    said_by = Text(required=True, allow_none=True)
    said_at = Instant(required=True, allow_none=True)


class NumbersRentSchema(Schema):
    """What so many numbers cost a month together; null of those whose price isn’t known."""

    numbers = Whole(required=True)
    rent = Money(required=True, allow_none=True)


class WaitingRentSchema(Schema):
    """Months of a number, which may be given back by now, whose price isn’t known, the first of them `since`:
    they count for what was spent from when it is.
    """

    number = Text(required=True)
    months = Whole(required=True)
    since = Instant(required=True)


class OwnNumbersSchema(Schema):
    """A page of them, by number; with it, on every page, those that campaigns show. `read_at` is when the
    carrier's list was read last, `changed_at` when something was bought, put right or given back after that,
    which is in it; where it `is_moving`, the carrier is being asked something just now,
    and where it `is_reading`, for its list.
    """

    data = fields.List(fields.Nested(OwnNumberSchema), required=True)
    next_cursor = Text(required=True, allow_none=True)
    shown = fields.List(fields.Nested(ShownNumberSchema), required=True)
    read_at = Instant(required=True, allow_none=True)
    changed_at = Instant(required=True, allow_none=True)
    is_moving = Flag(required=True)
    is_reading = Flag(required=True)
    rents = fields.List(fields.Nested(NumbersRentSchema), required=True)
    waiting = fields.List(fields.Nested(WaitingRentSchema), required=True)


class NumberOfferSchema(Schema):
    """A number that can be had. `address` is what the carrier wants to know of an address with it."""

    number = Text(required=True)
    place = Text(required=True)
    sms = Flag(required=True)
    mms = Flag(required=True)
    voice = Flag(required=True)
    address = Text(required=True)


class NumbersFoundSchema(Schema):
    """What a search found: numbers, and what each costs a month; null where the carrier doesn't say."""

    offers = fields.List(fields.Nested(NumberOfferSchema), required=True)
    price = Text(required=True, allow_none=True)
    currency = Text(required=True, allow_none=True)


class NumberTaskSchema(Schema):
    """What the carrier was asked, and how that stands; `error_code` is the carrier's own. A search that is
    done has what it `found`.
    """

    id = Id(required=True)
    kind = Choice(*TASKS, required=True)
    number = Text(required=True, allow_none=True)
    state = Choice(*TASK_STATES, required=True)
    fault = Choice(*Fault, required=True, allow_none=True)
    error_code = Whole(required=True, allow_none=True)
    created_at = Instant(required=True)
    finished_at = Instant(required=True, allow_none=True)
    found = fields.Nested(NumbersFoundSchema, required=True, allow_none=True)


class NumberSearchSchema(Schema):
    """A country (ISO 3166) and a kind; figures that the number contains (`*` is any), its area code (North
    America), and what it must be able to do.
    """

    country = Text(required=True, max_length=2)
    kind = Choice(*KINDS, required=True)
    contains = Text(load_default="", max_length=10)
    area_code = Text(load_default="", max_length=3)
    sms = Flag(load_default=False)
    voice = Flag(load_default=False)


class ReleaseSchema(Schema):
    """One of ours, with its last four figures again: it can't be had back."""

    number = Text(required=True, max_length=16)
    confirm = Text(required=True, max_length=4)


class PurchaseSchema(ReleaseSchema):
    """One that a search found, with its last four figures again: it costs every month. `address_sid` and
    `bundle_sid` are the carrier's names of what its country wants.
    """

    search_id = Id(required=True)
    address_sid = Text(load_default="", max_length=34)
    bundle_sid = Text(load_default="", max_length=34)


class PutRightSchema(Schema):
    """One of ours; `take_over` where another system hears of texts or calls to it, and shall no more."""

    number = Text(required=True, max_length=16)
    take_over = Flag(load_default=False)


class AnsweredElsewhereSchema(Schema):
    """Whether calls back to a number are answered elsewhere."""

    number = Text(required=True, max_length=16)
    answered = Flag(required=True)


@numbers.route("/numbers", methods=["GET"])
@allow(Permission.SENDER_READ)
@numbers.arguments(PageQuery, location="query")
@numbers.response(200, OwnNumbersSchema)
def show_numbers(query: dict[str, Any]) -> dict[str, object]:
    """Our numbers, and those that campaigns show, with what becomes of a call back."""
    return _page(page_of(query))


@numbers.route("/numbers/read", methods=["POST"])
@allow(Permission.SENDER_MANAGE)
@numbers.response(202, NumberTaskSchema)
def read_list() -> tuple[dict[str, object], int, dict[str, str]]:
    """Have the carrier's list read now. It is read every 15 minutes."""
    return accepted(tasks.ask_to_read(context()))


@numbers.route("/numbers/put-right", methods=["POST"])
@allow(Permission.SENDER_MANAGE)
@numbers.arguments(PutRightSchema)
@numbers.response(202, NumberTaskSchema)
def put_right(given: dict[str, Any]) -> tuple[dict[str, object], int, dict[str, str]]:
    """Have texts and calls to one of ours come here. 409 `conflict` names in `others` the systems that hear
    of them now; `take_over` takes it from them. Without `others`, a worker is just asking: say it again.
    """
    task = tasks.ask_to_put_right(context(), given["number"], take_over=given["take_over"])
    return accepted(task)


@numbers.route("/numbers/answered-elsewhere", methods=["POST"])
@allow(Permission.SENDER_MANAGE)
@numbers.arguments(AnsweredElsewhereSchema)
@numbers.response(200, OwnNumbersSchema)
def answered_elsewhere(given: dict[str, Any]) -> dict[str, object]:
    """Say that calls back to a number that a campaign shows are answered elsewhere, or take it back. Answers
    the first page of `GET /numbers`.
    """
    deeds.say_answered_elsewhere(context(), given["number"], answered=given["answered"])
    return _page(deeds.FIRST)


@numbers.route("/numbers/search", methods=["POST"])
@allow(Permission.SENDER_MANAGE)
@numbers.arguments(NumberSearchSchema)
@numbers.response(202, NumberTaskSchema)
def search(given: dict[str, Any]) -> tuple[dict[str, object], int, dict[str, str]]:
    """Have the carrier say which numbers can be had, and what one costs a month."""
    return accepted(orders.ask_to_search(context(), orders.Looked(**given)))


@numbers.route("/numbers/buy", methods=["POST"])
@allow(Permission.SENDER_MANAGE)
@numbers.arguments(PurchaseSchema)
@numbers.response(202, NumberTaskSchema)
def buy(given: dict[str, Any]) -> tuple[dict[str, object], int, dict[str, str]]:
    """Buy one that a search found in the last hour; texts and calls to it come here. Asked twice it is the
    same purchase. 429 `rate-limited` beyond what the installation allows for a day.
    """
    return accepted(orders.ask_to_buy(context(), orders.Order(**given)))


@numbers.route("/numbers/release", methods=["POST"])
@allow(Permission.SENDER_MANAGE)
@numbers.arguments(ReleaseSchema)
@numbers.response(202, NumberTaskSchema)
def release(given: dict[str, Any]) -> tuple[dict[str, object], int, dict[str, str]]:
    """Give one back. 409 `conflict` names in `used_by` what still uses it, or counts the texts that wait to
    go out from it (`waiting`).
    """
    return accepted(orders.ask_to_release(context(), given["number"], given["confirm"]))


@numbers.route("/numbers/tasks/<number_task_id>", methods=["GET"])
@allow(Permission.SENDER_READ)
@numbers.response(200, NumberTaskSchema)
def show_task(number_task_id: str) -> dict[str, object]:
    """What the carrier was asked, and how that stands."""
    return _shown(tasks.get_task(context(), path_id(number_task_id)))


def _page(page: Page) -> dict[str, object]:
    found = deeds.own_numbers(context(), page)
    names = OwnNumbersSchema().fields.keys() - {"data", "next_cursor", "rents"}
    rents = [{"numbers": one.numbers, "rent": _rent(one.amount, one.currency)} for one in found.rents]
    listed = Slice([_own(one) for one in found.numbers], found.next)
    return {**show_page(listed), **{name: getattr(found, name) for name in names}, "rents": rents}


def _own(one: deeds.OwnNumberView) -> dict[str, object]:
    names = OwnNumberSchema().fields.keys() - {"rent"}
    return {**{name: getattr(one, name) for name in names}, "rent": _rent(one.rent, one.rent_currency)}


def _rent(amount: Decimal | None, currency: str | None) -> dict[str, str] | None:
    return None if currency is None else money(amount, currency)


def _shown(task: TaskView) -> dict[str, object]:
    names = NumberTaskSchema().fields.keys() - {"found"}
    return {**{name: getattr(task, name) for name in names}, "found": task.found or None}


def accepted(task: TaskView) -> tuple[dict[str, object], int, dict[str, str]]:
    """202, with the way to see what became of it."""
    return _shown(task), 202, {"Location": url_for("numbers.show_task", number_task_id=task.id)}
