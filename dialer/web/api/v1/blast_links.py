"""`/blasts/{id}/links`: the short links of a text, who opened them, and what opening one says."""

from __future__ import annotations

from typing import Any

from flask.views import MethodView
from marshmallow import Schema, fields

from dialer.domain.access import Permission
from dialer.services.messaging import link_figures as deeds
from dialer.services.messaging.link_figures import LinksView, LinkView
from dialer.services.messaging.link_support import set_link_support
from dialer.web.api.blueprint import Resource
from dialer.web.api.fields import Id, Text, Whole, path_id
from dialer.web.desk import context
from dialer.web.guard import allow

blast_links = Resource("links", "Short links in texts, each person's own: who opened them")


class LinkSettingsSchema(Schema):
    """What opening a link says of somebody."""

    support = Whole(
        least=1,
        most=5,
        allow_none=True,
        required=True,
        metadata={"description": "what whoever opens it is taken to have where nothing else is known"},
    )


class LinkSchema(Schema):
    """A link: `people` opened it, by `clicks` in all; `machines` looked at it, by kind."""

    id = Id(required=True)
    url = Text(required=True)
    support = Whole(least=1, most=5, allow_none=True, required=True)
    people = Whole(required=True)
    clicks = Whole(required=True)
    machines = fields.Dict(keys=Text(), values=Whole(), required=True)
    left = Whole(
        required=True,
        metadata={"description": "of about how many its `support` isn't written down, or taken back, yet"},
    )


class LinksSchema(Schema):
    """All links of a text, and how many people opened at least one."""

    people = Whole(required=True)
    links = fields.List(fields.Nested(LinkSchema), required=True)


@blast_links.route("/blasts/<blast_id>/links")
class Links(MethodView):
    """The links of one text."""

    @allow(Permission.BLAST_READ)
    @blast_links.response(200, LinksSchema)
    def get(self, blast_id: str) -> LinksView:
        """Who opened them, robots and previews left out."""
        return deeds.blast_links(context(), path_id(blast_id))


@blast_links.route("/blasts/<blast_id>/links/<link_id>")
class Link(MethodView):
    """One of them."""

    @allow(Permission.BLAST_MANAGE)
    @blast_links.arguments(LinkSettingsSchema)
    @blast_links.response(200, LinkSchema)
    def patch(self, body: dict[str, Any], blast_id: str, link_id: str) -> LinkView:
        """Say what opening it says of somebody's support, of all who opened it and will."""
        return set_link_support(context(), path_id(blast_id), path_id(link_id), body["support"])
