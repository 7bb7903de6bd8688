"""`/recordings`: what was recorded of calls, and what of it can be heard."""

from __future__ import annotations

from typing import Any, Final, cast

from flask import Response
from flask.views import MethodView
from marshmallow import Schema, validate

from dialer.domain.access import Permission
from dialer.domain.recording import DAYS_LEAST, DAYS_MOST, RECORDING_STATES, TROUBLES, WHYS
from dialer.services.calling import recording_access as deeds
from dialer.services.calling import recording_settings as settings
from dialer.services.calling.recording_access import RecordingView
from dialer.services.calling.recording_settings import RecordingFields, RecordingSettings
from dialer.services.calling.recordings import object_to
from dialer.web.api.blueprint import Resource
from dialer.web.api.fields import Choice, Flag, Id, Instant, Text, Whole, path_id
from dialer.web.api.paging import PageQuery, page_of, paged, show_page
from dialer.web.desk import context
from dialer.web.guard import allow
from dialer.web.recorded import sound_of

recordings = Resource("recordings", "What was recorded of calls")


class RecordingSettingsFieldsSchema(Schema):
    """What may be set; what is left out stays. Recording is switched on only with `lawful_use`."""

    recording = Flag()
    retention_days = Whole(least=DAYS_LEAST, most=DAYS_MOST)
    lawful_use = Flag()


class RecordingSettingsSchema(Schema):
    """How a campaign records, who said that it is lawful there, and what it keeps now."""

    campaign_id = Id(required=True)
    recording = Flag(required=True)
    retention_days = Whole(required=True)
    lawful_use_by = Id(required=True, allow_none=True)
    lawful_use_at = Instant(required=True, allow_none=True)
    kept = Whole(required=True)
    kept_bytes = Whole(required=True)


class RecordingSchema(Schema):
    """What was recorded of one call. It stays when the sound is gone, with `why`; `trouble` holds it up."""

    id = Id(required=True)
    call_id = Id(required=True)
    campaign_id = Id(required=True)
    contact_id = Id(required=True, allow_none=True)
    account_id = Id(required=True, allow_none=True)
    state = Choice(*RECORDING_STATES, required=True)
    seconds = Whole(required=True, allow_none=True)
    size = Whole(required=True, allow_none=True)
    started_at = Instant(required=True, allow_none=True)
    ended_at = Instant(required=True, allow_none=True)
    deletes_at = Instant(required=True, allow_none=True)
    deleted_at = Instant(required=True, allow_none=True)
    deleted_by = Id(required=True, allow_none=True)
    why = Choice(*WHYS, required=True, allow_none=True)
    trouble = Choice(*TROUBLES, required=True, allow_none=True)
    at_carrier = Flag(required=True)
    created_at = Instant(required=True)


class RecordingsQuery(PageQuery):
    """Which recordings."""

    campaign_id = Id()
    contact_id = Id()
    call_id = Id()


class WhyDeletedQuery(Schema):
    """Why one is deleted; kept in the audit log."""

    reason = Text(blank=False, required=True, max_length=500)


class CallRecordingSwitchSchema(Schema):
    """Off, as the person wishes: nobody is recorded again whom they were told of once."""

    on = Flag(required=True, validate=validate.Equal(False))


class CallRecordingSchema(Schema):
    """Whether the talk is recorded; `deleted` whether there was anything to delete."""

    on = Flag(required=True)
    deleted = Flag(required=True)


_AUDIO: Final = {"audio/mpeg": {"schema": {"type": "string", "format": "binary"}}}
_RESPONSES: Final = {
    "200": {"description": "The whole sound", "content": _AUDIO},
    "206": {"description": "The part asked for with `Range`", "content": _AUDIO},
    "416": {"description": "It has no such part"},
}


@recordings.route("/campaigns/<campaign_id>/recording")
class CampaignRecording(MethodView):
    """One campaign."""

    @allow(Permission.RECORDING_READ)
    @recordings.response(200, RecordingSettingsSchema)
    def get(self, campaign_id: str) -> RecordingSettings:
        """Whether its calls are recorded, and how long that is kept."""
        return settings.recording_settings(context(), path_id(campaign_id))

    @allow(Permission.RECORDING_MANAGE)
    @recordings.arguments(RecordingSettingsFieldsSchema)
    @recordings.response(200, RecordingSettingsSchema)
    def patch(self, body: dict[str, Any], campaign_id: str) -> RecordingSettings:
        """Change the fields given. Fewer days hold at once for what is kept."""
        return settings.change_recording(context(), path_id(campaign_id), cast("RecordingFields", body))


@recordings.route("/recordings")
class Recordings(MethodView):
    """All recordings."""

    @allow(Permission.RECORDING_READ)
    @recordings.arguments(RecordingsQuery, location="query")
    @recordings.response(200, paged(RecordingSchema))
    def get(self, query: dict[str, Any]) -> dict[str, object]:
        """Recordings, newest first."""
        page = page_of(query)
        return show_page(deeds.list_recordings(context(), page, **query))


@recordings.route("/recordings/<recording_id>")
class Recording(MethodView):
    """One recording."""

    @allow(Permission.RECORDING_READ)
    @recordings.response(200, RecordingSchema)
    def get(self, recording_id: str) -> RecordingView:
        """Where it stands."""
        return deeds.get_recording(context(), path_id(recording_id))

    @allow(Permission.RECORDING_MANAGE)
    @recordings.arguments(WhyDeletedQuery, location="query")
    @recordings.response(204)
    def delete(self, query: dict[str, Any], recording_id: str) -> None:
        """Delete its sound for good, here and at the carrier. Again: no change."""
        deeds.delete_recording(context(), path_id(recording_id), query["reason"])


@recordings.route("/recordings/<recording_id>/audio")
class RecordingAudio(MethodView):
    """What one sounds like."""

    @allow(Permission.RECORDING_READ)
    @recordings.response(200, description="The sound")
    @recordings.doc(responses=_RESPONSES)
    def get(self, recording_id: str) -> Response:
        """Its sound, or a part of it; 409 where there is none (any more). Each listening is audited."""
        return sound_of(context(), path_id(recording_id))


@recordings.route("/assignments/<assignment_id>/recording", methods=["POST"])
@allow(Permission.RESULT_RECORD)
@recordings.arguments(CallRecordingSwitchSchema)
@recordings.response(200, CallRecordingSchema)
def switch_recording(body: dict[str, Any], assignment_id: str) -> dict[str, bool]:  # noqa: ARG001 -- off alone
    """The person objects: end the recording of this talk, and delete what there is of it."""
    return {"on": False, "deleted": object_to(context(), path_id(assignment_id))}
