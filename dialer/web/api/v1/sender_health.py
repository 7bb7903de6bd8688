"""`/senders/{id}/health`: what became of a sender's texts, by day and by code."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from typing import Any

from marshmallow import Schema, fields

from dialer.domain.access import Permission
from dialer.services.messaging.sender_health import DAYS, DAYS_MOST, Fared, sender_health
from dialer.web.api.blueprint import Resource
from dialer.web.api.fields import Day, Id, Instant, Number, Text, Whole, path_id
from dialer.web.desk import context
from dialer.web.guard import allow

health_of_senders = Resource("health of senders", "What became of a sender's texts, by day and by code")


class SenderHealthQuery(Schema):
    """How many days, today among them."""

    days = Whole(least=1, most=DAYS_MOST, load_default=DAYS, metadata={"query": True})


class FaredSchema(Schema):
    """What became of texts. Of those `waiting` nothing more was heard yet; `delivery_rate` is of the others,
    and lies truly between `low` and `high` in 99 of 100 cases. `replies` are all texts that came in,
    `opt_outs` the noes among them; both also for a thousand texts that went out.
    """

    texts = Whole(required=True)
    waiting = Whole(required=True)
    delivered = Whole(required=True)
    undelivered = Whole(required=True)
    failed = Whole(required=True)
    delivery_rate = Number(required=True, allow_none=True)
    low = Number(required=True)
    high = Number(required=True)
    replies = Whole(required=True)
    opt_outs = Whole(required=True)
    replies_per_thousand = Number(required=True, allow_none=True)
    opt_outs_per_thousand = Number(required=True, allow_none=True)


class FaredOnDaySchema(FaredSchema):
    """The same of one day, on the clocks of Europe/London."""

    day = Day(required=True)


class CodeCountSchema(Schema):
    """How many texts didn't arrive for this code of the carrier's; 0 where it gave none."""

    code = Whole(required=True)
    count = Whole(required=True)


class SenderHealthSchema(Schema):
    """How a sender fared since a day; days without a text are left out, the latest stands first."""

    sender_id = Id(required=True)
    address = Text(required=True)
    pause_reason = Text(required=True, allow_none=True)
    tries_again_at = Instant(required=True, allow_none=True)
    trial_since = Instant(required=True, allow_none=True)
    since = Day(required=True)
    whole = fields.Nested(FaredSchema, required=True)
    days = fields.List(fields.Nested(FaredOnDaySchema), required=True)
    codes = fields.List(fields.Nested(CodeCountSchema), required=True)


@health_of_senders.route("/senders/<sender_id>/health", methods=["GET"])
@allow(Permission.SENDER_READ)
@health_of_senders.arguments(SenderHealthQuery, location="query")
@health_of_senders.response(200, SenderHealthSchema)
def show_health(query: dict[str, Any], sender_id: str) -> dict[str, object]:
    """How a sender fares: delivered by day, by which codes not, what came back for it, and why it rests."""
    found = sender_health(context(), path_id(sender_id), query["days"])
    return {
        "sender_id": found.sender.id,
        "address": found.sender.address,
        "pause_reason": found.sender.pause_reason,
        "tries_again_at": found.sender.tries_again_at,
        "trial_since": found.sender.trial_since,
        "since": found.since,
        "whole": _fared(found.whole),
        "days": [_fared(one, day) for day, one in found.days],
        "codes": [{"code": code, "count": count} for code, count in found.codes],
    }


def _fared(one: Fared, day: dt.date | None = None) -> dict[str, object]:
    low, high = one.bounds
    return {
        **asdict(one),
        **({} if day is None else {"day": day}),
        "texts": one.texts,
        "delivery_rate": one.rate,
        "low": round(low, 4),
        "high": round(high, 4),
        "replies_per_thousand": one.replies_per_thousand,
        "opt_outs_per_thousand": one.opt_outs_per_thousand,
    }
