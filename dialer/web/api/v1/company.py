"""`/campaigns/{id}/today`: what all of a campaign's volunteers did since midnight."""

from __future__ import annotations

from flask.views import MethodView
from marshmallow import Schema, fields

from dialer.domain.access import Permission
from dialer.services.calling.company import team_today
from dialer.web.api.blueprint import Resource
from dialer.web.api.fields import Flag, Id, Text, Whole, path_id
from dialer.web.desk import context
from dialer.web.guard import allow

company = Resource("company", "What volunteers are told of each other")


class BoardPlaceSchema(Schema):
    """All who had as many talks: `number` is one more than there are people before them. `names` are the
    first names of the others among them (empty for one who gave none), and no names where more than eight
    share the place; `mine` says whether you are one of them.
    """

    number = Whole(required=True)
    talks = Whole(required=True)
    people = Whole(required=True)
    names = fields.List(Text(), required=True)
    mine = Flag(required=True)


class LeaderboardSchema(Schema):
    """The first five places; your `own` where it isn't among them; `out`: you keep out of it."""

    places = fields.List(fields.Nested(BoardPlaceSchema), required=True)
    own = fields.Nested(BoardPlaceSchema, required=True, allow_none=True)
    out = Flag(required=True)


class TodaySchema(Schema):
    """Since midnight on the campaign's clocks. `goal`: talks a day, null for none; `leaderboard`: null unless
    the campaign has switched it on.
    """

    campaign_id = Id(required=True)
    others = Whole(required=True)
    calls = Whole(required=True)
    talks = Whole(required=True)
    goal = Whole(required=True, allow_none=True)
    leaderboard = fields.Nested(LeaderboardSchema, required=True, allow_none=True)


@company.route("/campaigns/<campaign_id>/today")
class Today(MethodView):
    """One campaign's day."""

    @allow(Permission.SHIFT_RUN)
    @company.response(200, TodaySchema)
    def get(self, campaign_id: str) -> dict[str, object]:
        """How many others are on a shift, the calls and talks of all today, the goal, and the leaderboard,
        whose counts are up to five seconds old.
        """
        team = team_today(context(), path_id(campaign_id))
        return {
            "campaign_id": campaign_id,
            "others": team.others,
            "calls": team.calls,
            "talks": team.talks,
            "goal": team.goal,
            "leaderboard": team.board,
        }
