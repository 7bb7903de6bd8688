"""`/lists`: contacts imported or chosen together."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask.views import MethodView
from marshmallow import Schema

from dialer.domain.access import Permission
from dialer.services.people import lists as deeds
from dialer.services.people.views import ListView
from dialer.web.api.blueprint import Resource
from dialer.web.api.fields import Id, Instant, Text, Whole, path_id
from dialer.web.api.paging import PageQuery, page_of, paged, show_page
from dialer.web.desk import context
from dialer.web.guard import allow

lists = Resource("lists", "Contacts imported or chosen together")


class ListFieldsSchema(Schema):
    """What may be said of a list. `register` and `id_source` say where its numbers and ids come from."""

    name = Text(blank=False, max_length=200)
    default_region = Text(max_length=2, metadata={"description": "ISO 3166, such as GB"})
    register = Text(max_length=200, allow_none=True)
    id_source = Text(max_length=200, allow_none=True)


class NewListSchema(ListFieldsSchema):
    """A list to be made."""

    name = Text(blank=False, max_length=200, required=True)


class ListSchema(ListFieldsSchema):
    """A list and how many contacts it holds."""

    id = Id(required=True)
    contact_count = Whole(required=True)
    created_at = Instant(required=True)


@lists.route("/lists")
class Lists(MethodView):
    """All lists."""

    @allow(Permission.LIST_READ)
    @lists.arguments(PageQuery, location="query")
    @lists.response(200, paged(ListSchema))
    def get(self, query: dict[str, Any]) -> dict[str, object]:
        """Every list, oldest first."""
        return show_page(deeds.list_lists(context(), page_of(query)))

    @allow(Permission.LIST_MANAGE)
    @lists.arguments(NewListSchema)
    @lists.response(201, ListSchema)
    def post(self, fields: deeds.ListFields) -> tuple[ListView, int, dict[str, str]]:
        """Make an empty list."""
        made = deeds.create_list(context(), fields)
        return made, 201, {"Location": url_for("lists.List", list_id=made.id)}


@lists.route("/lists/<list_id>")
class List(MethodView):
    """One list."""

    @allow(Permission.LIST_READ)
    @lists.response(200, ListSchema)
    def get(self, list_id: str) -> ListView:
        """One list."""
        return deeds.get_list(context(), path_id(list_id))

    @allow(Permission.LIST_MANAGE)
    @lists.arguments(ListFieldsSchema)
    @lists.response(200, ListSchema)
    def patch(self, fields: deeds.ListFields, list_id: str) -> ListView:
        """Change the fields given."""
        return deeds.change_list(context(), path_id(list_id), fields)

    @allow(Permission.LIST_MANAGE)
    @lists.response(204)
    def delete(self, list_id: str) -> None:
        """Remove a list, never its contacts; 409 while a running campaign uses it."""
        deeds.delete_list(context(), path_id(list_id))
