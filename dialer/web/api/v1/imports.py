"""`/lists/{id}/imports` and `/imports`: files on their way into lists."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, BinaryIO, Final, cast

from flask import Response, url_for
from flask.views import MethodView
from marshmallow import Schema, fields

from dialer.domain.access import Permission
from dialer.domain.importing.issues import Outcome, Reason
from dialer.domain.importing.undoing import STAYS, TAKEN
from dialer.domain.people import IMPORT_STATES, MAPPING_SOURCES, SUPPRESSION_REASONS
from dialer.domain.suppressing import CHANNELS
from dialer.services.people import import_mappings as memory
from dialer.services.people import import_report as report
from dialer.services.people import imports as deeds
from dialer.services.people.import_preview import preview_import
from dialer.services.people.import_trial import apply_trial
from dialer.services.people.import_wishes import ImportOptions
from dialer.services.people.lists import get_list
from dialer.services.people.views import ImportView, PreviewView
from dialer.web.api.blueprint import Resource
from dialer.web.api.fields import Choice, Day, Flag, Id, Instant, Number, Text, Whole, path_id
from dialer.web.api.paging import PageQuery, page_of, paged, show_page
from dialer.web.api.requests import takes_upload
from dialer.web.api.uploads import options_of, upload_body, uploaded
from dialer.web.desk import context
from dialer.web.downloads import csv_response, wants_csv
from dialer.web.guard import allow

imports = Resource("imports", "Files on their way into lists")

FORMATS: Final = ("csv", "tsv", "xlsx", "xlsb", "xls", "ods")


def _mapping(**kwargs: Any) -> fields.Dict:
    return fields.Dict(
        keys=Text(max_length=1000),
        values=Text(max_length=110),
        metadata={"description": "column header, or its number from 0, to field"},
        **kwargs,
    )


class OptionsSchema(Schema):
    """How a file is to be read; what is left out comes from its list, or is recognised."""

    mapping = _mapping()
    default_region = Text(max_length=2)
    id_source = Text(max_length=200)
    register = Text(max_length=200)
    election_id = Id()
    has_header = Flag()
    on_match = Choice("update", "skip")
    hidden_rows = Choice("skip", "include")
    sheet = Text(blank=False, max_length=255)
    dry_run = Flag(metadata={"description": "only count what it would bring; nothing is changed"})
    tags = fields.List(Text(blank=False, max_length=100))


class MappingSchema(Schema):
    """Which column is which field."""

    mapping = _mapping(required=True)
    has_header = Flag(allow_none=True)


class CountsSchema(Schema):
    """`rows` is always the sum of the others."""

    rows = Whole(required=True)
    created = Whole(required=True)
    updated = Whole(required=True)
    unchanged = Whole(required=True)
    duplicates = Whole(required=True)
    rejected = Whole(required=True)


class WarningSchema(Schema):
    """Something that was mended or left out, and how often."""

    code = Text(required=True)
    detail = Text(required=True)
    count = Whole(required=True)
    columns = fields.List(Text(), metadata={"description": "which columns, where it is about columns"})
    why = Choice("older", "shrunk", "unread", metadata={"description": "why a full list lifted nothing"})


class BarringSchema(Schema):
    """What a list of suppressions bars. A full list (`replace`) `lifted` what its register held before."""

    reason = Choice(*SUPPRESSION_REASONS, required=True)
    channels = fields.List(Choice(*CHANNELS), required=True)
    register = Text(required=True)
    dated = Day(required=True)
    replace = Flag(required=True)
    lifted = Whole(required=True)
    standing = Whole(required=True, allow_none=True)


def _named_counts(name: str, names: Iterable[str]) -> type[Schema]:
    made: type[Schema] = Schema.from_dict({each: Whole(required=True) for each in names}, name=name)
    return made


class ImportUndoSchema(Schema):
    """How an import is or was taken back: what went, by kind, and what stays, by reason."""

    forced = Flag(required=True)
    taken = fields.Nested(_named_counts("TakenAway", TAKEN), required=True)
    stays = fields.Nested(_named_counts("Staying", STAYS), required=True)
    finished_at = Instant(required=True, allow_none=True)


class ImportSchema(Schema):
    """A file on its way into a list, or into the suppressions. `question` says why columns must be chosen."""

    id = Id(required=True)
    list_id = Id(required=True, allow_none=True)
    election_id = Id(allow_none=True)
    state = Choice(*IMPORT_STATES, required=True)
    filename = Text(required=True)
    format = Choice(*FORMATS, required=True)
    encoding = Text(required=True, allow_none=True)
    delimiter = Text(required=True, allow_none=True)
    sheet = Text(required=True, allow_none=True)
    mapping = _mapping(required=True)
    mapping_source = Choice(*MAPPING_SOURCES, required=True)
    question = Choice("header", "no_phone", "two_phones", allow_none=True)
    warnings = fields.List(fields.Nested(WarningSchema), required=True)
    counts = fields.Nested(CountsSchema, required=True)
    progress = Number(least=0, most=1, required=True)
    error = fields.Dict(required=True, allow_none=True)
    created_at = Instant(required=True)
    finished_at = Instant(required=True, allow_none=True)

    suppressions = fields.Nested(BarringSchema, required=True, allow_none=True)
    undo = fields.Nested(ImportUndoSchema, required=True, allow_none=True)
    dry_run = Flag(required=True, metadata={"description": "a trial: nothing of people or lists was changed"})
    trial_of = Id(
        required=True, allow_none=True, metadata={"description": "the import that brings a trial’s file in"}
    )


IMPORT_PAGE: Final = paged(ImportSchema)


class PreviewColumnSchema(Schema):
    """A column as it would be taken: `key` names it in a mapping; without `field` it is kept as custom."""

    key = Text(required=True)
    header = Text(required=True)
    samples = fields.List(Text(), required=True)
    field = Text(required=True, allow_none=True)
    confidence = Number(least=0, most=1, required=True)


class PreviewSchema(Schema):
    """How a file would be read. `header_row` counts from 1; `rows` are the first ones below it."""

    format = Choice(*FORMATS, required=True)
    encoding = Text(required=True, allow_none=True)
    delimiter = Text(required=True, allow_none=True)
    header_row = Whole(required=True, allow_none=True)
    mapping_source = Choice(*MAPPING_SOURCES, required=True)
    sheet = Text(required=True, allow_none=True)
    sheets = fields.List(Text(), required=True)
    question = Choice("header", "no_phone", "two_phones", allow_none=True)
    columns = fields.List(fields.Nested(PreviewColumnSchema), required=True)
    rows = fields.List(fields.List(Text()), required=True)
    warnings = fields.List(fields.Nested(WarningSchema), required=True)


class ImportMappingSchema(Schema):
    """What somebody chose for lists with these headers, in this order."""

    id = Id(required=True)
    headers = fields.List(Text(), required=True)
    mapping = _mapping(required=True)
    created_at = Instant(required=True)
    updated_at = Instant(required=True)


class RowIssueSchema(Schema):
    """A row with something wrong: left out, or kept without its bad value."""

    row = Whole(required=True)
    line = Whole(required=True)
    outcome = Choice(*Outcome, required=True)
    reason = Choice(*Reason, required=True)
    field = Text(required=True, allow_none=True)
    value = Text(required=True, allow_none=True)
    detail = Text(required=True)


_UPLOAD: Final = upload_body("CSV or a workbook", "ImportOptions")


@imports.route("/lists/<list_id>/imports")
class ListImports(MethodView):
    """A list's imports."""

    @allow(Permission.IMPORT_RUN)
    @imports.arguments(PageQuery, location="query")
    @imports.response(200, IMPORT_PAGE)
    def get(self, query: dict[str, Any], list_id: str) -> dict[str, object]:
        """A list's imports, newest first."""
        return show_page(deeds.list_imports(context(), path_id(list_id), page_of(query)))

    @allow(Permission.IMPORT_RUN)
    @takes_upload
    @imports.doc(requestBody=_UPLOAD)
    @imports.response(202, ImportSchema)
    def post(self, list_id: str) -> tuple[ImportView, int, dict[str, str]]:
        """Upload a list; a worker brings it in."""
        wanted = get_list(context(), path_id(list_id)).id
        upload, options = uploaded(), _options()
        view = deeds.start_import(context(), wanted, upload.stream, upload.filename or "", options)
        return view, 202, {"Location": url_for("imports.Import", import_id=view.id)}


