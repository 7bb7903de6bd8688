"""Answers that are sounds."""

from __future__ import annotations

from typing import Final

from flask import Response, request

from dialer.services.calling.sounds import Audio

UNCHANGING: Final = "public, max-age=31536000, immutable"


def audio_response(audio: Audio, *, kept: str = "private, max-age=3600") -> Response:
    """A sound, whole or in the parts that a player asks for. Its bytes never change."""
    response = Response(audio.data, mimetype=audio.content_type)
    response.set_etag(audio.sha256)
    response.headers["Cache-Control"] = kept
    response.make_conditional(request, accept_ranges=True, complete_length=len(audio.data))
    return response
