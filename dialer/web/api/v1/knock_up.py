"""`/campaigns/{id}/knock-up`: whom to remind to vote. Internal: it tells who hasn't."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask.views import MethodView
from marshmallow import Schema, fields

from dialer.domain.access import Permission
from dialer.domain.knock_up import Channel, Order
from dialer.services.gotv.knock_up import (
    KnockUpSearch,
    KnockUpSummary,
    knock_up_csv,
    knock_up_summary,
    list_knock_up,
)
from dialer.web.api.blueprint import Resource
from dialer.web.api.fields import Choice, Id, Instant, Text, Whole, path_id
from dialer.web.api.paging import PageQuery, page_of, paged, show_page
from dialer.web.desk import context
from dialer.web.downloads import csv_response, wants_csv, wants_html
from dialer.web.guard import allow
from dialer.web.knock_up_shown import sheets_page

knock_up = Resource("knock-up", "Supporters who haven’t voted yet, in the order to remind them")


class KnockUpQuery(PageQuery):
    """By which means, where, and who comes first: `attempts` fewest attempts, then most support, then by
    walk; `walk` road by road, odd side, then even side.
    """

    channel = Choice(*Channel, load_default=Channel.DOORSTEP.value)
    polling_district = Text(max_length=100)
    order = Choice(*Order, load_default=Order.ATTEMPTS.value)


class KnockUpPersonSchema(Schema):
    """Somebody to be reminded. `phone` is a number that may be called, or texted by `sms`; null: there is
    none. `attempts` are the campaign’s calls.
    """

    contact_id = Id(required=True)
    elector_number = Text(required=True, allow_none=True)
    first_name = Text(required=True, allow_none=True)
    last_name = Text(required=True, allow_none=True)
    phone = Text(required=True, allow_none=True)
    address = Text(required=True, allow_none=True)
    postcode = Text(required=True, allow_none=True)
    polling_district = Text(required=True, allow_none=True)
    support = Whole(required=True)
    attempts = Whole(required=True)
    last_attempt_at = Instant(required=True, allow_none=True)


class ByChannelSchema(Schema):
    """How many can be reminded by each means."""

    doorstep = Whole(required=True)
    voice = Whole(required=True)
    sms = Whole(required=True)


class DistrictKnockUpSchema(ByChannelSchema):
    """The same of one polling district, null for people without one. `people`: by any means or none."""

    polling_district = Text(required=True, allow_none=True)
    people = Whole(required=True)


class KnockUpSummarySchema(Schema):
    """How many are left to remind."""

    people = Whole(required=True)
    by_channel = fields.Nested(ByChannelSchema, required=True)
    by_polling_district = fields.List(fields.Nested(DistrictKnockUpSchema), required=True)


@knock_up.route("/campaigns/<campaign_id>/knock-up")
class KnockUp(MethodView):
    """A campaign's knock-up list."""

    @allow(Permission.KNOCK_UP_READ)
    @knock_up.arguments(KnockUpQuery, location="query")
    @knock_up.response(200, paged(KnockUpPersonSchema))
    @knock_up.alt_response(200, content_type="text/csv", description="With `Accept: text/csv`, all of them")
    def get(self, query: dict[str, Any], campaign_id: str) -> Response | dict[str, object]:
        """Supporters of its lists who haven’t voted, don’t vote by post or proxy, and can be reached. With
        `Accept: text/html` those by doorstep are sheets to print, a walk on each.
        """
        page = page_of(query)
        search = KnockUpSearch(
            Channel(query["channel"]), query.get("polling_district"), Order(query["order"])
        )
        if wants_csv():
            return csv_response(knock_up_csv(context(), path_id(campaign_id), search), "knock-up.csv")
        if search.channel is Channel.DOORSTEP and wants_html():
            return Response(sheets_page(context(), path_id(campaign_id), search.polling_district))
        return show_page(list_knock_up(context(), path_id(campaign_id), search, page))


@knock_up.route("/campaigns/<campaign_id>/knock-up/summary")
class Summary(MethodView):
    """The list in figures."""

    @allow(Permission.KNOCK_UP_READ)
    @knock_up.response(200, KnockUpSummarySchema)
    def get(self, campaign_id: str) -> KnockUpSummary:
        """How many are left to remind, by channel and by polling district."""
        return knock_up_summary(context(), path_id(campaign_id))
