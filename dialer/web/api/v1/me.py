"""`/me`: who the token belongs to."""

from __future__ import annotations

from flask.views import MethodView
from marshmallow import Schema, fields

from dialer.domain.access import Permission
from dialer.services.accounts.me import Me, about_me
from dialer.web.api.blueprint import Resource
from dialer.web.api.fields import Id, Instant, Text
from dialer.web.desk import context
from dialer.web.guard import allow

me = Resource("me", "Who you are to this server")


class MeSchema(Schema):
    """The holder of the token."""

    id = Id(required=True)
    role = Text(required=True)
    name = Text(required=True)
    campaign_ids = fields.List(Id())
    expires_at = Instant(allow_none=True)


@me.route("/me")
class MeView(MethodView):
    """The holder of the token."""

    @allow(Permission.SELF_READ)
    @me.response(200, MeSchema)
    def get(self) -> Me:
        """Who I am, with what role, and which campaigns are mine."""
        return about_me(context())
