"""Pictures through the API: uploaded once, seen by whoever has the address, led to by a text."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from dialer.domain.access import Role
from dialer.domain.carrier_policy import MessagingPolicy
from dialer.services.context import Context
from dialer.services.messaging.picture_leaving import delete_old_pictures
from dialer.store.models.pictures import Picture
from dialer.store.session import UnitFactory
from tests.conftest import Caller, SetClock
from tests.people import Person, make_person
from tests.pictures import exif, gif, jpeg, png
from tests.texting import campaign, listed, people, system


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


def test_a_picture_is_withdrawn_for_good_once_nothing_that_hasnt_begun_uses_it(
    caller: Caller, app: Flask, ctx: Context
) -> None:
    made = upload(caller, png())
    visitor, path = app.test_client(), "/p/" + made["url"].rsplit("/", 1)[1]
    assert visitor.get(path).headers["Cache-Control"] == "public, max-age=300"
    given = {
        "campaign_id": str(campaign(ctx).id),
        "name": "Day",
        "body": "Vote. Stop: STOP",
        "picture_id": made["id"],
        "list_ids": [str(listed(ctx, people(ctx, 2)))],
    }
    running, draft = (caller.post("/blasts", json={**given, "name": name}).json for name in ("Run", "Later"))
    assert caller.post(f"/blasts/{running['id']}/launch").json["state"] == "running"
    at = f"/pictures/{made['id']}"
    uses = caller.get(f"{at}/uses").json
    assert [one["name"] for one in uses["not_begun"]] == ["Later"]
    assert [one["name"] for one in uses["going"]] == ["Run"]
    assert (uses["elsewhere"], uses["texts"]) == (0, 0)
    refused = caller.post(f"{at}/withdraw")
    assert (refused.status_code, refused.json["blasts"]) == (409, [draft["id"]])
    assert visitor.get(path).status_code == 200

    assert caller.patch(f"/blasts/{draft['id']}", json={"picture_id": None}).status_code == 200
    gone = caller.post(f"{at}/withdraw").json
    assert (gone["gone_why"], gone["size"]) == ("withdrawn", made["size"])
    assert gone["gone_at"] == gone["retired_at"]
    assert caller.post(f"{at}/withdraw").json == gone, "again: no change"
    answer = visitor.get(path)
    assert (answer.status_code, answer.mimetype) == (410, "text/html")
    assert "This picture is gone" in answer.text
    assert "Day" not in answer.text
    assert (answer.headers["Cache-Control"], answer.headers["X-Robots-Tag"]) == ("no-store", "noindex")
    with ctx.unit() as unit:
        assert unit.session.scalars(select(Picture.data)).one() == b""

    stopped = caller.get(f"/blasts/{running['id']}").json
    assert (stopped["state"], stopped["pause_reason"]) == ("paused", "picture_withdrawn")
    for deed, body in (("resume", None), ("test-send", {"to": ["07700 900150"]})):
        refused = caller.post(f"/blasts/{running['id']}/{deed}", json=body)
        assert (refused.status_code, refused.json["reason"]) == (409, "picture_gone"), deed
    assert caller.get(f"/blasts/{running['id']}").json["state"] == "paused"
    late = caller.patch(f"/blasts/{draft['id']}", json={"picture_id": made["id"]})
    assert late.json["errors"][0]["pointer"] == "/picture_id"
    assert upload(caller, png())["url"] != made["url"], "the same file again is another picture"


def test_an_organiser_sees_only_that_others_use_it(
    caller: Caller, api: Callable[[Person], Caller], ctx: Context, units: UnitFactory
) -> None:
    mine = campaign(ctx).id
    olwen = make_person(units, ctx.organisation_id, Role.ORGANISER, "Olwen", campaign_ids=(mine,))
    made = upload(api(olwen), png())
    given = {"name": "Secret", "body": "Vote. Stop: STOP", "picture_id": made["id"], "list_ids": []}
    caller.post("/blasts", json={**given, "campaign_id": str(campaign(ctx).id)})
    uses = api(olwen).get(f"/pictures/{made['id']}/uses").json
    assert (uses["not_begun"], uses["elsewhere"]) == ([], 1)
    refused = api(olwen).post(f"/pictures/{made['id']}/withdraw")
    assert (refused.status_code, refused.json["blasts"]) == (409, [])
    assert "Secret" not in refused.text
    theirs = upload(caller, jpeg())
    assert api(olwen).post(f"/pictures/{theirs['id']}/withdraw").status_code == 403


def test_what_is_offered_no_more_is_deleted_when_its_time_is_over(
    caller: Caller, app: Flask, ctx: Context, clock: SetClock
) -> None:
    kept, used, old = upload(caller, png()), upload(caller, jpeg()), upload(caller, gif())
    given = {"name": "Day", "body": "Vote. Stop: STOP", "picture_id": used["id"], "list_ids": []}
    caller.post("/blasts", json={**given, "campaign_id": str(campaign(ctx).id)})
    for one in (used, old):
        caller.post(f"/pictures/{one['id']}/retire")

    def tick(days: int, policy_days: int = 365) -> int:
        then = system(ctx).at(clock() + dt.timedelta(days=days))
        return delete_old_pictures(replace(then, messaging=MessagingPolicy(picture_days=policy_days)))

    assert (tick(364), tick(366, 0), tick(366), tick(366)) == (0, 0, 1, 0)
    found = {
        one: caller.get(f"/pictures/{made['id']}").json for one, made in (("kept", kept), ("used", used))
    }
    assert [one["gone_at"] for one in found.values()] == [None, None]
    assert caller.get(f"/pictures/{old['id']}").json["gone_why"] == "retention"
    assert app.test_client().get("/p/" + old["url"].rsplit("/", 1)[1]).status_code == 410


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
