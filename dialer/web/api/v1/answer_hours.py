"""`/campaigns/{id}/answer-hours`: at which hours people pick up."""

from __future__ import annotations

from flask.views import MethodView
from marshmallow import Schema, fields

from dialer.domain.access import Permission
from dialer.domain.best_hours import Hours
from dialer.services.calling.best_hours import answer_hours
from dialer.web.api.blueprint import Resource
from dialer.web.api.fields import Flag, Id, Number, Whole, path_id
from dialer.web.desk import context
from dialer.web.guard import allow

hours = Resource("answer hours", "At which hours people pick up")


class AnswerHourSchema(Schema):
    """One hour of the campaign's clocks; `expected_rate` is drawn to the overall rate where calls are few."""

    weekend = Flag(required=True)
    hour = Whole(required=True)
    calls = Whole(required=True)
    answered = Whole(required=True)
    expected_rate = Number(required=True)


class AnswerHoursSchema(Schema):
    """A campaign's calls by hour."""

    campaign_id = Id(required=True)
    calls = Whole(required=True)
    answered = Whole(required=True)
    hours = fields.List(fields.Nested(AnswerHourSchema), required=True)


@hours.route("/campaigns/<campaign_id>/answer-hours")
class AnswerHours(MethodView):
    """One campaign."""

    @allow(Permission.STATS_READ)
    @hours.response(200, AnswerHoursSchema)
    def get(self, campaign_id: str) -> dict[str, object]:
        """At which hours people picked up so far: the evidence behind `other_hours` of the call policy."""
        return {"campaign_id": campaign_id} | _shown(answer_hours(context(), path_id(campaign_id)))


def _shown(found: Hours) -> dict[str, object]:
    return {
        **found.overall._asdict(),
        "hours": [
            {**slot._asdict(), **picked._asdict(), "expected_rate": round(found.expected(slot), 4)}
            for slot, picked in sorted(found.seen.items())
        ],
    }
