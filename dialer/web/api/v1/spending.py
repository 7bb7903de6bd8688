"""`/spending`: what texts and calls cost, for the return of a campaign's spending."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask.views import MethodView
from marshmallow import Schema, fields

from dialer.domain.access import Permission
from dialer.domain.spending import UNITS, SpendingLine
from dialer.services.spending import Period, Spending, add_up, as_csv
from dialer.web.api.blueprint import Resource
from dialer.web.api.fields import Choice, Day, Id, Money, Text, Whole, money
from dialer.web.desk import context
from dialer.web.downloads import csv_response, wants_csv
from dialer.web.guard import allow

spending = Resource("spending", "What texts and calls cost, for the return of a campaign’s spending")


class SpendingQuery(Schema):
    """Which period: days by the clock of each campaign, both counted."""

    campaign_id = Id()
    first = Day(data_key="from")
    last = Day(data_key="to")


class SpendingLineSchema(Schema):
    """What one campaign spent on a channel from one number or sender."""

    campaign_id = Id(required=True, allow_none=True, metadata={"description": "null: belongs to no campaign"})
    campaign = Text(required=True, allow_none=True)
    channel = Choice(*UNITS, required=True)
    sender = Text(required=True, allow_none=True, data_key="from")
    count = Whole(
        required=True,
        metadata={"description": "Texts that the carrier took, calls, look-ups, months of a number"},
    )
    units = Whole(required=True)
    unit = Choice(*UNITS.values(), required=True)
    reckoned = Money(required=True, metadata={"description": "By our list of prices"})
    cost = Money(required=True, metadata={"description": "The carrier’s own figure where we have it"})
    first_on = Day(required=True)
    last_on = Day(required=True)


class TotalSchema(Schema):
    """All of it in one currency."""

    reckoned = Money(required=True)
    cost = Money(required=True)


class InDoubtSchema(Schema):
    """Emails of which nobody knows whether they went, and what they cost if they did."""

    emails = Whole(required=True)
    amount = Money(required=True)


class WaitingMonthsSchema(Schema):
    """Months of a number that were charged on these days, and whose price isn’t known yet."""

    number = Text(required=True)
    months = Whole(required=True)
    first_on = Day(required=True)
    last_on = Day(required=True)


class SpendingSchema(Schema):
    """The lines, and what they add up to in each currency."""

    lines = fields.List(fields.Nested(SpendingLineSchema), required=True)
    totals = fields.List(fields.Nested(TotalSchema), required=True)
    in_doubt = fields.Nested(
        InDoubtSchema,
        required=True,
        metadata={"description": "in no line, whichever the period; caps hold it back"},
    )
    waiting = fields.List(
        fields.Nested(WaitingMonthsSchema),
        required=True,
        metadata={"description": "of the period, in no line until the carrier’s price is known"},
    )


@spending.route("/spending")
class SpendingView(MethodView):
    """What was spent."""

    @allow(Permission.STATS_READ)
    @spending.arguments(SpendingQuery, location="query")
    @spending.response(200, SpendingSchema)
    @spending.alt_response(200, content_type="text/csv", description="With `Accept: text/csv`, its lines")
    def get(self, query: dict[str, Any]) -> Response | dict[str, object]:
        """What texts and calls cost in a period, by campaign, channel and sender."""
        found = add_up(context(), Period(**query))
        return csv_response(as_csv(found), "spending.csv") if wants_csv() else _show(found)


def _show(found: Spending) -> dict[str, object]:
    return {
        "lines": [_show_line(line) for line in found.lines],
        "totals": [
            {"reckoned": money(total.reckoned, total.currency), "cost": money(total.cost, total.currency)}
            for total in found.totals
        ],
        "in_doubt": {
            "emails": found.in_doubt.emails,
            "amount": money(found.in_doubt.amount, found.doubt_currency),
        },
        "waiting": [
            {"number": of.number, "months": of.months, "first_on": of.first_day, "last_on": of.last_day}
            for of in found.waiting
        ],
    }


def _show_line(line: SpendingLine) -> dict[str, object]:
    return {
        "campaign_id": line.campaign_id,
        "campaign": line.campaign,
        "channel": line.channel,
        "sender": line.sender,
        "count": line.count,
        "units": line.units,
        "unit": UNITS[line.channel],
        "reckoned": money(line.reckoned, line.currency),
        "cost": money(line.cost, line.currency),
        "first_on": line.first_day,
        "last_on": line.last_day,
    }
