"""`/campaigns/{id}/answering-machines`, and the message that a volunteer has left on one."""

from __future__ import annotations

from typing import Any, cast

from flask.views import MethodView
from marshmallow import Schema

from dialer.domain.access import Permission
from dialer.services.calling import machine_settings as deeds
from dialer.services.calling.leaving_messages import leave_message
from dialer.services.calling.machine_settings import MachineFields, MachineSettings
from dialer.services.calling.views import AssignmentView
from dialer.web.api.blueprint import Resource
from dialer.web.api.fields import Flag, Id, Text, path_id
from dialer.web.api.v1.assignments import AssignmentSchema
from dialer.web.desk import context
from dialer.web.guard import allow

machines = Resource("answering machines", "What campaigns do about answering machines")


class AnsweringMachineFieldsSchema(Schema):
    """What may be set; what is left out stays. `voicemail` is a sound, or null for no message. A message is
    switched on only with `lawful`: everybody who may hear it has agreed to recorded calls from you, and it
    says who calls and a number to ring back.
    """

    machine_detection = Flag()
    voicemail = Id(allow_none=True)
    lawful = Flag()


class AnsweringMachinesSchema(Schema):
    """What a campaign does about answering machines; who confirmed that its message is lawful, and when."""

    campaign_id = Id(required=True)
    machine_detection = Flag(required=True)
    voicemail = Id(required=True, allow_none=True)
    voicemail_name = Text(required=True, allow_none=True)
    confirmed_by = Id(required=True, allow_none=True)
    confirmed_by_name = Text(required=True, allow_none=True)
    confirmed_at = Text(required=True, allow_none=True)


@machines.route("/campaigns/<campaign_id>/answering-machines")
class AnsweringMachines(MethodView):
    """One campaign."""

    @allow(Permission.CAMPAIGN_READ)
    @machines.response(200, AnsweringMachinesSchema)
    def get(self, campaign_id: str) -> MachineSettings:
        """What a campaign does about answering machines: nothing, unless somebody switched it on."""
        return deeds.machine_settings(context(), path_id(campaign_id))

    @allow(Permission.CAMPAIGN_MANAGE)
    @machines.arguments(AnsweringMachineFieldsSchema)
    @machines.response(200, AnsweringMachinesSchema)
    def patch(self, body: dict[str, Any], campaign_id: str) -> MachineSettings:
        """Change the fields given, for calls placed from now on."""
        fields = cast("MachineFields", body)
        return deeds.change_machine_settings(context(), path_id(campaign_id), fields)


@machines.route("/assignments/<assignment_id>/leave-message")
class LeaveMessage(MethodView):
    """One assignment whose machine gets the campaign's message."""

    @allow(Permission.RESULT_RECORD)
    @machines.response(200, AssignmentSchema)
    def post(self, assignment_id: str) -> AssignmentView:
        """Have the message left after the beep, and go on to the next: the result is `answering_machine`, and
        `left_message` once it is played.
        """
        return leave_message(context(), path_id(assignment_id))
