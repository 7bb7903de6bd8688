"""`/stats`: figures, without anybody's name."""

from __future__ import annotations

import dataclasses

from flask.views import MethodView
from marshmallow import Schema, fields

from dialer.domain.access import Permission
from dialer.services.gotv.stats import CampaignStats, campaign_stats, organisation_stats
from dialer.web.api.blueprint import Resource
from dialer.web.api.fields import Id, Money, Text, Whole, money, path_id
from dialer.web.desk import context
from dialer.web.guard import allow

stats = Resource("stats", "Figures, without anybody’s name")


class StatsSchema(Schema):
    """Figures that equal what the lists show when nothing is moving."""

    campaign_id = Id(required=True, allow_none=True, metadata={"description": "null: all campaigns together"})
    contacts = Whole(required=True)
    attempts = Whole(required=True)
    contacted = Whole(required=True)
    dispositions = fields.Dict(keys=Text(), values=Whole(), required=True)
    support = fields.Dict(keys=Text(), values=Whole(), required=True)
    pledges = Whole(required=True)
    messages = fields.Dict(keys=Text(), values=Whole(), required=True)
    transfers = fields.Dict(keys=Text(), values=Whole(), required=True)
    sessions_now = Whole(required=True)
    sessions = fields.Dict(keys=Text(), values=Whole(), required=True)
    help_asked = Whole(required=True)
    calls_per_hour = Whole(required=True)
    spent = Money(required=True)


def show_stats(found: CampaignStats) -> dict[str, object]:
    """Figures as the API answers them."""
    return {
        **{each.name: getattr(found, each.name) for each in dataclasses.fields(found)},
        "support": {str(level): count for level, count in found.support.items()},
        "spent": money(found.spent.amount, found.spent.currency),
    }


@stats.route("/stats")
class OrganisationStats(MethodView):
    """The whole organisation."""

    @allow(Permission.STATS_READ)
    @stats.response(200, StatsSchema)
    def get(self) -> dict[str, object]:
        """Figures of all campaigns together."""
        return show_stats(organisation_stats(context()))


@stats.route("/campaigns/<campaign_id>/stats")
class CampaignStatsView(MethodView):
    """One campaign."""

    @allow(Permission.STATS_READ)
    @stats.response(200, StatsSchema)
    def get(self, campaign_id: str) -> dict[str, object]:
        """Figures of one campaign."""
        return show_stats(campaign_stats(context(), path_id(campaign_id)))
