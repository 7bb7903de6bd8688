"""`/teller-links`: links by which tellers join, and who came by them."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask.views import MethodView
from marshmallow import Schema, fields, validate

from dialer.domain.access import Permission
from dialer.services.accounts import teller_links as deeds
from dialer.services.accounts.teller_links import TellerLinkView
from dialer.web.api.blueprint import Resource
from dialer.web.api.fields import Id, Instant, Text, Whole
from dialer.web.api.paging import PageQuery, page_of, paged, show_page
from dialer.web.desk import context
from dialer.web.guard import allow

teller_links = Resource("teller_links", "Links by which tellers join, and who came by them")

_AT_MOST = validate.Length(max=500, error="Name at most {max} polling districts.")


class NewTellerLinkSchema(Schema):
    """A link to be made: for tellers of these districts, without them of all."""

    election_id = Id()
    polling_districts = fields.List(Text(blank=False, max_length=100), load_default=list, validate=_AT_MOST)


class TellerLinkSchema(Schema):
    """A link by which tellers join. It opens until it is deleted or the polls have closed."""

    code = Text(required=True)
    url = Text(required=True)
    election_id = Id(required=True)
    polling_districts = fields.List(Text(), required=True)
    joins = Whole(required=True)
    created_at = Instant(required=True)


class TellerSchema(Schema):
    """A teller who joined by a link; their token’s deletion takes their way in, and no mark."""

    account_id = Id(required=True)
    token_id = Id(required=True)
    name = Text(required=True)
    phone = Text(required=True, allow_none=True)
    polling_districts = fields.List(Text(), required=True)
    joined_at = Instant(required=True)
    marks = Whole(required=True)
    last_mark_at = Instant(required=True, allow_none=True)


@teller_links.route("/teller-links")
class TellerLinks(MethodView):
    """The links."""

    @allow(Permission.TOKEN_MANAGE)
    @teller_links.arguments(PageQuery, location="query")
    @teller_links.response(200, paged(TellerLinkSchema))
    def get(self, query: dict[str, Any]) -> dict[str, object]:
        """The links that weren't deleted, oldest first."""
        return show_page(deeds.list_teller_links(context(), page_of(query)))

    @allow(Permission.TOKEN_MANAGE)
    @teller_links.arguments(NewTellerLinkSchema)
    @teller_links.response(201, TellerLinkSchema)
    def post(self, given: dict[str, Any]) -> tuple[TellerLinkView, int, dict[str, str]]:
        """Make a link for tellers."""
        made = deeds.create_teller_link(context(), **given)
        return made, 201, {"Location": url_for("teller_links.TellerLink", code=made.code)}


@teller_links.route("/teller-links/<code>")
class TellerLink(MethodView):
    """One link."""

    @allow(Permission.TOKEN_MANAGE)
    @teller_links.response(200, TellerLinkSchema)
    def get(self, code: str) -> TellerLinkView:
        """One link."""
        return deeds.get_teller_link(context(), code)

    @allow(Permission.TOKEN_MANAGE)
    @teller_links.response(204)
    def delete(self, code: str) -> None:
        """Let nobody else join by it; who has joined goes on."""
        deeds.delete_teller_link(context(), code)


@teller_links.route("/tellers")
class Tellers(MethodView):
    """Who stands where."""

    @allow(Permission.TOKEN_MANAGE)
    @teller_links.arguments(PageQuery, location="query")
    @teller_links.response(200, paged(TellerSchema))
    def get(self, query: dict[str, Any]) -> dict[str, object]:
        """Tellers who joined by a link and may still mark, in the order in which they came."""
        return show_page(deeds.list_tellers(context(), page_of(query)))
