"""Pictures in texts: uploaded, looked at, retired."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import BinaryIO, cast

from flask import render_template, request, url_for
from flask_babel import gettext, ngettext

from dialer.domain.access import Permission
from dialer.domain.errors import Conflict, PayloadTooLarge, ValidationFailed
from dialer.domain.picture import SIZE_MOST
from dialer.services.messaging.picture_leaving import PictureUses, uses_of, withdraw_picture
from dialer.services.messaging.pictures import (
    add_picture,
    get_picture,
    list_pictures,
    may_retire,
    retire_picture,
)
from dialer.web.coordinator.blueprint import coordinator
from dialer.web.coordinator.confirming import Asking
from dialer.web.coordinator.forms import Answer, Faults, everything, faults_of, go, said, same_names
from dialer.web.desk import context
from dialer.web.guard import allow
from dialer.web.words import figure


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


@coordinator.get("/pictures/<uuid:picture_id>/withdraw")
@allow(Permission.PICTURE_MANAGE)
def ask_withdraw_picture(picture_id: uuid.UUID) -> Answer:
    """Say what would follow, and ask; where texts use it that haven't begun, name them instead."""
    ctx = context()
    found, uses = get_picture(ctx, picture_id), uses_of(ctx, picture_id)
    if found.gone_at is not None:
        return go("coordinator.pictures", gettext("It was taken away already."), "warn")
    if uses.stands_against:
        return render_template("coordinator/picture_used.html", picture=found, uses=uses), 409
    asking = Asking(
        section="texts",
        question=gettext("Take “%(name)s” away from everybody?", name=found.name),
        consequence=" ".join(_consequences(uses)),
        action=url_for("coordinator.withdraw_a_picture", picture_id=picture_id),
        deed=gettext("Take it away"),
        back=url_for("coordinator.pictures"),
        keep=gettext("Leave it"),
    )
    return render_template("coordinator/confirm.html", asking=asking, values={})


@coordinator.post("/pictures/<uuid:picture_id>/withdraw")
@allow(Permission.PICTURE_MANAGE)
def withdraw_a_picture(picture_id: uuid.UUID) -> Answer:
    """Take it away."""
    try:
        gone = withdraw_picture(context(), picture_id)
    except Conflict:
        return ask_withdraw_picture(picture_id)
    return go("coordinator.pictures", gettext("“%(name)s” is gone. Its address says so.", name=gone.name))


def _consequences(uses: PictureUses) -> Iterator[str]:
    yield gettext("It is deleted for good, and its address says that it is gone.")
    if uses.texts:
        yield ngettext(
            "One text was sent with it: a link in it leads to nothing from then on.",
            "%(count)s texts were sent with it: links in them lead to nothing from then on.",
            uses.texts,
            count=figure(uses.texts),
        )
    if uses.waiting:
        yield ngettext(
            "One other text that waits with it is left out.",
            "%(count)s other texts that wait with it are left out.",
            uses.waiting,
            count=figure(uses.waiting),
        )
    yield gettext("Texts that the carrier has already may still show it, or fail without it.")
    if uses.going:
        yield gettext(
            "What still runs is paused, and can’t go on: %(names)s.",
            names=", ".join(f"“{one.name}”" for one in uses.going),
        )


def _page(name: str, errors: Faults | None = None) -> str:
    return render_template(
        "coordinator/pictures.html",
        pictures=everything(lambda page: list_pictures(context(), page)),
        put_away=everything(lambda page: list_pictures(context(), page, retired=True)),
        may_retire=lambda picture: may_retire(context(), picture.made_by),
        name=name,
        errors=errors or {},
        largest_kb=SIZE_MOST // 1024,
    )