@imports.route("/lists/<list_id>/imports/preview")
class Preview(MethodView):
    """A file that may become an import."""

    @allow(Permission.IMPORT_RUN)
    @takes_upload
    @imports.doc(requestBody=_UPLOAD)
    @imports.response(200, PreviewSchema)
    def post(self, list_id: str) -> PreviewView:
        """Say how a file would be read, by its head; nothing is kept of it."""
        upload, options = uploaded(), _options()
        return preview_import(context(), path_id(list_id), cast("BinaryIO", upload.stream), options)


@imports.route("/imports/<import_id>")
class Import(MethodView):
    """One import."""

    @allow(Permission.IMPORT_RUN)
    @imports.response(200, ImportSchema)
    def get(self, import_id: str) -> ImportView:
        """How far it is, and what it brought."""
        return deeds.get_import(context(), path_id(import_id))


@imports.route("/imports/<import_id>/rejected")
class Rejected(MethodView):
    """The report of one import."""

    @allow(Permission.IMPORT_RUN)
    @imports.arguments(PageQuery, location="query")
    @imports.response(200, paged(RowIssueSchema))
    @imports.alt_response(
        200, content_type="text/csv", description="With `Accept: text/csv`, the whole report"
    )
    def get(self, query: dict[str, Any], import_id: str) -> Response | dict[str, object]:
        """Every row with something wrong, by line; as CSV ready to mend and import again."""
        page = page_of(query)
        if wants_csv():
            return csv_response(report.rejected_csv(context(), path_id(import_id)), "rejected.csv")
        return show_page(report.list_rejected(context(), path_id(import_id), page))


