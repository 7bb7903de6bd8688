"""`/campaigns/{id}/canvass-walks`: doors to knock at before polling day, cut into walks, and their sheets."""

from __future__ import annotations

from typing import Any

from flask.views import MethodView
from marshmallow import Schema, fields, validate

from dialer.domain.access import Permission
from dialer.domain.canvass import DOORS_LEAST, DOORS_MOST, DOORS_USUAL
from dialer.domain.doorstep import DOOR_OUTCOMES
from dialer.services.gotv import canvass as deeds
from dialer.services.gotv.canvass import NewCanvass, SheetView, WalkView
from dialer.services.gotv.canvass_keying import key_sheet
from dialer.web.api.blueprint import Resource
from dialer.web.api.fields import Choice, Flag, Id, Instant, Text, Whole, path_id
from dialer.web.api.paging import PageQuery, page_of, paged, show_page
from dialer.web.desk import context
from dialer.web.guard import allow

canvass = Resource("canvass", "Walks of a canvass, their sheets, and what is keyed from them")

_LINES_MOST = 2_000


class NewCanvassSchema(Schema):
    """Whom to canvass: those on the campaign’s lists with an address, who haven’t moved, died, voted or said
    no to knocking, and are on no open walk.
    """

    polling_district = Text(allow_none=True, max_length=100, load_default=None)
    support_unknown = Flag(load_default=True)
    not_canvassed = Flag(load_default=True)
    doors_most = Whole(least=DOORS_LEAST, most=DOORS_MOST, load_default=DOORS_USUAL)


class CanvassWalkSchema(Schema):
    """A walk; of `noted` of its people a result is there."""

    id = Id(required=True)
    campaign_id = Id(required=True)
    number = Whole(required=True)
    polling_district = Text(required=True, allow_none=True)
    doors = Whole(required=True)
    people = Whole(required=True)
    noted = Whole(required=True)
    created_at = Instant(required=True)
    closed_at = Instant(required=True, allow_none=True)


class CanvassWalksSchema(Schema):
    """The walks that were cut."""

    data = fields.List(fields.Nested(CanvassWalkSchema), required=True)


class CanvassLineSchema(Schema):
    """Somebody at a line of the sheet; `code` is what was noted on this walk, as a sheet writes it."""

    line = Whole(required=True)
    contact_id = Id(required=True)
    first_name = Text(required=True, allow_none=True)
    last_name = Text(required=True, allow_none=True)
    elector_number = Text(required=True, allow_none=True)
    address = Text(required=True, allow_none=True)
    postcode = Text(required=True, allow_none=True)
    language = Text(required=True, allow_none=True)
    may_knock = Flag(required=True)
    outcome = Choice(*DOOR_OUTCOMES, required=True, allow_none=True)
    support = Whole(required=True, allow_none=True)
    code = Text(required=True, allow_none=True)


class CanvassSheetSchema(Schema):
    """A walk with everybody on it, in walking order."""

    walk = fields.Nested(CanvassWalkSchema, required=True)
    lines = fields.List(fields.Nested(CanvassLineSchema), required=True)


class KeyedLineSchema(Schema):
    """A line of a sheet and the code on it: a letter, or support as a figure, with a P for by post."""

    line = Whole(least=1, most=_LINES_MOST, required=True)
    code = Text(required=True, max_length=20)


class KeyedSheetSchema(Schema):
    """What a sheet says, and when it was walked."""

    lines = fields.List(
        fields.Nested(KeyedLineSchema), required=True, validate=validate.Length(max=_LINES_MOST)
    )
    at = Instant(allow_none=True, load_default=None)


class UnreadLineSchema(Schema):
    """A line that the sheet doesn’t have, or whose code is none."""

    line = Whole(required=True)
    code = Text(required=True)


class KeyedSchema(Schema):
    """So many results are `noted` now; so many lines said what was there already (`known`)."""

    noted = Whole(required=True)
    known = Whole(required=True)
    unread = fields.List(fields.Nested(UnreadLineSchema), required=True)


class CanvassWalkQuery(PageQuery):
    """Open walks, or closed ones."""

    closed = Flag(load_default=False, metadata={"query": True})


@canvass.route("/campaigns/<campaign_id>/canvass-walks")
class CampaignWalks(MethodView):
    """A campaign’s walks."""

    @allow(Permission.DOOR_READ)
    @canvass.arguments(CanvassWalkQuery, location="query")
    @canvass.response(200, paged(CanvassWalkSchema))
    def get(self, query: dict[str, Any], campaign_id: str) -> dict[str, object]:
        """The walks, the latest first."""
        page = page_of(query)
        return show_page(deeds.list_walks(context(), path_id(campaign_id), page, **query))

    @allow(Permission.CANVASS_MANAGE)
    @canvass.arguments(NewCanvassSchema)
    @canvass.response(201, CanvassWalksSchema)
    def post(self, given: dict[str, Any], campaign_id: str) -> dict[str, object]:
        """Cut doors into walks, in walking order: each of one polling district, no door on two."""
        return {"data": deeds.cut_walks(context(), path_id(campaign_id), NewCanvass(**given))}


@canvass.route("/canvass-walks/<walk_id>")
class CanvassWalk(MethodView):
    """One walk."""

    @allow(Permission.CANVASS_MANAGE)
    @canvass.response(200, CanvassSheetSchema)
    def get(self, walk_id: str) -> SheetView:
        """Its sheet: everybody on it, in walking order. Reading it is audited."""
        return deeds.get_sheet(context(), path_id(walk_id))


@canvass.route("/canvass-walks/<walk_id>/close")
class CanvassWalkEnd(MethodView):
    """Its end."""

    @allow(Permission.CANVASS_MANAGE)
    @canvass.response(200, CanvassWalkSchema)
    def post(self, walk_id: str) -> WalkView:
        """Have nobody walk it any more: who wasn’t met may be cut into another."""
        return deeds.close_walk(context(), path_id(walk_id))


@canvass.route("/canvass-walks/<walk_id>/sheet")
class CanvassKeying(MethodView):
    """What its sheet says."""

    @allow(Permission.CANVASS_MANAGE)
    @canvass.arguments(KeyedSheetSchema)
    @canvass.response(200, KeyedSchema)
    def post(self, given: dict[str, Any], walk_id: str) -> dict[str, object]:
        """Note what a sheet says, line by line; keyed twice it doubles nothing, and another code than before
        takes the place of what was noted on this walk.
        """
        codes = {one["line"]: one["code"] for one in given["lines"]}
        keyed = key_sheet(context(), path_id(walk_id), codes, given["at"])
        unread = [{"line": line, "code": code} for line, code in keyed.unread.items()]
        return {"noted": keyed.noted, "known": keyed.known, "unread": unread}
