"""`/campaigns/{id}/caller-ids`: the numbers that people see, how they are answered, and which rest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from marshmallow import Schema, fields

from dialer.domain.access import Permission
from dialer.domain.own_numbers import RingBack
from dialer.services.calling.caller_ids import (
    FELL_BEHIND,
    USED_UP,
    CallerIdView,
    caller_ids,
    use_caller_id_again,
)
from dialer.web.api.blueprint import Resource
from dialer.web.api.fields import Choice, Instant, Number, Text, Whole, path_id
from dialer.web.desk import context
from dialer.web.guard import allow

caller_id_watch = Resource("caller ids", "The numbers that people see when they are rung")


class CallerIdToUseSchema(Schema):
    """One of the campaign's caller ids."""

    number = Text(required=True, max_length=16)


class CallerIdSchema(Schema):
    """Calls and answers of 24 hours, with where the true rate lies in 99 of 100 cases (`low`, `high`), beside
    the campaign's other numbers. `rests`: it fell behind the others, or is used up for this hour. `ring_back`
    is what becomes of a call back.
    """

    number = Text(required=True)
    calls_1h = Whole(required=True)
    calls_24h = Whole(required=True)
    answered_24h = Whole(required=True)
    answer_rate = Number(required=True, allow_none=True)
    low = Number(required=True)
    high = Number(required=True)
    others_calls_24h = Whole(required=True)
    others_answer_rate = Number(required=True, allow_none=True)
    rests = Choice(FELL_BEHIND, USED_UP, required=True, allow_none=True)
    rests_until = Instant(required=True, allow_none=True)
    ring_back = Choice(*RingBack, required=True)


class CallerIdsSchema(Schema):
    """A campaign's caller ids."""

    items = fields.List(fields.Nested(CallerIdSchema), required=True)


@caller_id_watch.route("/campaigns/<campaign_id>/caller-ids", methods=["GET"])
@allow(Permission.CAMPAIGN_READ)
@caller_id_watch.response(200, CallerIdsSchema)
def show_caller_ids(campaign_id: str) -> dict[str, object]:
    """The numbers that people see, how they are answered, and which of them rest and why."""
    return _shown(caller_ids(context(), path_id(campaign_id)))


@caller_id_watch.route("/campaigns/<campaign_id>/caller-ids/use-again", methods=["POST"])
@allow(Permission.CAMPAIGN_MANAGE)
@caller_id_watch.arguments(CallerIdToUseSchema)
@caller_id_watch.response(200, CallerIdsSchema)
def use_again(body: dict[str, Any], campaign_id: str) -> dict[str, object]:
    """End the rest of a number that fell behind; for a day it isn't sent to rest again."""
    return _shown(use_caller_id_again(context(), path_id(campaign_id), body["number"]))


def _shown(found: Sequence[CallerIdView]) -> dict[str, object]:
    return {"items": [_one(each) for each in found]}


def _one(each: CallerIdView) -> dict[str, object]:
    low, high = each.own.interval()
    return {
        "number": each.number,
        "calls_1h": each.calls_1h,
        "calls_24h": each.own.calls,
        "answered_24h": each.own.answered,
        "answer_rate": each.own.rate,
        "low": round(low, 4),
        "high": round(high, 4),
        "others_calls_24h": each.others.calls,
        "others_answer_rate": each.others.rate,
        "rests": each.rests,
        "rests_until": each.rests_until,
        "ring_back": each.ring_back,
    }
