"""`/audiences`: saved rules that pick contacts, counted as they are now, and made into lists."""

from __future__ import annotations

from typing import Any, cast

from flask import url_for
from flask.views import MethodView
from marshmallow import Schema, ValidationError, fields

from dialer.domain.access import Permission
from dialer.domain.people import SNAPSHOT_STATES
from dialer.services.people import audience_lists
from dialer.services.people import audiences as deeds
from dialer.services.people.audience_views import AudienceView, CountView, SnapshotView
from dialer.web.api.blueprint import Resource
from dialer.web.api.fields import Choice, Flag, Id, Instant, Text, Whole, path_id
from dialer.web.api.paging import PageQuery, page_of, paged, show_page
from dialer.web.api.v1.contacts import ContactPage
from dialer.web.audience_words import sentence
from dialer.web.desk import context
from dialer.web.guard import allow

audiences = Resource("audiences", "Saved rules that pick contacts")


class Filter(fields.Dict):
    """A filter; what stands in it is read by `domain.filters`, which names each fault at its place."""

    def __init__(self, **kwargs: Any) -> None:
        told = {
            "minProperties": 1,
            "maxProperties": 1,
            "description": (
                "A condition: an object with one name in it, such as `{“tags”: […]}`, `{“support”: [1, 2]}`"
                " or `{“called”: {“within_s”: 86400}}`; `all`, `any` and `not` put conditions together."
                " All of them stand in docs/audiences.md."
            ),
        }
        super().__init__(metadata=told, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:  # noqa: ARG002
        if not isinstance(value, dict) or len(value) != 1:
            raise ValidationError("Send an object with one name in it, such as {“tags”: […]}.")
        return value


class AudienceFieldsSchema(Schema):
    """What may be said of an audience."""

    name = Text(blank=False, max_length=200)
    filter = Filter()


class NewAudienceSchema(AudienceFieldsSchema):
    """An audience to be saved."""

    name = Text(blank=False, max_length=200, required=True)
    filter = Filter(required=True)


class SavedAudienceSchema(Schema):
    """An audience; `description` says its filter in words."""

    id = Id(required=True)
    name = Text(required=True)
    filter = Filter(required=True)
    description = Text(required=True)
    created_at = Instant(required=True)
    updated_at = Instant(required=True)


class FilterToCountSchema(Schema):
    """A filter that needn't be saved."""

    filter = Filter(required=True)


class CountSchema(Schema):
    """How many people it picks now; without `exact`, about so many: counting all would have taken long."""

    count = Whole(required=True)
    exact = Flag(required=True)
    description = Text(required=True)


class NewListOfAudienceSchema(Schema):
    """What the list shall be called."""

    name = Text(blank=False, max_length=200, required=True)


class SnapshotSchema(Schema):
    """A list being made of the people whom an audience picked at `created_at`."""

    id = Id(required=True)
    audience_id = Id(required=True)
    list_id = Id(required=True)
    state = Choice(*SNAPSHOT_STATES, required=True)
    contact_count = Whole(required=True)
    created_at = Instant(required=True)
    finished_at = Instant(required=True, allow_none=True)


def show_audience(view: AudienceView) -> dict[str, object]:
    """An audience as it is shown, its rule in words beside it."""
    return {
        "id": view.id,
        "name": view.name,
        "filter": view.filter,
        "description": sentence(view.rule, view.names),
        "created_at": view.created_at,
        "updated_at": view.updated_at,
    }


def _counted(view: CountView) -> dict[str, object]:
    return {"count": view.count, "exact": view.exact, "description": sentence(view.rule, view.names)}


@audiences.route("/audiences")
class Audiences(MethodView):
    """All audiences."""

    @allow(Permission.AUDIENCE_READ)
    @audiences.arguments(PageQuery, location="query")
    @audiences.response(200, paged(SavedAudienceSchema))
    def get(self, query: dict[str, Any]) -> dict[str, object]:
        """Every audience, oldest first."""
        return show_page(deeds.list_audiences(context(), page_of(query)).map(show_audience))

    @allow(Permission.AUDIENCE_MANAGE)
    @audiences.arguments(NewAudienceSchema)
    @audiences.response(201, SavedAudienceSchema)
    def post(self, given: dict[str, Any]) -> tuple[dict[str, object], int, dict[str, str]]:
        """Save a rule that picks contacts."""
        made = deeds.create_audience(context(), cast("deeds.AudienceFields", given))
        return show_audience(made), 201, {"Location": url_for("audiences.Audience", audience_id=made.id)}


@audiences.route("/audiences/count")
class FilterCount(MethodView):
    """How many people a filter picks."""

    @allow(Permission.AUDIENCE_READ)
    @audiences.arguments(FilterToCountSchema)
    @audiences.response(200, CountSchema)
    def post(self, given: dict[str, Any]) -> dict[str, object]:
        """Count the people whom a filter picks now, without saving it."""
        return _counted(deeds.count_filter(context(), given["filter"]))


@audiences.route("/audiences/<audience_id>")
class Audience(MethodView):
    """One audience."""

    @allow(Permission.AUDIENCE_READ)
    @audiences.response(200, SavedAudienceSchema)
    def get(self, audience_id: str) -> dict[str, object]:
        """One audience."""
        return show_audience(deeds.get_audience(context(), path_id(audience_id)))

    @allow(Permission.AUDIENCE_MANAGE)
    @audiences.arguments(AudienceFieldsSchema)
    @audiences.response(200, SavedAudienceSchema)
    def patch(self, given: dict[str, Any], audience_id: str) -> dict[str, object]:
        """Change the fields given; lists that were made of it stay as they are."""
        changed = deeds.change_audience(context(), path_id(audience_id), cast("deeds.AudienceFields", given))
        return show_audience(changed)

    @allow(Permission.AUDIENCE_MANAGE)
    @audiences.response(204)
    def delete(self, audience_id: str) -> None:
        """Remove an audience, never its people; 409 while another audience names it."""
        deeds.delete_audience(context(), path_id(audience_id))


@audiences.route("/audiences/<audience_id>/count")
class AudienceCount(MethodView):
    """How many people one audience picks."""

    @allow(Permission.AUDIENCE_READ)
    @audiences.response(200, CountSchema)
    def get(self, audience_id: str) -> dict[str, object]:
        """Count the people whom an audience picks now."""
        return _counted(deeds.count_audience(context(), path_id(audience_id)))


@audiences.route("/audiences/<audience_id>/contacts")
class AudienceContacts(MethodView):
    """Whom one audience picks."""

    @allow(Permission.AUDIENCE_READ)
    @audiences.arguments(PageQuery, location="query")
    @audiences.response(200, ContactPage)
    def get(self, query: dict[str, Any], audience_id: str) -> dict[str, object]:
        """The people whom an audience picks now."""
        return show_page(deeds.audience_contacts(context(), path_id(audience_id), page_of(query)))


@audiences.route("/audiences/<audience_id>/lists")
class AudienceLists(MethodView):
    """Lists of the people whom one audience picks."""

    @allow(Permission.AUDIENCE_MANAGE)
    @audiences.arguments(NewListOfAudienceSchema)
    @audiences.response(202, SnapshotSchema)
    def post(self, given: dict[str, Any], audience_id: str) -> tuple[SnapshotView, int, dict[str, str]]:
        """Make a list of the people whom an audience picks now; a long one is filled in the background."""
        made = audience_lists.make_list_of(context(), path_id(audience_id), given["name"])
        return made, 202, {"Location": url_for("audiences.Snapshot", snapshot_id=made.id)}


@audiences.route("/snapshots/<snapshot_id>")
class Snapshot(MethodView):
    """A list of an audience's people on its way."""

    @allow(Permission.AUDIENCE_READ)
    @audiences.response(200, SnapshotSchema)
    def get(self, snapshot_id: str) -> SnapshotView:
        """How far a list of an audience's people is."""
        return audience_lists.get_snapshot(context(), path_id(snapshot_id))
