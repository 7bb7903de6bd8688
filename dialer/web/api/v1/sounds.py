"""`/sounds`: what is played on the phone, recorded or uploaded by coordinators."""

from __future__ import annotations

from typing import Any, Final, cast

from flask import Response, url_for
from flask.views import MethodView
from marshmallow import Schema

from dialer.domain.access import Permission
from dialer.domain.sound import MP3, WAV
from dialer.services.calling import sounds as deeds
from dialer.services.calling.sounds import SoundView
from dialer.services.kept_files import NAME_MOST
from dialer.web.api.blueprint import Resource
from dialer.web.api.fields import Choice, Flag, Id, Instant, Number, Text, Whole, path_id
from dialer.web.api.paging import PageQuery, page_of, paged, show_page
from dialer.web.api.requests import takes_upload
from dialer.web.api.uploads import options_of, upload_body, uploaded
from dialer.web.audio import audio_response
from dialer.web.desk import context
from dialer.web.guard import allow

sounds = Resource("sounds", "What is played on the phone")


class SoundOptionsSchema(Schema):
    """What a sound is called; without a name it has that of its file."""

    name = Text(blank=False, max_length=NAME_MOST)


class SoundSchema(Schema):
    """A sound. It never changes; a retired one is offered no more."""

    id = Id(required=True)
    name = Text(required=True)
    content_type = Choice(WAV, MP3, required=True)
    size = Whole(required=True)
    seconds = Number(required=True)
    sha256 = Text(required=True)
    made_by = Id(required=True, allow_none=True)
    created_at = Instant(required=True)
    retired_at = Instant(required=True, allow_none=True)


class SoundQuery(PageQuery):
    """Which: those that may be used, or those that were retired."""

    retired = Flag(load_default=False, metadata={"query": True})


_UPLOAD: Final = upload_body("WAV or MP3, of 1 to 90 seconds and 3 MiB at most", "SoundOptions")
_AUDIO: Final = {kind: {"schema": {"type": "string", "format": "binary"}} for kind in (WAV, MP3)}


@sounds.route("/sounds")
class Sounds(MethodView):
    """All sounds."""

    @allow(Permission.SOUND_READ)
    @sounds.arguments(SoundQuery, location="query")
    @sounds.response(200, paged(SoundSchema))
    def get(self, query: dict[str, Any]) -> dict[str, object]:
        """The sounds, in the order they were made."""
        return show_page(deeds.list_sounds(context(), page_of(query), **query))

    @allow(Permission.SOUND_MANAGE)
    @takes_upload
    @sounds.doc(requestBody=_UPLOAD)
    @sounds.response(201, SoundSchema)
    @sounds.alt_response(200, schema=SoundSchema, description="It was there already")
    def post(self) -> tuple[SoundView, int, dict[str, str]]:
        """Upload a sound: WAV or MP3, of 1 to 90 seconds."""
        upload = uploaded("sound")
        options = cast("dict[str, str]", options_of(SoundOptionsSchema()))
        name = options.get("name") or (upload.filename or "")[:NAME_MOST]
        view, new = deeds.add_sound(context(), cast("Any", upload.stream), name)
        place = {"Location": url_for("sounds.Sound", sound_id=view.id)}
        return view, 201 if new else 200, place


@sounds.route("/sounds/<sound_id>")
class Sound(MethodView):
    """One sound."""

    @allow(Permission.SOUND_READ)
    @sounds.response(200, SoundSchema)
    def get(self, sound_id: str) -> SoundView:
        """What it is."""
        return deeds.get_sound(context(), path_id(sound_id))


@sounds.route("/sounds/<sound_id>/audio")
class SoundAudio(MethodView):
    """What one sounds like."""

    @allow(Permission.SOUND_READ)
    @sounds.response(200, description="The sound")
    @sounds.doc(responses={"200": {"description": "The sound", "content": _AUDIO}})
    def get(self, sound_id: str) -> Response:
        """The sound itself."""
        return audio_response(deeds.audio_of(context(), path_id(sound_id)))


@sounds.route("/sounds/<sound_id>/retire")
class RetireSound(MethodView):
    """One sound that is to be offered no more."""

    @allow(Permission.SOUND_MANAGE)
    @sounds.response(200, SoundSchema)
    def post(self, sound_id: str) -> SoundView:
        """Offer it no more; what uses it goes on with it."""
        return deeds.retire_sound(context(), path_id(sound_id))
