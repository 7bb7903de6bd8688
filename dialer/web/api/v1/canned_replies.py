"""`/canned-replies`: words kept ready for what many ask (contract §7)."""

from __future__ import annotations

from typing import Any, cast

from flask import url_for
from flask.views import MethodView
from marshmallow import Schema, fields

from dialer.domain.access import Permission
from dialer.domain.languages import SPOKEN
from dialer.services.messaging import canned_replies as deeds
from dialer.services.messaging.canned_replies import NAME_LONGEST, CannedReplyView
from dialer.services.messaging.words import LONGEST_BODY
from dialer.web.api.blueprint import Resource
from dialer.web.api.fields import Choice, Id, Instant, Text, path_id
from dialer.web.api.paging import PageQuery, page_of, paged, show_page
from dialer.web.desk import context
from dialer.web.guard import allow

canned_replies = Resource("canned replies", "Words kept ready for what many ask")


class CannedReplyFieldsSchema(Schema):
    """Words with placeholders. `bodies` are by language, such as `cy`; who reads none of those gets the
    `body`.
    """

    name = Text(blank=False, max_length=NAME_LONGEST)
    body = Text(blank=False, max_length=LONGEST_BODY)
    bodies = fields.Dict(keys=Choice(*SPOKEN), values=Text(max_length=LONGEST_BODY))


class NewCannedReplySchema(CannedReplyFieldsSchema):
    """Words of a campaign or, where that is null, of all."""

    campaign_id = Id(required=True, allow_none=True)
    name = Text(required=True, blank=False, max_length=NAME_LONGEST)
    body = Text(required=True, blank=False, max_length=LONGEST_BODY)


class CannedReplySchema(Schema):
    """Words kept ready."""

    id = Id(required=True)
    campaign_id = Id(required=True, allow_none=True)
    name = Text(required=True)
    body = Text(required=True)
    bodies = fields.Dict(keys=Text(), values=Text(), required=True)
    updated_at = Instant(required=True)


class CannedReplyQuery(PageQuery):
    """Of which campaign; without one those of all."""

    campaign_id = Id()


@canned_replies.route("/canned-replies")
class CannedReplies(MethodView):
    """Those of a campaign, or of all."""

    @allow(Permission.CANNED_REPLY_READ)
    @canned_replies.arguments(CannedReplyQuery, location="query")
    @canned_replies.response(200, paged(CannedReplySchema))
    def get(self, query: dict[str, Any]) -> dict[str, object]:
        """Those of a campaign or, without one, those of all, oldest first."""
        page = page_of(query)
        return show_page(deeds.list_canned_replies(context(), query.get("campaign_id"), page))

    @allow(Permission.CANNED_REPLY_MANAGE)
    @canned_replies.arguments(NewCannedReplySchema)
    @canned_replies.response(201, CannedReplySchema)
    def post(self, given: dict[str, Any]) -> tuple[CannedReplyView, int, dict[str, str]]:
        """Keep words ready. Those of all campaigns are kept by coordinators."""
        campaign_id = given.pop("campaign_id")
        made = deeds.add_canned_reply(context(), campaign_id, cast("deeds.CannedReplyFields", given))
        return made, 201, {"Location": url_for("canned replies.CannedReply", reply_id=made.id)}


@canned_replies.route("/canned-replies/<reply_id>")
class CannedReply(MethodView):
    """One of them."""

    @allow(Permission.CANNED_REPLY_READ)
    @canned_replies.response(200, CannedReplySchema)
    def get(self, reply_id: str) -> CannedReplyView:
        """One of them."""
        return deeds.get_canned_reply(context(), path_id(reply_id))

    @allow(Permission.CANNED_REPLY_MANAGE)
    @canned_replies.arguments(CannedReplyFieldsSchema)
    @canned_replies.response(200, CannedReplySchema)
    def patch(self, given: dict[str, Any], reply_id: str) -> CannedReplyView:
        """Change the words; what was sent with them stays as it was."""
        return deeds.change_canned_reply(context(), path_id(reply_id), cast("deeds.CannedReplyFields", given))

    @allow(Permission.CANNED_REPLY_MANAGE)
    @canned_replies.response(204)
    def delete(self, reply_id: str) -> None:
        """Don’t offer these words any more."""
        deeds.delete_canned_reply(context(), path_id(reply_id))
