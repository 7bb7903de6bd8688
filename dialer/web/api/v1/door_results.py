"""`/campaigns/{id}/door-results`: what came of knocking at doors, into the same table as calls and texts."""

from __future__ import annotations

from typing import Any

from flask.views import MethodView
from marshmallow import Schema, fields

from dialer.domain.access import Permission
from dialer.domain.doorstep import DOOR_OUTCOMES, DoorReport
from dialer.domain.languages import SPOKEN
from dialer.domain.pledge import VOTING_METHODS
from dialer.services.gotv import door_results as deeds
from dialer.services.gotv.door_results import DoorResultView, DoorTotals, NewDoorResult
from dialer.web.api.blueprint import Resource
from dialer.web.api.fields import Choice, Flag, Id, Instant, Text, Whole, path_id
from dialer.web.api.paging import PageQuery, page_of, paged, show_page
from dialer.web.desk import context
from dialer.web.guard import allow

door_results = Resource("door-results", "What came of knocking at doors")


class NewDoorResultSchema(Schema):
    """What came of a door for one person. With an `id` of your own it can be sent again, and counts once;
    `at` is when it was, never later than now. `support` wins over what the `answers` to the campaign’s script
    tell. A `language` belongs to `language_barrier`.
    """

    id = Id()
    contact_id = Id(required=True)
    outcome = Choice(*DOOR_OUTCOMES, required=True)
    support = Whole(least=1, most=5, allow_none=True)
    voting_method = Choice(*VOTING_METHODS, allow_none=True)
    needs_lift = Flag(allow_none=True)
    id_ready = Flag(allow_none=True)
    answers = fields.Dict(keys=Text(max_length=100), values=Text(max_length=100))
    note = Text(allow_none=True)
    language = Choice(*SPOKEN, allow_none=True)
    at = Instant(allow_none=True)


class DoorResultSchema(Schema):
    """A result at the door. `by` is who noted it; one that was taken back has `undone_at`."""

    id = Id(required=True)
    campaign_id = Id(required=True)
    contact_id = Id(required=True)
    outcome = Choice(*DOOR_OUTCOMES, required=True)
    support = Whole(required=True, allow_none=True)
    voting_method = Choice(*VOTING_METHODS, required=True, allow_none=True)
    needs_lift = Flag(required=True, allow_none=True)
    id_ready = Flag(required=True, allow_none=True)
    answers = fields.Dict(keys=Text(), values=Text(), required=True)
    note = Text(required=True, allow_none=True)
    language = Text(required=True, allow_none=True)
    at = Instant(required=True)
    recorded_at = Instant(required=True)
    by = Id(required=True, allow_none=True)
    undone_at = Instant(required=True, allow_none=True)
    undone_reason = Text(required=True, allow_none=True)


class DoorResultQuery(PageQuery):
    """Whose, or which."""

    contact_id = Id()
    outcome = Choice(*DOOR_OUTCOMES)


class DoorTotalsSchema(Schema):
    """Results that stand: by outcome, of how many people, and how many were a talk or settled it."""

    results = Whole(required=True)
    people = Whole(required=True)
    done_with = Whole(required=True)
    by_outcome = fields.Dict(keys=Text(), values=Whole(), required=True)


class DoorUndoSchema(Schema):
    """Why it is taken back, if one likes to say."""

    reason = Text(allow_none=True, load_default=None, max_length=500)


@door_results.route("/campaigns/<campaign_id>/door-results")
class CampaignDoorResults(MethodView):
    """A campaign’s results at the door."""

    @allow(Permission.DOOR_READ)
    @door_results.arguments(DoorResultQuery, location="query")
    @door_results.response(200, paged(DoorResultSchema))
    def get(self, query: dict[str, Any], campaign_id: str) -> dict[str, object]:
        """The results, the latest first, those taken back too."""
        page = page_of(query)
        return show_page(deeds.list_door_results(context(), path_id(campaign_id), page, **query))

    @allow(Permission.DOOR_RECORD)
    @door_results.arguments(NewDoorResultSchema)
    @door_results.response(201, DoorResultSchema)
    @door_results.alt_response(200, schema=DoorResultSchema, description="It was there already")
    def post(self, given: dict[str, Any], campaign_id: str) -> tuple[DoorResultView, int]:
        """Note what came of a door: pledge, turnout, tags, status and a no to knocking follow at once."""
        result_id, contact_id = given.pop("id", None), given.pop("contact_id")
        report = DoorReport(**given | {"answers": given.get("answers") or {}})
        new = NewDoorResult(contact_id, report, result_id)
        view, is_new = deeds.record_door(context(), path_id(campaign_id), new)
        return view, 201 if is_new else 200


@door_results.route("/campaigns/<campaign_id>/door-results/summary")
class CampaignDoorTotals(MethodView):
    """How a campaign’s canvass stands."""

    @allow(Permission.DOOR_READ)
    @door_results.response(200, DoorTotalsSchema)
    def get(self, campaign_id: str) -> DoorTotals:
        """Results that stand, counted. They are none of the `attempts` of calls."""
        return deeds.door_totals(context(), path_id(campaign_id))


@door_results.route("/door-results/<result_id>/undo")
class DoorResultUndo(MethodView):
    """One result."""

    @allow(Permission.DOOR_RECORD)
    @door_results.arguments(DoorUndoSchema)
    @door_results.response(200, DoorResultSchema)
    def post(self, given: dict[str, Any], result_id: str) -> DoorResultView:
        """Take it back, as if it had never been; a no to knocking stays until it is lifted. To correct a
        result, take it back and note another.
        """
        return deeds.undo_door(context(), path_id(result_id), given["reason"])
