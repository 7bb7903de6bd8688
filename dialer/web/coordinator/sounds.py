"""Sounds for the phone: recorded here or uploaded, listened to, retired."""

from __future__ import annotations

import uuid
from typing import BinaryIO, cast

from flask import Response, render_template, request
from flask_babel import gettext

from dialer.domain.access import Permission
from dialer.domain.errors import PayloadTooLarge, ValidationFailed
from dialer.domain.sound import SECONDS_MOST
from dialer.services.calling.sounds import add_sound, audio_of, list_sounds, retire_sound
from dialer.web.audio import audio_response
from dialer.web.coordinator.blueprint import coordinator
from dialer.web.coordinator.forms import (
    Answer,
    Faults,
    everything,
    faults_of,
    go,
    said,
    same_names,
)
from dialer.web.desk import context
from dialer.web.guard import allow
from dialer.web.security import plays_and_records


@coordinator.get("/sounds")
@allow(Permission.SOUND_READ)
def sounds() -> str:
    """Every sound that may be used, and the form of another."""
    return _page("")


@coordinator.post("/sounds")
@allow(Permission.SOUND_MANAGE)
def keep_sound() -> Answer:
    """Keep what was recorded, or a file."""
    file = request.files.get("file")
    if file is None or not file.filename:
        return _page(said("name"), {"file": gettext("Record something, or choose a file, first.")}), 422
    try:
        made, new = add_sound(context(), cast("BinaryIO", file.stream), said("name") or file.filename)
    except PayloadTooLarge as error:
        return _page(said("name"), {"file": error.detail}), 413
    except ValidationFailed as error:
        return _page(said("name"), faults_of(error, same_names("name", "file"))), 422
    if new:
        return go("coordinator.sounds", gettext("“%(name)s” is kept.", name=made.name))
    return go("coordinator.sounds", gettext("It was there already, as “%(name)s”.", name=made.name))


@coordinator.get("/sounds/<uuid:sound_id>/audio")
@allow(Permission.SOUND_READ)
def sound_audio(sound_id: uuid.UUID) -> Response:
    """What it sounds like."""
    return audio_response(audio_of(context(), sound_id))


@coordinator.post("/sounds/<uuid:sound_id>/retire")
@allow(Permission.SOUND_MANAGE)
def put_sound_away(sound_id: uuid.UUID) -> Answer:
    """Offer it no more."""
    gone = retire_sound(context(), sound_id)
    words = gettext("“%(name)s” is offered no more. What uses it goes on with it.", name=gone.name)
    return go("coordinator.sounds", words)


def _page(name: str, errors: Faults | None = None) -> str:
    plays_and_records()
    return render_template(
        "coordinator/sounds.html",
        sounds=everything(lambda page: list_sounds(context(), page)),
        name=name,
        errors=errors or {},
        longest_s=round(SECONDS_MOST),
    )
