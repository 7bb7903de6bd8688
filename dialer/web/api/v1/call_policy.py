"""`/campaigns/{id}/call-policy`: who is called next, and why."""

from __future__ import annotations

from typing import Any, cast

from flask.views import MethodView
from marshmallow import Schema, fields

from dialer.domain.access import Permission
from dialer.domain.call_policy import (
    CALLER_ID_HOUR_MOST,
    GAP_MOST_S,
    GAPS_OF,
    NUMBER_DAY_MOST,
    NUMBER_MOST,
    POINTS_MOST,
    SIGNS,
)
from dialer.domain.languages import SPOKEN, LanguageMatch
from dialer.services.calling import call_policy as deeds
from dialer.services.calling.call_policy import PolicyFields, PolicyView
from dialer.web.api.blueprint import Resource
from dialer.web.api.fields import Choice, Flag, Id, Whole, path_id
from dialer.web.desk import context
from dialer.web.guard import allow

call_policies = Resource("call policies", "Who is called next in a campaign, and why")

PointsSchema = Schema.from_dict(
    {sign: Whole(least=-POINTS_MOST, most=POINTS_MOST) for sign in SIGNS}, name="PointsSchema"
)
GapsSchema = Schema.from_dict({name: Whole(least=0, most=GAP_MOST_S) for name in GAPS_OF}, name="GapsSchema")


class CallPolicyFieldsSchema(Schema):
    """What may be set; what is left out stays. `points` by sign order the numbers never tried, the most
    first; `gaps_s` by outcome, else the campaign's `retry_after_s`; limits: null for none.
    `other_hours` has retries go to hours in which the number hasn't failed, the best by the answers so far.
    `language_match`: numbers go first (`prefer`) or `only` to volunteers who speak their language, or `off`;
    `home_language` is what people speak of whom nothing is known, and volunteers who haven't said.
    """

    points = fields.Nested(PointsSchema)
    fresh_first = Flag()
    number_day_max = Whole(least=1, most=NUMBER_DAY_MOST, allow_none=True)
    number_max = Whole(least=1, most=NUMBER_MOST, allow_none=True)
    caller_id_hour_max = Whole(least=1, most=CALLER_ID_HOUR_MOST, allow_none=True)
    gaps_s = fields.Nested(GapsSchema)
    other_hours = Flag()
    language_match = Choice(*(one.value for one in LanguageMatch))
    home_language = Choice(*SPOKEN)


class CallPolicySchema(CallPolicyFieldsSchema):
    """Who is called next. `being_ordered`: the queue is being put in the order that was set last."""

    campaign_id = Id(required=True)
    retry_after_s = Whole(required=True)
    max_attempts = Whole(required=True)
    being_ordered = Flag(required=True)


@call_policies.route("/campaigns/<campaign_id>/call-policy")
class CallPolicy(MethodView):
    """One campaign."""

    @allow(Permission.CAMPAIGN_READ)
    @call_policies.response(200, CallPolicySchema)
    def get(self, campaign_id: str) -> dict[str, object]:
        """Who is called next in a campaign, and why."""
        return _shown(deeds.call_policy(context(), path_id(campaign_id)))

    @allow(Permission.CAMPAIGN_MANAGE)
    @call_policies.arguments(CallPolicyFieldsSchema)
    @call_policies.response(200, CallPolicySchema)
    def patch(self, body: dict[str, Any], campaign_id: str) -> dict[str, object]:
        """Change the fields given; the queue follows."""
        if "language_match" in body:
            body = {**body, "language_match": LanguageMatch(body["language_match"])}
        return _shown(deeds.change_call_policy(context(), path_id(campaign_id), cast("PolicyFields", body)))


def _shown(found: PolicyView) -> dict[str, object]:
    policy = found.policy
    return {
        "campaign_id": found.campaign_id,
        "points": policy.points,
        "fresh_first": policy.fresh_first,
        "number_day_max": policy.number_day_max,
        "number_max": policy.number_max,
        "caller_id_hour_max": policy.caller_id_hour_max,
        "gaps_s": policy.gaps_s,
        "other_hours": policy.other_hours,
        "language_match": policy.language_match.value,
        "home_language": policy.home_language,
        "retry_after_s": found.retry_after_s,
        "max_attempts": found.max_attempts,
        "being_ordered": found.being_ordered,
    }
