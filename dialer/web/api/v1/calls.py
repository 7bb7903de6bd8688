"""`/calls`: calls that the carrier carries, and a volunteer's own phone rung for one (contract §6)."""

from __future__ import annotations

from typing import Any

from flask.views import MethodView
from marshmallow import Schema, fields

from dialer.domain.access import Permission
from dialer.domain.call import CALL_STATES
from dialer.services.calling import ringing
from dialer.services.calling.call_views import CallView
from dialer.web.api.blueprint import Resource
from dialer.web.api.fields import Choice, Id, Instant, Money, Text, Whole, money, path_id
from dialer.web.api.paging import PageQuery, page_of, paged, show_page
from dialer.web.desk import context
from dialer.web.guard import allow

calls = Resource("calls", "Calls that the carrier carries")


class RingMeSchema(Schema):
    """The phone to ring; the session's, or one's own, unless named."""

    phone = Text(max_length=40, allow_none=True, load_default=None)


class CallsQuery(PageQuery):
    """Which calls."""

    campaign_id = Id()
    contact_id = Id()
    state = Choice(*CALL_STATES)


class CallSchema(Schema):
    """A call. Its state never goes back."""

    id = Id(required=True)
    campaign_id = Id(allow_none=True, required=True)
    contact_id = Id(allow_none=True, required=True)
    assignment_id = Id(allow_none=True, required=True)
    direction = Text(required=True)
    mode = Text(required=True)
    to = Text(allow_none=True, required=True)
    from_number = Text(allow_none=True, required=True, data_key="from")
    state = Text(required=True)
    end_reason = Text(allow_none=True)
    answered_by = Text(allow_none=True, required=True)
    duration_s = Whole(allow_none=True, required=True)
    cost = Money(allow_none=True, required=True)
    carrier_sid = Text(allow_none=True, required=True)
    created_at = Instant(required=True)
    contact_rung_at = Instant(allow_none=True)
    answered_at = Instant(allow_none=True)
    parted_at = Instant(allow_none=True)
    ended_at = Instant(allow_none=True)
    recording_id = Id(
        allow_none=True,
        metadata={"description": "what was recorded of it; null below coordinator"},
    )
    why = fields.Dict(
        allow_none=True,
        metadata={"description": "why the dialler rang this number then; null to volunteers"},
    )


@calls.route("/assignments/<assignment_id>/call", methods=["POST"])
@allow(Permission.CALL_PLACE)
@calls.arguments(RingMeSchema)
@calls.response(202, CallSchema)
def ring_me(body: dict[str, Any], assignment_id: str) -> dict[str, object]:
    """Ring my phone, and the contact's once I answer. While that is under way: the same call again."""
    return show_call(ringing.ring_me(context(), path_id(assignment_id), body["phone"]))


@calls.route("/calls")
class Calls(MethodView):
    """Calls."""

    @allow(Permission.CALL_READ)
    @calls.arguments(CallsQuery, location="query")
    @calls.response(200, paged(CallSchema))
    def get(self, query: dict[str, Any]) -> dict[str, object]:
        """The calls in my campaigns, oldest first."""
        page = page_of(query)
        return show_page(ringing.list_calls(context(), page, **query).map(show_call))


@calls.route("/calls/<call_id>")
class Call(MethodView):
    """One call."""

    @allow(Permission.CALL_PLACE)
    @calls.response(200, CallSchema)
    def get(self, call_id: str) -> dict[str, object]:
        """A call as it stands."""
        return show_call(ringing.get_call(context(), path_id(call_id)))


def show_call(call: CallView) -> dict[str, object]:
    """A call as the API shows it."""
    fields = {name: getattr(call, name) for name in call.__slots__ if name not in {"cost", "currency"}}
    return fields | {"cost": money(call.cost, call.currency or "GBP")}
