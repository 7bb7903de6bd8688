"""Tables to be taken away: asked for, watched while they are written, and downloaded while they are there."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from flask import Response as FlaskResponse
from flask import render_template, url_for
from flask_babel import gettext

from dialer.domain.access import Permission
from dialer.domain.errors import ValidationFailed
from dialer.domain.export import EXPORT_FORMATS, EXPORT_KINDS, MEDIA_TYPES
from dialer.services.calling.campaigns import list_campaigns
from dialer.services.exporting.exports import list_exports, start_export, take_export
from dialer.services.exporting.tables import Wanted
from dialer.services.people.lists import list_lists
from dialer.web.coordinator.blueprint import coordinator
from dialer.web.coordinator.forms import (
    Answer,
    Faults,
    asked,
    choices,
    chosen_id,
    everything,
    faults_of,
    go,
    next_address,
    page_asked,
    said,
    same_names,
)
from dialer.web.coordinator.wording import EXPORT_FORMAT, EXPORT_KIND
from dialer.web.desk import context
from dialer.web.downloads import private_file
from dialer.web.guard import allow

_FIELD_AT: Final = same_names("kind", "format", "campaign_id", "list_id")
_BYTE_ORDER_MARK: Final = "\ufeff".encode()
_ASKED: Final = ("kind", "format", "campaign_id", "list_id")


@coordinator.get("/exports")
@allow(Permission.EXPORT_RUN)
def exports() -> str:
    """Every export, newest first, and the form for a new one."""
    return _page({name: asked(name) for name in _ASKED})


@coordinator.get("/exports/rows")
@allow(Permission.EXPORT_RUN)
def export_rows() -> FlaskResponse:
    """The table alone, for the page that asks every two seconds; the page itself once all is written."""
    found = list_exports(context(), page_asked())
    if all(one.is_over for one in found.items):
        return FlaskResponse("", headers={"HX-Redirect": url_for("coordinator.exports")})
    return FlaskResponse(render_template("coordinator/_exports.html", exports=found.items))


@coordinator.post("/exports")
@allow(Permission.EXPORT_RUN)
def make_export() -> Answer:
    """Have a table written."""
    try:
        kind, of = _one_of("kind", EXPORT_KINDS), _one_of("format", EXPORT_FORMATS)
        start_export(context(), Wanted(kind, chosen_id("campaign_id"), chosen_id("list_id")), of)
    except ValidationFailed as error:
        return _page({name: said(name) for name in _ASKED}, faults_of(error, _FIELD_AT)), 422
    return go("coordinator.exports", gettext("It’s being written. The file will be here in a moment."))


@coordinator.get("/exports/<uuid:export_id>/file")
@allow(Permission.EXPORT_RUN)
def export_file(export_id: UUID) -> FlaskResponse:
    """The file. Spreadsheets read UTF-8 only behind its mark: CSV gets it here, and we read back without."""
    view, file = take_export(context(), export_id)
    before = _BYTE_ORDER_MARK if view.format == "csv" else b""
    return private_file(file, view.filename, MEDIA_TYPES[view.format], before=before)


def _one_of(name: str, words: tuple[str, ...]) -> str:
    if said(name) not in words:
        raise ValidationFailed.at(f"/{name}", gettext("Choose one of these."))
    return said(name)


def _page(values: dict[str, str], errors: Faults | None = None) -> str:
    ctx = context()
    found = list_exports(ctx, page_asked())
    anything = gettext("Everything")
    return render_template(
        "coordinator/exports.html",
        exports=found.items,
        next_page=next_address(found, "coordinator.exports"),
        under_way=any(not one.is_over for one in found.items),
        values=values,
        errors=errors or {},
        kinds=[(kind, str(EXPORT_KIND[kind])) for kind in EXPORT_KINDS],
        formats=[(of, str(EXPORT_FORMAT[of])) for of in EXPORT_FORMATS],
        lists=choices(everything(lambda page: list_lists(ctx, page)), anything),
        campaigns=choices(everything(lambda page: list_campaigns(ctx, page)), anything),
    )