@imports.route("/imports/<import_id>/mapping")
class Mapping(MethodView):
    """The columns of one import."""

    @allow(Permission.IMPORT_RUN)
    @imports.arguments(MappingSchema)
    @imports.response(200, ImportSchema)
    def post(self, chosen: dict[str, Any], import_id: str) -> ImportView:
        """Choose the columns of an import that waits for it, and let it go on."""
        return deeds.set_mapping(context(), path_id(import_id), chosen["mapping"], chosen.get("has_header"))


@imports.route("/import-mappings")
class ImportMappings(MethodView):
    """Mappings that were given once, and go for every list with the same headers."""

    @allow(Permission.IMPORT_RUN)
    @imports.arguments(PageQuery, location="query")
    @imports.response(200, paged(ImportMappingSchema))
    def get(self, query: dict[str, Any]) -> dict[str, object]:
        """Every mapping that is remembered. Another one given with a list takes its place."""
        return show_page(memory.list_import_mappings(context(), page_of(query)))


@imports.route("/import-mappings/<mapping_id>")
class ImportMapping(MethodView):
    """One mapping that is remembered."""

    @allow(Permission.IMPORT_RUN)
    @imports.response(204)
    def delete(self, mapping_id: str) -> None:
        """Forget it: the next list with these headers is recognised anew."""
        memory.forget_import_mapping(context(), path_id(mapping_id))


@imports.route("/imports/<import_id>/apply")
class Apply(MethodView):
    """A trial, for real."""

    @allow(Permission.IMPORT_RUN)
    @imports.response(202, ImportSchema)
    def post(self, import_id: str) -> tuple[ImportView, int, dict[str, str]]:
        """Bring the file of a finished trial in, without another upload; asked again: the same import."""
        view = apply_trial(context(), path_id(import_id))
        return view, 202, {"Location": url_for("imports.Import", import_id=view.id)}


@imports.route("/imports/<import_id>/cancel")
class Cancel(MethodView):
    """The end of one import before its end."""

    @allow(Permission.IMPORT_RUN)
    @imports.response(200, ImportSchema)
    def post(self, import_id: str) -> ImportView:
        """Stop an import; what is in stays in. The file of a finished trial is let go."""
        return deeds.cancel_import(context(), path_id(import_id))


def _options() -> ImportOptions:
    options: ImportOptions = options_of(OptionsSchema())
    return options
