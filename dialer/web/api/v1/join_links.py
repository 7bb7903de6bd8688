"""`/campaigns/{id}/join-links`: links by which many may join a campaign."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask.views import MethodView
from marshmallow import Schema

from dialer.domain.access import Permission
from dialer.services.accounts import join_links as deeds
from dialer.services.accounts.tokens import LONGEST_LIFE_S
from dialer.services.accounts.views import JoinLinkView
from dialer.web.api.blueprint import Resource
from dialer.web.api.fields import Flag, Id, Instant, Text, Whole, path_id
from dialer.web.api.paging import PageQuery, page_of, paged, show_page
from dialer.web.desk import context
from dialer.web.guard import allow

join_links = Resource("join_links", "Links by which many may join a campaign")


class NewJoinLinkSchema(Schema):
    """A link to be made. With `approval`, who joins waits for a coordinator."""

    expires_in_s = Whole(least=1, most=LONGEST_LIFE_S)
    max_joins = Whole(least=1, most=1_000_000)
    approval = Flag()
    event_id = Id(
        allow_none=True, metadata={"description": "a session of the campaign that whoever joins comes to"}
    )


class JoinLinkSchema(Schema):
    """A link by which many may join."""

    code = Text(required=True)
    url = Text(required=True)
    campaign_id = Id(required=True)
    approval = Flag(required=True)
    max_joins = Whole(required=True, allow_none=True)
    event_id = Id(required=True, allow_none=True)
    joins = Whole(required=True)
    created_at = Instant(required=True)
    expires_at = Instant(required=True, allow_none=True)


@join_links.route("/campaigns/<campaign_id>/join-links")
class CampaignJoinLinks(MethodView):
    """A campaign's links."""

    @allow(Permission.JOIN_LINK_MANAGE)
    @join_links.arguments(PageQuery, location="query")
    @join_links.response(200, paged(JoinLinkSchema))
    def get(self, query: dict[str, Any], campaign_id: str) -> dict[str, object]:
        """The campaign's links that weren't deleted, oldest first."""
        return show_page(deeds.list_join_links(context(), path_id(campaign_id), page_of(query)))

    @allow(Permission.JOIN_LINK_MANAGE)
    @join_links.arguments(NewJoinLinkSchema)
    @join_links.response(201, JoinLinkSchema)
    def post(self, given: dict[str, Any], campaign_id: str) -> tuple[JoinLinkView, int, dict[str, str]]:
        """Make a link into the campaign."""
        made = deeds.create_join_link(context(), path_id(campaign_id), deeds.NewJoinLink(**given))
        return made, 201, {"Location": url_for("join_links.JoinLink", code=made.code)}


@join_links.route("/join-links/<code>")
class JoinLink(MethodView):
    """One link."""

    @allow(Permission.JOIN_LINK_MANAGE)
    @join_links.response(200, JoinLinkSchema)
    def get(self, code: str) -> JoinLinkView:
        """One link."""
        return deeds.get_join_link(context(), code)

    @allow(Permission.JOIN_LINK_MANAGE)
    @join_links.response(204)
    def delete(self, code: str) -> None:
        """Let nobody else join by it."""
        deeds.delete_join_link(context(), code)
