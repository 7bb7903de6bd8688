"""The sound of a recording over HTTP: as a whole, or the part that a player seeks (RFC 9110, section 14)."""

from __future__ import annotations

import uuid
from itertools import chain
from typing import Final

from flask import Response, request

from dialer.services.calling.recording_access import SpoiltRecording, open_recording
from dialer.services.calling.recording_seal import SpoiltError
from dialer.services.calling.vault import vault_of
from dialer.services.context import Context
from dialer.web.desk import desk

MEDIA_TYPE: Final = "audio/mpeg"


def sound_of(ctx: Context, recording_id: uuid.UUID) -> Response:
    """Decrypted as it is sent, kept by nobody on the way. Of several ranges in one request none is heeded,
    as the RFC lets a server do.
    """
    vault = vault_of(ctx, desk().settings.secret_key)
    reader, held = open_recording(ctx, vault, recording_id)
    asked = request.range
    part = asked.range_for_length(reader.size) if asked and len(asked.ranges) == 1 else None
    if asked and part is None and len(asked.ranges) == 1:
        held.close()
        return Response(status=416, headers={"Content-Range": f"bytes */{reader.size}"})
    start, stop = part or (0, reader.size)
    pieces = reader.read(start, stop)
    try:
        first = next(pieces, b"")
    except SpoiltError:
        held.close()
        raise SpoiltRecording from None
    answer = Response(chain([first], pieces), 200 if part is None else 206, mimetype=MEDIA_TYPE)
    answer.call_on_close(held.close)
    answer.headers["Content-Length"] = str(stop - start)
    answer.headers["Accept-Ranges"] = "bytes"
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Content-Disposition"] = "inline"
    if part is not None:
        answer.headers["Content-Range"] = f"bytes {start}-{stop - 1}/{reader.size}"
    return answer
