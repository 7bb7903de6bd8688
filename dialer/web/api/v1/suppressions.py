"""`/suppressions`: numbers and addresses that must not be contacted."""

from __future__ import annotations

from typing import Any

from flask.views import MethodView
from marshmallow import Schema, fields, validate

from dialer.domain.access import Permission
from dialer.domain.people import SUPPRESSION_REASONS
from dialer.services.people import suppressions as deeds
from dialer.services.people.views import SuppressionView
from dialer.web.api.blueprint import Resource
from dialer.web.api.consents import LiftQuery, consent_of
from dialer.web.api.fields import Choice, Id, Instant, Text, path_id
from dialer.web.api.paging import PageQuery, page_of, paged, show_page
from dialer.web.desk import context
from dialer.web.guard import allow

suppressions = Resource("suppressions", "Numbers and addresses that must not be contacted")


class NewSuppressionSchema(Schema):
    """A number or an address, the channels it is barred on, and why. `tps` and `ctps` bar voice only."""

    number = Text(blank=False, max_length=100)
    email = Text(blank=False, max_length=254)
    channels = fields.List(Choice("sms", "voice", "email"), required=True, validate=validate.Length(min=1))
    reason = Choice(*SUPPRESSION_REASONS, required=True)
    note = Text(max_length=2000)


class SuppressionSchema(Schema):
    """What is barred, on which channels, and why."""

    id = Id(required=True)
    number = Text(required=True, allow_none=True)
    email = Text(required=True, allow_none=True)
    channels = fields.List(Choice("sms", "voice", "email"), required=True)
    reason = Choice(*SUPPRESSION_REASONS, required=True)
    source = Text(required=True)
    note = Text(allow_none=True)
    created_at = Instant(required=True)


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


@suppressions.route("/suppressions/<suppression_id>")
class Suppression(MethodView):
    """One thing that is barred."""

    @allow(Permission.SUPPRESSION_MANAGE)
    @suppressions.arguments(LiftQuery, location="query")
    @suppressions.response(204)
    def delete(self, query: dict[str, Any], suppression_id: str) -> None:
        """Lift it, with the reason; a person's own no only with a newer consent."""
        deeds.delete_suppression(context(), path_id(suppression_id), query["reason"], consent_of(query))
