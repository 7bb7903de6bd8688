"""`/look-ups`: the carrier asked what kind of lines numbers are, in batches, with the cost shown before."""

from __future__ import annotations

import uuid
from typing import Any

from flask import url_for
from marshmallow import Schema, fields

from dialer.domain.access import Permission
from dialer.domain.look_up import BATCH_STATES, Fault, Which
from dialer.services.messaging import look_ups as deeds
from dialer.services.messaging.look_ups import LookUpPreview, LookUpView, Wanted
from dialer.web.api.blueprint import Resource
from dialer.web.api.fields import Choice, Id, Instant, Money, Text, Whole, money, path_id
from dialer.web.api.paging import PageQuery, page_of, paged, show_page
from dialer.web.desk import context
from dialer.web.guard import allow

look_ups = Resource("look-ups", "What kind of lines numbers are, as the carrier knows")


class LookUpPreviewSchema(Schema):
    """Whose numbers: a list's people, whom an audience picks, or one contact. `unknown` takes only numbers
    that don't tell themselves whether they are mobiles, `all` every one. The cost counts for `campaign_id`.
    """

    list_id = Id(load_default=None)
    audience_id = Id(load_default=None)
    contact_id = Id(load_default=None)
    campaign_id = Id(load_default=None)
    which = Choice(*Which, load_default=Which.UNKNOWN.value)


class NewLookUpsSchema(LookUpPreviewSchema):
    """The same, with how many are asked for now: it is money."""

    expected_numbers = Whole(least=0, required=True)


class LookUpCostSchema(Schema):
    """How many numbers would be asked for, and for how much. Not asked for are those that are `known` for the
    days that an answer holds, `in_hand` of another batch, or `elsewhere`, where nobody is texted. `left` is
    what the campaign, or without one the installation, may still spend; null without a limit.
    """

    name = Text(required=True)
    numbers = Whole(required=True)
    known = Whole(required=True)
    in_hand = Whole(required=True)
    elsewhere = Whole(required=True)
    each = Money(required=True)
    cost = Money(required=True)
    left = Money(required=True, allow_none=True)
    most = Whole(required=True)
    holds_days = Whole(required=True)


class LineCountSchema(Schema):
    """How many are of a kind, by the carrier's own word."""

    line = Text(required=True)
    count = Whole(required=True)


class LookUpBatchSchema(Schema):
    """A batch. `known` and `failed` are settled; `asked` is how often the carrier was asked, each charged or
    perhaps charged, and `cost` what that comes to. It is `stopped_for` `by_hand`, `cost_cap` (that of the
    campaign), `organisation_cost_cap`, `no_answers`, or `carrier_CODE` where the carrier refuses us; where
    it can't be reached, the batch goes on `again_at`.
    """

    id = Id(required=True)
    list_id = Id(required=True, allow_none=True)
    audience_id = Id(required=True, allow_none=True)
    campaign_id = Id(required=True, allow_none=True)
    name = Text(required=True)
    which = Choice(*Which, required=True)
    state = Choice(*BATCH_STATES, required=True)
    stopped_for = Text(required=True, allow_none=True)
    again_at = Instant(required=True, allow_none=True)
    numbers = Whole(required=True)
    known = Whole(required=True)
    failed = Whole(required=True)
    asked = Whole(required=True)
    cost = Money(required=True)
    found = fields.List(fields.Nested(LineCountSchema), required=True)
    created_at = Instant(required=True)
    finished_at = Instant(required=True, allow_none=True)


class FailedLookUpSchema(Schema):
    """A number of which nothing was learnt: nobody's (`invalid`), `not_told`, `refused`, or the answer was
    `lost` twice.
    """

    number = Text(required=True)
    fault = Choice(*Fault, required=True)
    error_code = Whole(required=True, allow_none=True)


@look_ups.route("/look-ups", methods=["GET"])
@allow(Permission.SENDER_READ)
@look_ups.arguments(PageQuery, location="query")
@look_ups.response(200, paged(LookUpBatchSchema))
def list_batches(query: dict[str, Any]) -> dict[str, object]:
    """All batches, the latest first."""
    return show_page(deeds.list_look_ups(context(), page_of(query)).map(_batch))


@look_ups.route("/look-ups", methods=["POST"])
@allow(Permission.SENDER_MANAGE)
@look_ups.arguments(NewLookUpsSchema)
@look_ups.response(202, LookUpBatchSchema)
def begin(given: dict[str, Any]) -> tuple[dict[str, object], int, dict[str, str]]:
    """Ask for them. 409 `audience-changed` where `expected_numbers` isn't the number of now."""
    expected = given.pop("expected_numbers")
    view = deeds.begin_look_ups(context(), Wanted(**given), expected)
    return _batch(view), 202, {"Location": url_for("look-ups.show_batch", batch_id=view.id)}


@look_ups.route("/look-ups/preview", methods=["POST"])
@allow(Permission.SENDER_MANAGE)
@look_ups.arguments(LookUpPreviewSchema)
@look_ups.response(200, LookUpCostSchema)
def preview(given: dict[str, Any]) -> dict[str, object]:
    """How many numbers would be asked for, and what that costs. Nothing is asked."""
    return _cost(deeds.preview_look_ups(context(), Wanted(**given)))


@look_ups.route("/look-ups/<batch_id>", methods=["GET"])
@allow(Permission.SENDER_READ)
@look_ups.response(200, LookUpBatchSchema)
def show_batch(batch_id: str) -> dict[str, object]:
    """How far a batch is, and what was learnt."""
    return _batch(deeds.get_look_up(context(), path_id(batch_id)))


@look_ups.route("/look-ups/<batch_id>/failures", methods=["GET"])
@allow(Permission.SENDER_READ)
@look_ups.arguments(PageQuery, location="query")
@look_ups.response(200, paged(FailedLookUpSchema))
def list_failures(query: dict[str, Any], batch_id: str) -> dict[str, object]:
    """The numbers of which nothing was learnt, and why."""
    return show_page(deeds.failed_look_ups(context(), path_id(batch_id), page_of(query)))


@look_ups.route("/look-ups/<batch_id>/stop", methods=["POST"])
@allow(Permission.SENDER_MANAGE)
@look_ups.response(200, LookUpBatchSchema)
def stop(batch_id: str) -> dict[str, object]:
    """Ask for no more of them. What was learnt stays."""
    return _stepped(deeds.stop_look_ups, path_id(batch_id))


@look_ups.route("/look-ups/<batch_id>/resume", methods=["POST"])
@allow(Permission.SENDER_MANAGE)
@look_ups.response(202, LookUpBatchSchema)
def resume(batch_id: str) -> dict[str, object]:
    """Go on with the numbers that are left."""
    return _stepped(deeds.resume_look_ups, path_id(batch_id))


def _stepped(deed: Any, batch_id: uuid.UUID) -> dict[str, object]:
    return _batch(deed(context(), batch_id))


def _batch(view: LookUpView) -> dict[str, object]:
    names = LookUpBatchSchema().fields.keys() - {"cost", "found"}
    shown = {name: getattr(view, name) for name in names}
    found = [{"line": line, "count": count} for line, count in view.found]
    return {**shown, "cost": money(view.cost, view.currency), "found": found}


def _cost(seen: LookUpPreview) -> dict[str, object]:
    amounts = {name: money(getattr(seen, name), seen.currency) for name in ("each", "cost", "left")}
    counts = ("name", "numbers", "known", "in_hand", "elsewhere", "most", "holds_days")
    return {**{name: getattr(seen, name) for name in counts}, **amounts}
