"""Pictures on the coordinator's page: put away, and taken away from everybody."""

from __future__ import annotations

import uuid
from io import BytesIO

from flask import Flask

from dialer.services.context import Context
from dialer.services.messaging.blasts import BlastFields, change_blast, create_blast
from dialer.services.messaging.launching import launch_blast
from dialer.services.messaging.pictures import PictureView, add_picture
from tests.pictures import jpeg, png
from tests.texting import campaign, listed, people
from tests.web.reader import Reader


def _poster(ctx: Context, data: bytes = b"") -> PictureView:
    return add_picture(ctx, BytesIO(data or png()), "Poster")[0]


def _text(ctx: Context, campaign_id: uuid.UUID, name: str, picture_id: uuid.UUID) -> uuid.UUID:
    fields = BlastFields(
        name=name, body="Vote. Stop: STOP", list_ids=[listed(ctx, people(ctx, 1))], picture_id=picture_id
    )
    return create_blast(ctx, campaign_id, fields).id


def test_what_uses_it_is_named_first_and_what_follows_is_said_before(
    desk: Reader, ctx: Context, app: Flask
) -> None:
    poster, of = _poster(ctx), campaign(ctx).id
    running, draft = (_text(ctx, of, name, poster.id) for name in ("This morning", "Tonight"))
    launch_blast(ctx, running)
    page = desk.open("/pictures")
    assert "picture-withdraw" in page.tests
    page = desk.open(f"/pictures/{poster.id}/withdraw")
    assert page.status == 409
    assert page.words["used-by"] == "Tonight"
    assert "confirm" not in page.tests

    change_blast(ctx, draft, {"picture_id": None})
    page = desk.open(f"/pictures/{poster.id}/withdraw")
    assert "Take “Poster” away from everybody?" in page.text
    assert "What still runs is paused, and can’t go on: “This morning”." in page.text
    page = desk.press("confirm")
    assert "“Poster” is gone." in page.words["flash"]
    assert page.words["picture-gone"].startswith("It was here until somebody took it away on")
    assert "Its picture was taken away." in desk.open(f"/blasts/{running}").text
    gone = app.test_client().get("/p/" + poster.url.rsplit("/", 1)[1], headers={"Accept-Language": "cy"})
    assert (gone.status_code, 'lang="cy"' in gone.text, gone.text.count("<h1")) == (410, True, 1)
    page = desk.open(f"/pictures/{poster.id}/withdraw")
    assert "It was taken away already." in page.words["flash"]


def test_one_that_was_put_away_can_still_be_taken_away(desk: Reader, ctx: Context) -> None:
    poster = _poster(ctx, jpeg())
    desk.open("/pictures")
    page = desk.press("picture-retire")
    assert "put-away" in page.tests
    assert f"/pictures/{poster.id}/withdraw" in page.html
