"""Do not contact: registers and their age, numbers looked up, added and lifted, lists brought in."""

from __future__ import annotations

import uuid
from typing import Any, BinaryIO, Final, cast

from flask import Response as FlaskResponse
from flask import render_template, request, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from dialer.domain.access import Permission
from dialer.domain.errors import Conflict, InvalidTransition, NotFound, RuleBroken, ValidationFailed
from dialer.domain.importing.pace import Pace, pace_of
from dialer.domain.people import SUPPRESSION_REASONS
from dialer.domain.suppressing import PREFERENCE_REGISTERS, channels_barred
from dialer.services.paging import Page
from dialer.services.people.import_report import list_rejected
from dialer.services.people.import_undo import undo_import
from dialer.services.people.imports import cancel_import, get_import
from dialer.services.people.registers import registers, standing_counts, unfit_registers
from dialer.services.people.suppression_imports import (
    BarringOptions,
    list_suppression_imports,
    start_suppression_import,
)
from dialer.services.people.suppressions import NewSuppression, add_suppression, delete_suppression
from dialer.services.people.views import ImportView
from dialer.services.people.why_out import Place, reach_of_place
from dialer.web.coordinator.blueprint import coordinator
from dialer.web.coordinator.contacts import consent_said
from dialer.web.coordinator.forms import (
    Answer,
    Faults,
    day_or_none,
    faults_of,
    go,
    said,
    said_or_none,
    ticked,
)
from dialer.web.coordinator.import_wording import said_of
from dialer.web.coordinator.wording import LISTED
from dialer.web.desk import context
from dialer.web.guard import allow

_SHOWN: Final = Page(10)
_REJECTED_SHOWN: Final = Page(25)
_UPLOAD_FIELDS: Final = {
    "/options/dated": "dated",
    "/options/replace": "replace",
    "/options/sheet": "file",
    "/options": "file",
}
_ADD_FIELDS: Final = {"/number": "place", "/email": "place", "/channels": "place", "/reason": "reason"}


@coordinator.get("/suppressions")
@allow(Permission.SUPPRESSION_READ)
def suppressions() -> str:
    """Registers with their age, what else is barred, and the forms."""
    return _page()


@coordinator.post("/suppressions/look")
@allow(Permission.SUPPRESSION_READ)
def look_up() -> Answer:
    """Say whether a number or address can be contacted. Sent as a form: neither stands in an address."""
    if not said("q"):
        return _page(errors={"q": gettext("Type a number or an email address.")}), 422
    sought = {"email": said("q")} if "@" in said("q") else {"number": said("q")}
    try:
        return _page(place=reach_of_place(context(), **sought))
    except ValidationFailed:
        return _page(errors={"q": gettext("We can’t read that as a phone number or an email address.")}), 422


@coordinator.post("/suppressions/add")
@allow(Permission.SUPPRESSION_MANAGE)
def bar() -> Answer:
    """Bar one number or address."""
    place, reason = said("place"), said("reason")
    if reason not in SUPPRESSION_REASONS:
        return _page(errors={"reason": gettext("Choose why.")}), 422
    of_place = {"email"} if "@" in place else {"sms", "voice"}
    wanted = NewSuppression(
        channels=[channel for channel in channels_barred(reason) if channel in of_place],
        reason=reason,
        number=None if "@" in place else place,
        email=place if "@" in place else None,
        note=said_or_none("note"),
    )
    try:
        add_suppression(context(), wanted)
    except ValidationFailed as error:
        return _page(errors=faults_of(error, _ADD_FIELDS)), 422
    return go("coordinator.suppressions", gettext("Saved. It holds at once, in every campaign."))


@coordinator.post("/suppressions/imports")
@allow(Permission.SUPPRESSION_MANAGE)
def upload_suppressions() -> Answer:
    """Take a list; a worker bars what is on it."""
    file = request.files.get("file")
    if file is None or not file.filename:
        return _page(errors={"file": gettext("Choose a file first.")}), 422
    try:
        started = start_suppression_import(
            context(), cast("BinaryIO", file.stream), file.filename, _upload_options()
        )
    except RuleBroken as error:
        if error.status != 422:
            raise
        faults = faults_of(error, _UPLOAD_FIELDS) if isinstance(error, ValidationFailed) else {}
        return _page(errors=faults or {"file": error.detail}), 422
    return go("coordinator.suppression_import", import_id=started.id)


def _upload_options() -> BarringOptions:
    if said("listed") not in SUPPRESSION_REASONS:
        raise ValidationFailed.at("/options", gettext("Choose why they must not be contacted."))
    options = BarringOptions(reason=said("listed"), replace=ticked("replace"))
    if dated := day_or_none("dated"):
        options["dated"] = dated
    elif said("listed") in PREFERENCE_REGISTERS:
        words = gettext("Which day? A list of TPS or CTPS may be relied on for 28 days from then.")
        raise ValidationFailed.at("/options/dated", words)
    return options


