"""`/exports`: tables to be taken away as files (contract §12)."""

from __future__ import annotations

from typing import Any

from flask import Response, url_for
from flask.views import MethodView
from marshmallow import Schema, fields

from dialer.domain.access import Permission
from dialer.domain.export import EXPORT_FORMATS, EXPORT_KINDS, EXPORT_STATES, MEDIA_TYPES
from dialer.services.exporting import exports as deeds
from dialer.services.exporting.tables import Wanted
from dialer.services.exporting.views import ExportView
from dialer.web.api.blueprint import Resource
from dialer.web.api.fields import Choice, Id, Instant, Text, Whole, path_id
from dialer.web.api.paging import PageQuery, page_of, paged, show_page
from dialer.web.desk import context
from dialer.web.downloads import private_file
from dialer.web.guard import allow

exports = Resource("exports", "Tables to be taken away as files")


class NewExportSchema(Schema):
    """What to take away: everything of a kind, or what belongs to a campaign, to a list, or to both."""

    kind = Choice(*EXPORT_KINDS, required=True)
    campaign_id = Id()
    list_id = Id()
    format = Choice(*EXPORT_FORMATS, load_default="csv")


class ExportWarningSchema(Schema):
    """Something that the format could not hold, and how often."""

    code = Text(required=True)
    detail = Text(required=True)
    count = Whole(required=True)


class ExportSchema(Schema):
    """A table on its way into a file; `rows` are those written so far. The file goes at `expires_at`."""

    id = Id(required=True)
    kind = Choice(*EXPORT_KINDS, required=True)
    format = Choice(*EXPORT_FORMATS, required=True)
    campaign_id = Id(required=True, allow_none=True)
    list_id = Id(required=True, allow_none=True)
    state = Choice(*EXPORT_STATES, required=True)
    rows = Whole(required=True)
    size = Whole(required=True, allow_none=True)
    warnings = fields.List(fields.Nested(ExportWarningSchema), required=True)
    error = Text(required=True, allow_none=True)
    created_at = Instant(required=True)
    finished_at = Instant(required=True, allow_none=True)
    expires_at = Instant(required=True, allow_none=True)


_FILE = {
    media_type: {"schema": {"type": "string", "format": "binary"}} for media_type in MEDIA_TYPES.values()
}


@exports.route("/exports")
class Exports(MethodView):
    """All exports."""

    @allow(Permission.EXPORT_RUN)
    @exports.arguments(PageQuery, location="query")
    @exports.response(200, paged(ExportSchema))
    def get(self, query: dict[str, Any]) -> dict[str, object]:
        """Exports, newest first."""
        return show_page(deeds.list_exports(context(), page_of(query)))

    @allow(Permission.EXPORT_RUN)
    @exports.arguments(NewExportSchema)
    @exports.response(202, ExportSchema)
    def post(self, fields: dict[str, Any]) -> tuple[ExportView, int, dict[str, str]]:
        """Have a table written into a file; ask for it until it is completed."""
        of = fields.pop("format")
        view = deeds.start_export(context(), Wanted(**fields), of)
        return view, 202, {"Location": url_for("exports.Export", export_id=view.id)}


@exports.route("/exports/<export_id>")
class Export(MethodView):
    """One export."""

    @allow(Permission.EXPORT_RUN)
    @exports.response(200, ExportSchema)
    def get(self, export_id: str) -> ExportView:
        """How far it is, and until when its file is there."""
        return deeds.get_export(context(), path_id(export_id))


@exports.route("/exports/<export_id>/file")
class ExportFile(MethodView):
    """The file of one export."""

    @allow(Permission.EXPORT_RUN)
    @exports.response(200, description="The whole file")
    @exports.doc(responses={"200": {"description": "The whole file", "content": _FILE}})
    def get(self, export_id: str) -> Response:
        """The file: 409 until it is completed, 404 once it has gone. Each time it is taken is audited."""
        view, file = deeds.take_export(context(), path_id(export_id))
        return private_file(file, view.filename, MEDIA_TYPES[view.format])
