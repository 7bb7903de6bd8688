"""`/sound/CODE`: a sound for the carrier to play. It has nobody's data in it, and its address is secret."""

from __future__ import annotations

from flask import Blueprint, Response

from dialer.domain.access import Permission
from dialer.services.calling.sounds import public_audio
from dialer.web.audio import UNCHANGING, audio_response
from dialer.web.desk import desk
from dialer.web.guard import allow

played = Blueprint("played", __name__)


@played.get("/sound/<code>")
@allow(Permission.PUBLIC_READ)
def sound(code: str) -> Response:
    """The sound, as it will always be."""
    return audio_response(public_audio(desk().units, code), kept=UNCHANGING)
