"""`/turnout/sheets`: tellers' sheets, keyed in bulk."""

from __future__ import annotations

from typing import Any

from flask.views import MethodView
from marshmallow import Schema, fields, validate

from dialer.domain.access import Permission
from dialer.domain.turnout import MAX_MARKS
from dialer.services.gotv import teller_sheets as deeds
from dialer.services.gotv.teller_sheets import SheetView
from dialer.services.gotv.views import MarkedTurnout
from dialer.web.api.blueprint import Resource
from dialer.web.api.fields import Flag, Id, Instant, Text, Whole, path_id
from dialer.web.api.paging import PageQuery, page_of, paged, show_page
from dialer.web.api.v1.turnout import MarkedSchema
from dialer.web.api.v1.turnout_marks import MarkReasonSchema
from dialer.web.desk import context
from dialer.web.guard import allow

teller_sheets = Resource("teller_sheets", "Sheets that tellers wrote by hand")


class NewTellerSheetSchema(Schema):
    """Where and from when until when its teller stood; without an election it is the current one's."""

    polling_district = Text(blank=False, max_length=100, required=True)
    station = Text(max_length=100, allow_none=True)
    from_at = Instant(required=True)
    to_at = Instant(required=True)
    election_id = Id()


class TellerSheetSchema(Schema):
    """A sheet, with how many of its numbers count and how many wait."""

    id = Id(required=True)
    election_id = Id(required=True)
    polling_district = Text(required=True)
    station = Text(required=True, allow_none=True)
    from_at = Instant(required=True)
    to_at = Instant(required=True)
    has_photo = Flag(required=True)
    made_by = Id(required=True, allow_none=True)
    created_at = Instant(required=True)
    undone_at = Instant(required=True, allow_none=True)
    counted = Whole(required=True)
    waiting = Whole(required=True)


class SheetNumbersSchema(Schema):
    """Numbers as they stand on the sheet; those without a prefix are of its district."""

    numbers = fields.List(
        Text(blank=False, max_length=100),
        required=True,
        validate=validate.Length(max=MAX_MARKS, error="Send at most {max} numbers at once."),
    )


class SheetUndoneSchema(Schema):
    """How many people's marks went."""

    undone = Whole(required=True)


@teller_sheets.route("/turnout/sheets")
class Sheets(MethodView):
    """The sheets of the current election."""

    @allow(Permission.TURNOUT_REVIEW)
    @teller_sheets.arguments(PageQuery, location="query")
    @teller_sheets.response(200, paged(TellerSheetSchema))
    def get(self, query: dict[str, Any]) -> dict[str, object]:
        """Sheets in the order they were made."""
        return show_page(deeds.list_sheets(context(), page_of(query)))

    @allow(Permission.TURNOUT_REVIEW)
    @teller_sheets.arguments(NewTellerSheetSchema)
    @teller_sheets.response(201, TellerSheetSchema)
    def post(self, body: dict[str, Any]) -> tuple[SheetView, int, dict[str, str]]:
        """Make a sheet."""
        made = deeds.add_sheet(context(), deeds.NewSheet(**body))
        return made, 201, {"Location": f"/api/v1/turnout/sheets/{made.id}"}


@teller_sheets.route("/turnout/sheets/<sheet_id>")
class Sheet(MethodView):
    """One sheet."""

    @allow(Permission.TURNOUT_REVIEW)
    @teller_sheets.response(200, TellerSheetSchema)
    def get(self, sheet_id: str) -> SheetView:
        """Where and when, and how many of its numbers count."""
        return deeds.get_sheet(context(), path_id(sheet_id))


@teller_sheets.route("/turnout/sheets/<sheet_id>/numbers", methods=["POST"])
@allow(Permission.TURNOUT_REVIEW)
@teller_sheets.arguments(SheetNumbersSchema)
@teller_sheets.response(200, MarkedSchema)
def key(body: dict[str, Any], sheet_id: str) -> MarkedTurnout:
    """Key numbers of it: those keyed before, by whomever, are duplicates; what fits nobody is kept."""
    return deeds.key_sheet(context(), path_id(sheet_id), body["numbers"])


@teller_sheets.route("/turnout/sheets/<sheet_id>/undo", methods=["POST"])
@allow(Permission.TURNOUT_UNDO)
@teller_sheets.arguments(MarkReasonSchema)
@teller_sheets.response(200, SheetUndoneSchema)
def undo(body: dict[str, Any], sheet_id: str) -> dict[str, int]:
    """Take back the whole sheet: its marks, and that somebody watched."""
    return {"undone": deeds.undo_sheet(context(), path_id(sheet_id), reason=body["reason"])}
