"""Lists of people: made, filled by files, taken away."""

from __future__ import annotations

import uuid
from typing import Any, BinaryIO, Final, cast

from flask import render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from dialer.domain.access import Permission
from dialer.domain.errors import Conflict, RuleBroken, ValidationFailed
from dialer.services.paging import Page
from dialer.services.people.audience_lists import is_being_filled
from dialer.services.people.import_trial import try_waiting
from dialer.services.people.import_wishes import ImportOptions
from dialer.services.people.imports import list_imports, start_import
from dialer.services.people.lists import (
    ListFields,
    change_list,
    create_list,
    delete_list,
    get_list,
    list_lists,
    list_tags,
)
from dialer.web.coordinator.blueprint import coordinator
from dialer.web.coordinator.confirming import Asking
from dialer.web.coordinator.forms import (
    Answer,
    Faults,
    faults_of,
    go,
    next_address,
    page_asked,
    said,
    same_names,
)
from dialer.web.desk import context
from dialer.web.guard import allow

FIELD_AT: Final = same_names("name", "default_region")
_SHOWN_IMPORTS: Final = Page(20)


@coordinator.get("/lists")
@allow(Permission.LIST_READ)
def lists() -> str:
    """Every list, and the form of a new one."""
    return _lists_page({"name": "", "default_region": context().phones.default_region})


@coordinator.post("/lists")
@allow(Permission.LIST_MANAGE)
def make_list() -> Answer:
    """Make an empty list; a file comes next."""
    try:
        made = create_list(context(), _named(ListFields(default_region=said("default_region").upper())))
    except ValidationFailed as error:
        sent = {"name": said("name"), "default_region": said("default_region")}
        return _lists_page(sent, faults_of(error, FIELD_AT)), 422
    words = gettext("“%(name)s” is made. Bring in a file.", name=made.name)
    return go("coordinator.list_page", words, list_id=made.id)


@coordinator.get("/lists/<uuid:list_id>")
@allow(Permission.LIST_READ)
def list_page(list_id: uuid.UUID) -> str:
    """One list and its files."""
    return _list_page(list_id)


@coordinator.post("/lists/<uuid:list_id>")
@allow(Permission.LIST_MANAGE)
def rename_list(list_id: uuid.UUID) -> Answer:
    """Give a list another name."""
    try:
        change_list(context(), list_id, _named(ListFields()))
    except ValidationFailed as error:
        return _list_page(list_id, faults_of(error, FIELD_AT)), 422
    return go("coordinator.list_page", gettext("Saved."), list_id=list_id)


@coordinator.post("/lists/<uuid:list_id>/imports")
@allow(Permission.IMPORT_RUN)
def upload(list_id: uuid.UUID) -> Answer:
    """Take a file and look at it: its columns are checked before a worker brings it in."""
    file = request.files.get("file")
    if file is None or not file.filename:
        return _list_page(list_id, {"file": gettext("Choose a file first.")}), 422
    stream = cast("BinaryIO", file.stream)
    try:
        started = start_import(context(), list_id, stream, file.filename, ImportOptions(), held=True)
    except RuleBroken as error:
        if error.status != 422:
            raise
        return _list_page(list_id, {"file": error.detail}), 422
    try_waiting(context(), started.id)
    return go("coordinator.import_page", import_id=started.id)


@coordinator.get("/lists/<uuid:list_id>/delete")
@allow(Permission.LIST_MANAGE)
def ask_delete_list(list_id: uuid.UUID) -> str:
    """Ask before a list goes."""
    found = get_list(context(), list_id)
    asking = Asking(
        section="people",
        question=gettext("Take “%(name)s” away?", name=found.name),
        consequence=gettext("Only the list goes. The people stay, with all that they told us."),
        action=url_for("coordinator.take_list_away", list_id=list_id),
        deed=gettext("Take it away"),
        back=url_for("coordinator.list_page", list_id=list_id),
        keep=gettext("Keep it"),
    )
    return render_template("coordinator/confirm.html", asking=asking, values={})


@coordinator.post("/lists/<uuid:list_id>/delete")
@allow(Permission.LIST_MANAGE)
def take_list_away(list_id: uuid.UUID) -> Response:
    """Take a list away, never its people."""
    try:
        delete_list(context(), list_id)
    except Conflict as error:
        return go("coordinator.list_page", error.detail, "bad", list_id=list_id)
    return go("coordinator.lists", gettext("The list is gone. The people stay."))


def _named(fields: ListFields) -> ListFields:
    if not said("name"):
        raise ValidationFailed.at("/name", gettext("Give the list a name."))
    return {**fields, "name": said("name")}


def _lists_page(values: dict[str, Any], errors: Faults | None = None) -> str:
    found = list_lists(context(), page_asked())
    return render_template(
        "coordinator/lists.html",
        lists=found.items,
        next_page=next_address(found, "coordinator.lists"),
        values=values,
        errors=errors or {},
    )


def _list_page(list_id: uuid.UUID, errors: Faults | None = None) -> str:
    ctx = context()
    found = get_list(ctx, list_id)
    tags, exact = list_tags(ctx, list_id)
    return render_template(
        "coordinator/list.html",
        list=found,
        tags=tags,
        tags_exact=exact,
        imports=list_imports(ctx, list_id, _SHOWN_IMPORTS).items,
        filling=is_being_filled(ctx, list_id),
        values={"name": said("name") if request.method == "POST" and "name" in request.form else found.name},
        errors=errors or {},
    )
