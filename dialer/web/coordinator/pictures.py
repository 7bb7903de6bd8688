"""Pictures in texts: uploaded, looked at, retired."""

from __future__ import annotations

import uuid
from typing import BinaryIO, cast

from flask import render_template, request
from flask_babel import gettext

from dialer.domain.access import Permission
from dialer.domain.errors import PayloadTooLarge, ValidationFailed
from dialer.domain.picture import SIZE_MOST
from dialer.services.messaging.pictures import add_picture, list_pictures, may_retire, retire_picture
from dialer.web.coordinator.blueprint import coordinator
from dialer.web.coordinator.forms import Answer, Faults, everything, faults_of, go, said, same_names
from dialer.web.desk import context
from dialer.web.guard import allow


@coordinator.get("/pictures")
@allow(Permission.PICTURE_READ)
def pictures() -> str:
    """Every picture that may be used, and the form of another."""
    return _page("")


@coordinator.post("/pictures")
@allow(Permission.PICTURE_MANAGE)
def keep_picture() -> Answer:
    """Keep a file, without what it tells of whoever took it."""
    file = request.files.get("file")
    if file is None or not file.filename:
        return _page(said("name"), {"file": gettext("Choose a file first.")}), 422
    try:
        made, new = add_picture(context(), cast("BinaryIO", file.stream), said("name"))
    except PayloadTooLarge as error:
        return _page(said("name"), {"file": error.detail}), 413
    except ValidationFailed as error:
        return _page(said("name"), faults_of(error, same_names("name", "file"))), 422
    if new:
        return go("coordinator.pictures", gettext("“%(name)s” is kept.", name=made.name))
    return go("coordinator.pictures", gettext("It was there already, as “%(name)s”.", name=made.name))


@coordinator.post("/pictures/<uuid:picture_id>/retire")
@allow(Permission.PICTURE_MANAGE)
def put_picture_away(picture_id: uuid.UUID) -> Answer:
    """Offer it no more."""
    gone = retire_picture(context(), picture_id)
    words = gettext("“%(name)s” is offered no more. Texts that lead to it still do.", name=gone.name)
    return go("coordinator.pictures", words)


def _page(name: str, errors: Faults | None = None) -> str:
    return render_template(
        "coordinator/pictures.html",
        pictures=everything(lambda page: list_pictures(context(), page)),
        may_retire=lambda picture: may_retire(context(), picture.made_by),
        name=name,
        errors=errors or {},
        largest_kb=SIZE_MOST // 1024,
    )
