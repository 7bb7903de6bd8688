"""`/numbers`: our numbers at the carrier, where each leads, and what the carrier is asked to do."""

from __future__ import annotations

from typing import Any

from flask import url_for
from marshmallow import Schema, fields

from dialer.domain.access import Permission
from dialer.domain.own_numbers import TASK_STATES, TASKS, Aim, Fault, RingBack
from dialer.services.messaging import number_tasks as tasks
from dialer.services.messaging import own_numbers as deeds
from dialer.services.messaging.number_tasks import TaskView
from dialer.web.api.blueprint import Resource
from dialer.web.api.fields import Choice, Flag, Id, Instant, Text, Whole, path_id
from dialer.web.desk import context
from dialer.web.guard import allow

numbers = Resource("numbers", "Our numbers at the carrier, and where texts and calls to them go")


class GoingSchema(Schema):
    """Where texts or calls go; `to` is whose address that is where it is another system's."""

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
    """One of ours: what it can do, where texts and calls to it go, and what uses it."""

    number = Text(required=True)
    name = Text(required=True)
    sms = Flag(required=True)
    mms = Flag(required=True)
    voice = Flag(required=True)
    texts = fields.Nested(GoingSchema, required=True)
    calls = fields.Nested(GoingSchema, required=True)
    is_right = Flag(required=True)
    is_sender = Flag(required=True)
    uses = fields.List(fields.Nested(NumberUseSchema), required=True)
    seen_at = Instant(required=True, allow_none=True)


class ShownNumberSchema(Schema):
    """A number that campaigns show people, and what becomes of a call back; who said that it is answered
    elsewhere, and when.
    """

    number = Text(required=True)
    ring_back = Choice(*RingBack, required=True)
    campaigns = fields.List(Text(), required=True)
    said_by = Text(required=True, allow_none=True)
    said_at = Instant(required=True, allow_none=True)


class OwnNumbersSchema(Schema):
    """All of them. `read_at` is when the carrier's list was read last."""

    numbers = fields.List(fields.Nested(OwnNumberSchema), required=True)
    shown = fields.List(fields.Nested(ShownNumberSchema), required=True)
    read_at = Instant(required=True, allow_none=True)


class NumberTaskSchema(Schema):
    """What the carrier was asked, and how that stands; `error_code` is the carrier's own."""

    id = Id(required=True)
    kind = Choice(*TASKS, required=True)
    number = Text(required=True, allow_none=True)
    state = Choice(*TASK_STATES, required=True)
    fault = Choice(*Fault, required=True, allow_none=True)
    error_code = Whole(required=True, allow_none=True)
    created_at = Instant(required=True)
    finished_at = Instant(required=True, allow_none=True)


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
@numbers.response(200, OwnNumbersSchema)
def show_numbers() -> object:
    """Our numbers, and those that campaigns show, with what becomes of a call back."""
    return deeds.own_numbers(context())


@numbers.route("/numbers/read", methods=["POST"])
@allow(Permission.SENDER_MANAGE)
@numbers.response(202, NumberTaskSchema)
def read_list() -> tuple[TaskView, int, dict[str, str]]:
    """Have the carrier's list read now. It is read every 15 minutes."""
    return accepted(tasks.ask_to_read(context()))


@numbers.route("/numbers/put-right", methods=["POST"])
@allow(Permission.SENDER_MANAGE)
@numbers.arguments(PutRightSchema)
@numbers.response(202, NumberTaskSchema)
def put_right(given: dict[str, Any]) -> tuple[TaskView, int, dict[str, str]]:
    """Have texts and calls to one of ours come here. 409 `conflict` names in `others` the systems that hear
    of them now; `take_over` takes it from them.
    """
    task = tasks.ask_to_put_right(context(), given["number"], take_over=given["take_over"])
    return accepted(task)


@numbers.route("/numbers/answered-elsewhere", methods=["POST"])
@allow(Permission.SENDER_MANAGE)
@numbers.arguments(AnsweredElsewhereSchema)
@numbers.response(200, OwnNumbersSchema)
def answered_elsewhere(given: dict[str, Any]) -> object:
    """Say that calls back to a number that a campaign shows are answered elsewhere, or take it back."""
    deeds.say_answered_elsewhere(context(), given["number"], answered=given["answered"])
    return deeds.own_numbers(context())


@numbers.route("/numbers/tasks/<number_task_id>", methods=["GET"])
@allow(Permission.SENDER_READ)
@numbers.response(200, NumberTaskSchema)
def show_task(number_task_id: str) -> TaskView:
    """What the carrier was asked, and how that stands."""
    return tasks.get_task(context(), path_id(number_task_id))


def accepted(task: TaskView) -> tuple[TaskView, int, dict[str, str]]:
    """202, with the way to see what became of it."""
    return task, 202, {"Location": url_for("numbers.show_task", number_task_id=task.id)}
