"""Sounds over the API: taken in by their own header, played, retired; and what the carrier fetches."""

from __future__ import annotations

import io
import json
from collections.abc import Callable

from flask import Flask
from sqlalchemy import select
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from dialer.services.context import Context
from dialer.store.models.sounds import Sound
from tests.conftest import Caller
from tests.people import Person
from tests.sounds import mp3, wav

Api = Callable[[Person], Caller]


def _send(caller: Caller, data: bytes, name: str | None = "Vote on Thursday"):
    options = {} if name is None else {"options": json.dumps({"name": name})}
    # Encoded here: of what is longer the client makes a file that it never closes.
    boundary, form = encode_multipart({"file": FileStorage(io.BytesIO(data), "take-2.bin"), **options})
    return caller.post("/sounds", data=form, content_type=f"multipart/form-data; boundary={boundary}")


def test_a_sound_is_kept_played_and_retired(api: Api, carys: Person, ctx: Context, app: Flask) -> None:
    caller, data = api(carys), wav(2.0)
    made = _send(caller, data)
    assert made.status_code == 201
    sound = made.json
    assert (sound["name"], sound["content_type"], sound["seconds"]) == ("Vote on Thursday", "audio/wav", 2.0)
    assert made.headers["Location"] == f"/api/v1/sounds/{sound['id']}"
    again = _send(caller, data, "Another name")
    assert (again.status_code, again.json) == (200, sound)
    heard = caller.get(f"/sounds/{sound['id']}/audio")
    assert (heard.data, heard.mimetype) == (data, "audio/wav")
    with ctx.unit() as unit:
        code = unit.session.scalars(select(Sound.code)).one()
    fetched = app.test_client().get(f"/sound/{code}", headers={"Range": "bytes=0-3"})
    assert (fetched.status_code, fetched.data) == (206, b"RIFF")
    assert "immutable" in fetched.headers["Cache-Control"]
    assert app.test_client().get(f"/sound/{code[:-1]}2x").status_code == 404
    retired = caller.post(f"/sounds/{sound['id']}/retire").json
    assert retired["retired_at"] is not None
    assert caller.post(f"/sounds/{sound['id']}/retire").json == retired
    assert caller.get("/sounds").json["data"] == []
    assert caller.get("/sounds?retired=true").json["data"] == [retired]
    assert app.test_client().get(f"/sound/{code}").data == data
    assert _send(caller, data, None).json["name"] == "take-2.bin"


def test_what_is_no_sound_is_refused(api: Api, carys: Person, vic: Person) -> None:
    caller = api(carys)
    refused = _send(caller, b"<svg/>" * 100)
    assert (refused.status_code, refused.json["errors"][0]["pointer"]) == (422, "/file")
    assert _send(caller, mp3(2.0), " ").status_code == 422
    assert _send(caller, bytes(3 * 1024 * 1024 + 1)).status_code == 413
    assert _send(api(vic), mp3(2.0)).status_code == 403
    assert caller.get("/sounds").json["data"] == []
