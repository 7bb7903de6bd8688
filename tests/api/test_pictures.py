"""Pictures through the API: uploaded once, seen by whoever has the address, led to by a text."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from flask import Flask
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from dialer.domain.access import Role
from dialer.services.context import Context
from dialer.store.session import UnitFactory
from tests.conftest import Caller
from tests.people import Person, make_person
from tests.pictures import exif, jpeg, png
from tests.texting import campaign, listed, people


@pytest.fixture
def caller(api: Callable[[Person], Caller], carys: Person) -> Caller:
    return api(carys)


def upload(caller: Caller, data: bytes, name: str = "poster.jpg") -> dict[str, str]:
    answer = caller.post("/pictures", data={"file": (io.BytesIO(data), name)})
    assert answer.status_code in (200, 201), answer.json
    found: dict[str, str] = answer.json
    return found


def test_a_picture_is_kept_once_and_everybody_with_its_address_sees_it(caller: Caller, app: Flask) -> None:
    made = upload(caller, jpeg(exif(">", 6)))
    assert upload(caller, jpeg(exif(">", 6)), "again.jpg") == made
    assert (made["name"], made["width"], made["content_type"]) == ("poster.jpg", 40, "image/jpeg")
    assert caller.get(f"/pictures/{made['id']}").json == made
    visitor = app.test_client()
    path = "/p/" + made["url"].rsplit("/", 1)[1]
    seen = visitor.get(path)
    assert (seen.status_code, seen.data, seen.mimetype) == (200, jpeg(exif(">", 6, b"")), "image/jpeg")
    assert "Set-Cookie" not in seen.headers
    assert (seen.headers["X-Robots-Tag"], seen.headers["X-Content-Type-Options"]) == ("noindex", "nosniff")
    assert visitor.get(path, headers={"If-None-Match": seen.headers["ETag"]}).status_code == 304
    assert visitor.get("/p/aaaaaaaaaaaaaa").status_code == 404
    assert caller.post(f"/pictures/{made['id']}/retire").json["retired_at"]
    assert (caller.get("/pictures").json["data"], visitor.get(path).status_code) == ([], 200)
    assert caller.get("/pictures?retired=true").json["data"][0]["id"] == made["id"]
    refused = caller.post("/pictures", data={"file": (io.BytesIO(b"<svg/>"), "a.svg")})
    assert (refused.status_code, refused.json["errors"][0]["pointer"]) == (422, "/file")
    # Encoded here: of what is longer the client makes a file that it never closes.
    boundary, form = encode_multipart({"file": FileStorage(io.BytesIO(bytes(600_000)), "a.png")})
    of_form = f"multipart/form-data; boundary={boundary}"
    assert caller.post("/pictures", data=form, content_type=of_form).status_code == 413


def test_an_organiser_puts_away_only_pictures_of_their_own(
    caller: Caller, api: Callable[[Person], Caller], ctx: Context, units: UnitFactory
) -> None:
    olwen = api(make_person(units, ctx.organisation_id, Role.ORGANISER, "Olwen"))
    ours, theirs = upload(caller, png()), upload(olwen, jpeg())
    assert olwen.post(f"/pictures/{ours['id']}/retire").status_code == 403
    assert olwen.post(f"/pictures/{theirs['id']}/retire").json["retired_at"]
    assert caller.post(f"/pictures/{ours['id']}/retire").json["retired_at"]


def test_a_text_leads_to_its_picture(caller: Caller, ctx: Context) -> None:
    made = upload(caller, png())
    given = {
        "campaign_id": str(campaign(ctx).id),
        "name": "Day",
        "body": "Look: {picture_url} Stop: STOP",
        "bodies": {"cy": "Helo. Stop: STOP"},
        "list_ids": [str(listed(ctx, [*people(ctx, 1), *people(ctx, 1, first=1, language="cy")]))],
    }
    blast = caller.post("/blasts", json=given).json
    found = caller.post(f"/blasts/{blast['id']}/estimate", json={}).json
    assert ("empty_placeholder", "picture_url") in {(one["code"], one["about"]) for one in found["warnings"]}
    at = f"/blasts/{blast['id']}"
    assert caller.patch(at, json={"picture_id": made["id"]}).json["picture_id"] == made["id"]
    found = caller.post(f"{at}/estimate", json={}).json
    said = [f"Look: {made['url']} Stop: STOP", f"Helo. Stop: STOP\n{made['url']}"]
    assert sorted(found["samples"]) == sorted(said)
    tried = caller.post(f"{at}/test-send", json={"to": ["07700 900150"], "languages": ["cy"]}).json["data"]
    assert tried[0]["body"] == said[1]
    caller.post(f"/pictures/{made['id']}/retire")
    assert caller.patch(at, json={"picture_id": made["id"], "name": "Late"}).status_code == 200
    assert caller.patch(at, json={"picture_id": None}).json["picture_id"] is None
    gone = caller.patch(at, json={"picture_id": made["id"]})
    assert gone.json["errors"][0]["pointer"] == "/picture_id"
