"""`/contacts/{id}/reach` and `/suppressions/why`: whether somebody can be contacted, and if not, why."""

from __future__ import annotations

from typing import Any, Final

from flask.views import MethodView
from marshmallow import Schema, fields

from dialer.domain.access import Permission
from dialer.domain.contact_gate import Refusal
from dialer.domain.message_gate import Skip
from dialer.domain.people import OPT_OUT_CHANNELS, SUPPRESSION_REASONS
from dialer.services.people.why_out import Place, reach_of_contact, reach_of_place
from dialer.web.api.blueprint import Resource
from dialer.web.api.fields import Choice, Flag, Id, Instant, Text, path_id
from dialer.web.desk import context
from dialer.web.guard import allow

reach = Resource("reach", "Whether somebody can be contacted, and if not, why")

_REASONS: Final = sorted({*map(str, Refusal), *map(str, Skip), "no_email"})


class WhyNotSchema(Schema):
    """A reason in the gate’s word. Of a no: `listed` is what it is listed for, `source` where it came from,
    `by` and `filename` who typed it in or with which list it came; `own`: the person said it themselves.
    """

    reason = Choice(*_REASONS, required=True)
    listed = Choice(*SUPPRESSION_REASONS, required=True, allow_none=True)
    source = Text(required=True, allow_none=True)
    register = Text(required=True, allow_none=True)
    note = Text(required=True, allow_none=True)
    at = Instant(required=True, allow_none=True)
    by = Text(required=True, allow_none=True)
    filename = Text(required=True, allow_none=True)
    import_id = Id(required=True, allow_none=True)
    result_id = Id(required=True, allow_none=True)
    contact_id = Id(required=True, allow_none=True)
    suppression_id = Id(required=True, allow_none=True)
    own = Flag(required=True)


class ReachSchema(Schema):
    """Whether one channel is open at one number or address, as the gate has it now; if not, every reason.

    What depends on a campaign (its hours, audience and consent) is left out.
    """

    channel = Choice(*OPT_OUT_CHANNELS, required=True)
    number = Text(required=True, allow_none=True)
    email = Text(required=True, allow_none=True)
    allowed = Flag(required=True)
    reasons = fields.List(fields.Nested(WhyNotSchema), required=True)


class ContactReachSchema(Schema):
    """A person’s numbers by call and text, their address by email, door and post."""

    data = fields.List(fields.Nested(ReachSchema), required=True)


class SoughtSchema(Schema):
    """A number in any usual writing, or an address."""

    number = Text(blank=False, max_length=100)
    email = Text(blank=False, max_length=254)


class PlaceSchema(Schema):
    """A number or address, whether it can be contacted, and who has it."""

    number = Text(required=True, allow_none=True)
    email = Text(required=True, allow_none=True)
    contact_ids = fields.List(Id(), required=True)
    reach = fields.List(fields.Nested(ReachSchema), required=True)


@reach.route("/contacts/<contact_id>/reach")
class ContactReach(MethodView):
    """Whether a person can be contacted."""

    @allow(Permission.CONTACT_READ)
    @reach.response(200, ContactReachSchema)
    def get(self, contact_id: str) -> dict[str, object]:
        """Whether a person can be contacted on each channel; if not, each reason and who said so."""
        return {"data": reach_of_contact(context(), path_id(contact_id))}


@reach.route("/suppressions/why")
class Why(MethodView):
    """Whether a number or address can be contacted."""

    @allow(Permission.SUPPRESSION_READ)
    @reach.arguments(SoughtSchema)
    @reach.response(200, PlaceSchema)
    def post(self, given: dict[str, Any]) -> Place:
        """Whether a number or address can be contacted, whoever has it; a body keeps it out of logs."""
        return reach_of_place(context(), **given)
