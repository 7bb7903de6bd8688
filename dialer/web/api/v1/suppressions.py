"""`/suppressions`: numbers and addresses that must not be contacted."""

from __future__ import annotations

from typing import Any, Final

from flask import url_for
from flask.views import MethodView
from marshmallow import Schema, fields, validate

from dialer.domain.access import Permission
from dialer.domain.people import SUPPRESSION_REASONS
from dialer.domain.suppressing import CHANNELS, Freshness
from dialer.services.people import suppression_imports as lists
from dialer.services.people import suppressions as deeds
from dialer.services.people.registers import registers
from dialer.services.people.suppression_imports import BarringOptions
from dialer.services.people.views import ImportView, SuppressionView
from dialer.web.api.blueprint import Resource
from dialer.web.api.consents import LiftQuery, consent_of
from dialer.web.api.fields import Choice, Day, Flag, Id, Instant, Text, Whole, path_id
from dialer.web.api.paging import PageQuery, page_of, paged, show_page
from dialer.web.api.requests import takes_upload
from dialer.web.api.uploads import options_of, upload_body, uploaded
from dialer.web.api.v1.imports import IMPORT_PAGE, ImportSchema
from dialer.web.desk import context
from dialer.web.guard import allow

suppressions = Resource("suppressions", "Numbers and addresses that must not be contacted")


class NewSuppressionSchema(Schema):
    """A number or an address, the channels it is barred on, and why. `tps` and `ctps` bar voice only."""

    number = Text(blank=False, max_length=100)
    email = Text(blank=False, max_length=254)
    channels = fields.List(Choice(*CHANNELS), required=True, validate=validate.Length(min=1))
    reason = Choice(*SUPPRESSION_REASONS, required=True)
    note = Text(max_length=2000)


class SuppressionSchema(Schema):
    """What is barred, on which channels, and why."""

    id = Id(required=True)
    number = Text(required=True, allow_none=True)
    email = Text(required=True, allow_none=True)
    channels = fields.List(Choice(*CHANNELS), required=True)
    reason = Choice(*SUPPRESSION_REASONS, required=True)
    source = Text(required=True)
    note = Text(allow_none=True)
    register = Text(required=True, allow_none=True)
    import_id = Id(required=True, allow_none=True)
    created_at = Instant(required=True)


class BarringOptionsSchema(Schema):
    """What a list bars, and how it is read.

    `register` names the list where there are several for a reason; `dated` is the day on which it was drawn
    up. `replace`: it is the whole register, so that what it no longer holds is lifted, unless that is more
    than half of it, or many rows couldn't be read, and it isn't said to have `shrunk`; an older list lifts
    nothing. What people asked for themselves is never lifted by a list.
    """

    reason = Choice(*SUPPRESSION_REASONS, load_default="manual")
    channels = fields.List(Choice(*CHANNELS), validate=validate.Length(min=1))
    register = Text(blank=False, max_length=200)
    dated = Day()
    replace = Flag()
    shrunk = Flag()
    default_region = Text(max_length=2)
    mapping = fields.Dict(keys=Text(max_length=1000), values=Choice("phone", "email", "ignore"))
    has_header = Flag()
    sheet = Text(blank=False, max_length=255)


class RegisterSchema(Schema):
    """A register and its last list. `state` and `age_days` are given of preference registers."""

    reason = Choice(*SUPPRESSION_REASONS, required=True)
    register = Text(required=True)
    dated = Day(required=True, allow_none=True)
    imported_at = Instant(required=True, allow_none=True)
    import_id = Id(required=True, allow_none=True)
    standing = Whole(required=True, allow_none=True)
    age_days = Whole(required=True, allow_none=True)
    state = Choice(*Freshness, required=True, allow_none=True)


class RegistersSchema(Schema):
    """Every register."""

    data = fields.List(fields.Nested(RegisterSchema), required=True)


_UPLOAD: Final = upload_body("one number or email a line, CSV or a workbook", "BarringOptions")


class SuppressionQuery(PageQuery):
    """Which; `number` in any usual writing."""

    number = Text(max_length=100)
    reason = Choice(*SUPPRESSION_REASONS)


@suppressions.route("/suppressions")
class Suppressions(MethodView):
    """Everything that is barred."""

    @allow(Permission.SUPPRESSION_READ)
    @suppressions.arguments(SuppressionQuery, location="query")
    @suppressions.response(200, paged(SuppressionSchema))
    def get(self, query: dict[str, Any]) -> dict[str, object]:
        """Everything that is barred, oldest first."""
        return show_page(deeds.list_suppressions(context(), page_of(query), **query))

    @allow(Permission.SUPPRESSION_MANAGE)
    @suppressions.arguments(NewSuppressionSchema)
    @suppressions.response(201, SuppressionSchema)
    @suppressions.alt_response(200, schema=SuppressionSchema, description="It was barred already")
    def post(self, given: dict[str, Any]) -> tuple[SuppressionView, int]:
        """Bar a number or an address."""
        view, new = deeds.add_suppression(context(), deeds.NewSuppression(**given))
        return view, 201 if new else 200


@suppressions.route("/suppressions/imports")
class SuppressionImports(MethodView):
    """Lists of what is barred."""

    @allow(Permission.SUPPRESSION_READ)
    @suppressions.arguments(PageQuery, location="query")
    @suppressions.response(200, IMPORT_PAGE)
    def get(self, query: dict[str, Any]) -> dict[str, object]:
        """The lists that were brought in, newest first."""
        return show_page(lists.list_suppression_imports(context(), page_of(query)))

    @allow(Permission.SUPPRESSION_MANAGE)
    @takes_upload
    @suppressions.doc(requestBody=_UPLOAD)
    @suppressions.response(202, ImportSchema)
    def post(self) -> tuple[ImportView, int, dict[str, str]]:
        """Upload a list; a worker bars what is on it. `GET /imports/{id}` tells how far it is."""
        upload, options = uploaded(), _options()
        view = lists.start_suppression_import(context(), upload.stream, upload.filename or "", options)
        return view, 202, {"Location": url_for("imports.Import", import_id=view.id)}


@suppressions.route("/suppressions/registers")
class Registers(MethodView):
    """The registers that were brought in."""

    @allow(Permission.SUPPRESSION_READ)
    @suppressions.response(200, RegistersSchema)
    def get(self) -> dict[str, object]:
        """Each register with its age. A preference register is good for calls for 28 days."""
        return {"data": registers(context())}


@suppressions.route("/suppressions/<suppression_id>")
class Suppression(MethodView):
    """One thing that is barred."""

    @allow(Permission.SUPPRESSION_MANAGE)
    @suppressions.arguments(LiftQuery, location="query")
    @suppressions.response(204)
    def delete(self, query: dict[str, Any], suppression_id: str) -> None:
        """Lift it, with the reason; a person's own no only with a newer consent."""
        deeds.delete_suppression(context(), path_id(suppression_id), query["reason"], consent_of(query))


def _options() -> BarringOptions:
    options: BarringOptions = options_of(BarringOptionsSchema())
    return options
