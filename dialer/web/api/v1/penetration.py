"""`/campaigns/{id}/penetration`: how far a campaign has come through its list."""

from __future__ import annotations

import dataclasses

from flask.views import MethodView
from marshmallow import Schema, fields

from dialer.domain.access import Permission
from dialer.services.calling.callable_people import counted_people
from dialer.services.calling.penetration import Pass, PenetrationView, penetration
from dialer.web.api.blueprint import Resource
from dialer.web.api.fields import Id, Instant, Number, Text, Whole, path_id
from dialer.web.desk import context
from dialer.web.guard import allow

penetrations = Resource("penetration", "How far a campaign has come through its list")


class PassSchema(Schema):
    """All first tries of numbers, all second ones, and so on; the tenth with all after it."""

    number = Whole(required=True)
    attempts = Whole(required=True)
    answered = Whole(required=True)
    contacted = Whole(required=True)
    answer_rate = Number(required=True, allow_none=True)
    contact_rate = Number(required=True, allow_none=True)


class PenetrationSchema(Schema):
    """Of all numbers: `never_tried` and `tried` (by how often) add up to `numbers`, and so do `waiting`,
    `in_hand`, `finished` (by the last outcome) and `out` (by why they may not be called).
    `speakers_wanted`: by language, numbers that are due while nobody on a shift speaks it, and nobody else
    may have them.
    """

    campaign_id = Id(required=True)
    numbers = Whole(required=True)
    never_tried = Whole(required=True)
    tried = fields.Dict(keys=Text(), values=Whole(), required=True)
    reached = Whole(required=True)
    waiting = fields.Dict(keys=Text(), values=Whole(), required=True)
    due = Whole(required=True)
    in_hand = Whole(required=True)
    finished = fields.Dict(keys=Text(), values=Whole(), required=True)
    out = fields.Dict(keys=Text(), values=Whole(), required=True)
    passes = fields.List(fields.Nested(PassSchema), required=True)
    speakers_wanted = fields.Dict(keys=Text(), values=Whole(), required=True)
    fresh_minutes_left = Whole(required=True, allow_none=True)


class CallablePeopleSchema(Schema):
    """Of the `people` on a campaign's lists, each once: `can_be_called`, on so many `numbers`, and the others
    by why not, counted `at`. What passes, such as the hour or a rest, isn't looked at.
    """

    campaign_id = Id(required=True)
    people = Whole(required=True)
    can_be_called = Whole(required=True)
    numbers = Whole(required=True)
    why_not = fields.Dict(keys=Text(), values=Whole(), required=True)
    at = Instant(required=True)


@penetrations.route("/campaigns/<campaign_id>/callable")
class Callables(MethodView):
    """One campaign's people."""

    @allow(Permission.STATS_READ)
    @penetrations.response(200, CallablePeopleSchema)
    def get(self, campaign_id: str) -> dict[str, object]:
        """How many of its lists can be called, before it starts and after: some seconds for a million.

        They are counted at most once a minute, or as seldom as thirty times what counting takes: `at` says
        when. While they are counted for the first time, others are told to ask again (429).
        """
        found = counted_people(context(), path_id(campaign_id))
        return {"campaign_id": campaign_id} | dataclasses.asdict(found)


@penetrations.route("/campaigns/<campaign_id>/penetration")
class Penetration(MethodView):
    """One campaign."""

    @allow(Permission.STATS_READ)
    @penetrations.response(200, PenetrationSchema)
    def get(self, campaign_id: str) -> dict[str, object]:
        """How far it has come through its list, by number and by pass, and how long fresh numbers last."""
        return {"campaign_id": campaign_id} | _shown(penetration(context(), path_id(campaign_id)))


def _shown(found: PenetrationView) -> dict[str, object]:
    return {
        **{each.name: getattr(found, each.name) for each in dataclasses.fields(found)},
        "tried": {str(often): count for often, count in found.tried.items()},
        "passes": [_pass(one) for one in found.passes],
    }


def _pass(one: Pass) -> dict[str, object]:
    return {
        **{each.name: getattr(one, each.name) for each in dataclasses.fields(one)},
        "answer_rate": one.answer_rate,
        "contact_rate": one.contact_rate,
    }