@coordinator.get("/suppressions/imports/<uuid:import_id>")
@allow(Permission.IMPORT_RUN)
def suppression_import(import_id: uuid.UUID) -> str:
    """How far a list is, and what came of it."""
    ctx = context()
    one = get_import(ctx, import_id)
    if one.suppressions is None:
        raise NotFound
    issues = list_rejected(ctx, import_id, _REJECTED_SHOWN).items if one.is_over else ()
    return render_template(
        "coordinator/suppression_import.html", one=one, issues=issues, pace=_pace(one), said_of=said_of
    )


def _pace(one: ImportView) -> Pace:
    return pace_of(one.counts.rows, one.progress, one.started_at, context().now)


@coordinator.get("/suppressions/imports/<uuid:import_id>/progress")
@allow(Permission.IMPORT_RUN)
def suppression_progress(import_id: uuid.UUID) -> FlaskResponse:
    """How far it is, for the page that asks every two seconds; sent to the page itself once it is over."""
    one = get_import(context(), import_id)
    if one.is_over:
        address = url_for("coordinator.suppression_import", import_id=import_id)
        return FlaskResponse("", headers={"HX-Redirect": address})
    return FlaskResponse(render_template("coordinator/_progress.html", one=one, pace=_pace(one)))


@coordinator.post("/suppressions/imports/<uuid:import_id>/cancel")
@allow(Permission.IMPORT_RUN)
def stop_suppression_import(import_id: uuid.UUID) -> Response:
    """Stop it; what is barred stays barred."""
    try:
        cancel_import(context(), import_id)
    except RuleBroken as error:
        if error.status != 409:
            raise
    return go("coordinator.suppression_import", import_id=import_id)


@coordinator.post("/suppressions/imports/<uuid:import_id>/undo")
@allow(Permission.IMPORT_RUN)
def undo_suppression_import(import_id: uuid.UUID) -> Response:
    """Take back what it alone barred; said first, where people could be contacted again by that."""
    try:
        undo_import(context(), import_id, force=ticked("force"))
    except InvalidTransition:
        words = gettext("That wasn’t possible any more; this is how it stands.")
        return go("coordinator.suppression_import", words, "warn", import_id=import_id)
    except Conflict as refused:
        return go("coordinator.suppression_import", _not_undone(refused), "warn", import_id=import_id)
    return go("coordinator.suppression_import", import_id=import_id)


def _not_undone(refused: Conflict) -> str:
    people = refused.extra.get("people")
    own: str = gettext("People asked for this themselves, so the list stays. Lift what is wrong one by one.")
    if people is None:
        return own
    words: str = ngettext(
        "Nothing was undone: %(num)s person could be called or texted again. Tick the box if that is right.",
        "Nothing was undone: %(num)s people could be called or texted again. Tick the box if that is right.",
        people,
    )
    return words


@coordinator.get("/suppressions/<uuid:suppression_id>/lift")
@allow(Permission.SUPPRESSION_MANAGE)
def ask_lift_suppression(suppression_id: uuid.UUID) -> str:
    """Ask for the reason before a number may be contacted again."""
    return _lift_page(suppression_id)


@coordinator.post("/suppressions/<uuid:suppression_id>/lift")
@allow(Permission.SUPPRESSION_MANAGE)
def lift_suppression(suppression_id: uuid.UUID) -> Answer:
    """Lift it, with the reason; what somebody said themselves only with newer consent."""
    try:
        if not said("reason"):
            raise ValidationFailed.at("/reason", gettext("Say why: it stays in the history."))
        delete_suppression(context(), suppression_id, said("reason"), consent_said())
    except RuleBroken as error:
        if error.status == 404:
            raise
        return _lift_page(suppression_id, _lift_faults(error)), error.status
    return go("coordinator.suppressions", gettext("Lifted."))


def _lift_faults(error: RuleBroken) -> Faults:
    if error.status == 409:
        words = gettext(
            "They said no themselves. It is lifted only when they have agreed since: say where and when."
        )
        return {"consent_source": words}
    names = ("reason", "consent_source", "consent_at")
    return faults_of(error, {f"/{name}": name for name in names})


def _lift_page(suppression_id: uuid.UUID, errors: Faults | None = None) -> str:
    names = ("reason", "consent_source", "consent_at")
    return render_template(
        "coordinator/lift_suppression.html",
        action=url_for("coordinator.lift_suppression", suppression_id=suppression_id),
        values={name: said(name) for name in names},
        errors=errors or {},
    )


def _page(place: Place | None = None, errors: Faults | None = None) -> str:
    ctx = context()
    reasons = [(reason, LISTED[reason]) for reason in SUPPRESSION_REASONS]
    about: dict[str, Any] = {
        "registers": registers(ctx),
        "unfit": unfit_registers(ctx),
        "counts": standing_counts(ctx),
        "imports": list_suppression_imports(ctx, _SHOWN).items,
        "place": place,
        "reasons": [("", gettext("Choose")), *reasons],
        "values": {name: said(name) for name in ("q", "place", "reason", "note", "listed", "dated")},
        "errors": errors or {},
    }
    return render_template("coordinator/suppressions.html", **about)
