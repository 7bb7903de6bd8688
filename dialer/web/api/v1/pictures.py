"""`/pictures`: what texts lead to, uploaded by those who write them."""

from __future__ import annotations

from typing import Any, Final, cast

from flask import url_for
from flask.views import MethodView
from marshmallow import Schema, fields

from dialer.domain.access import Permission
from dialer.domain.picture import GIF, JPEG, PNG
from dialer.domain.retention import PICTURE_WHYS
from dialer.services.kept_files import NAME_MOST
from dialer.services.messaging import picture_leaving as leaving
from dialer.services.messaging import pictures as deeds
from dialer.services.messaging.picture_leaving import PictureUses
from dialer.services.messaging.pictures import PictureView
from dialer.web.api.blueprint import Resource
from dialer.web.api.fields import Choice, Flag, Id, Instant, Text, Whole, path_id
from dialer.web.api.paging import PageQuery, page_of, paged, show_page
from dialer.web.api.requests import takes_upload
from dialer.web.api.uploads import options_of, upload_body, uploaded
from dialer.web.desk import context
from dialer.web.guard import allow

pictures = Resource("pictures", "What texts lead to")


class PictureOptionsSchema(Schema):
    """What a picture shows; without a name it has that of its file."""

    name = Text(blank=False, max_length=NAME_MOST)


class PictureSchema(Schema):
    """A picture. It never changes; whoever has its `url` sees it, until it is gone; a retired one is offered
    no more.
    """

    id = Id(required=True)
    name = Text(required=True)
    url = Text(required=True)
    content_type = Choice(JPEG, PNG, GIF, required=True)
    size = Whole(required=True)
    width = Whole(required=True)
    height = Whole(required=True)
    sha256 = Text(required=True)
    made_by = Id(required=True, allow_none=True)
    created_at = Instant(required=True)
    retired_at = Instant(required=True, allow_none=True)
    gone_at = Instant(
        required=True, allow_none=True, metadata={"description": "since when nobody sees it any more"}
    )
    gone_why = Choice(*PICTURE_WHYS, required=True, allow_none=True)


class UsedBySchema(Schema):
    """A text to many that a picture belongs to."""

    id = Id(required=True)
    name = Text(required=True)
    state = Text(required=True)


class PictureUsesSchema(Schema):
    """What a picture is used for. What hasn’t begun (`not_begun`, and so many `elsewhere` that you don’t see)
    stands against its withdrawal; what is `going` would be paused; so many `texts` were sent with it.
    """

    not_begun = fields.List(fields.Nested(UsedBySchema), required=True)
    elsewhere = Whole(required=True)
    going = fields.List(fields.Nested(UsedBySchema), required=True)
    texts = Whole(required=True)


class PictureQuery(PageQuery):
    """Which: those that may be used, or those that were retired."""

    retired = Flag(load_default=False, metadata={"query": True})


_UPLOAD: Final = upload_body("JPEG, PNG or GIF, of 500 kB at most", "PictureOptions")


@pictures.route("/pictures")
class Pictures(MethodView):
    """All pictures."""

    @allow(Permission.PICTURE_READ)
    @pictures.arguments(PictureQuery, location="query")
    @pictures.response(200, paged(PictureSchema))
    def get(self, query: dict[str, Any]) -> dict[str, object]:
        """The pictures, in the order they were made."""
        return show_page(deeds.list_pictures(context(), page_of(query), **query))

    @allow(Permission.PICTURE_MANAGE)
    @takes_upload
    @pictures.doc(requestBody=_UPLOAD)
    @pictures.response(201, PictureSchema)
    @pictures.alt_response(200, schema=PictureSchema, description="It was there already")
    def post(self) -> tuple[PictureView, int, dict[str, str]]:
        """Upload a picture; what it tells of where and when it was taken is left out."""
        upload = uploaded("picture")
        options = cast("dict[str, str]", options_of(PictureOptionsSchema()))
        name = options.get("name") or (upload.filename or "")[:NAME_MOST]
        view, new = deeds.add_picture(context(), cast("Any", upload.stream), name)
        place = {"Location": url_for("pictures.Picture", picture_id=view.id)}
        return view, 201 if new else 200, place


@pictures.route("/pictures/<picture_id>")
class Picture(MethodView):
    """One picture."""

    @allow(Permission.PICTURE_READ)
    @pictures.response(200, PictureSchema)
    def get(self, picture_id: str) -> PictureView:
        """What it is, and where it is seen."""
        return deeds.get_picture(context(), path_id(picture_id))


@pictures.route("/pictures/<picture_id>/retire", methods=["POST"])
@allow(Permission.PICTURE_MANAGE)
@pictures.response(200, PictureSchema)
def retire(picture_id: str) -> PictureView:
    """Offer it no more; texts that lead to it still do."""
    return deeds.retire_picture(context(), path_id(picture_id))


@pictures.route("/pictures/<picture_id>/uses")
class Uses(MethodView):
    """What one picture is used for."""

    @allow(Permission.PICTURE_READ)
    @pictures.response(200, PictureUsesSchema)
    def get(self, picture_id: str) -> PictureUses:
        """What stands against its withdrawal, and what would follow."""
        return leaving.uses_of(context(), path_id(picture_id))


@pictures.route("/pictures/<picture_id>/withdraw", methods=["POST"])
@allow(Permission.PICTURE_MANAGE)
@pictures.response(200, PictureSchema)
def withdraw(picture_id: str) -> PictureView:
    """Take it away from everybody, for good: its address answers 410 from then on, also in texts that were
    sent. 409 with `blasts` while texts to many use it that haven’t begun; those that run are paused.
    """
    return leaving.withdraw_picture(context(), path_id(picture_id))
