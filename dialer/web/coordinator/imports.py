"""A file on its way into a list: its columns checked, its progress, what came of it, what to mend."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any, Final

from flask import Response as FlaskResponse
from flask import render_template, stream_with_context, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from dialer.domain.access import Permission
from dialer.domain.errors import Conflict, InvalidTransition, NotFound
from dialer.domain.importing.pace import Pace, pace_of
from dialer.services.context import Context
from dialer.services.paging import Page
from dialer.services.people.import_noes import import_noes
from dialer.services.people.import_report import list_rejected, rejected_csv
from dialer.services.people.import_rows import list_known_rows
from dialer.services.people.import_trial import apply_trial, trial_of_waiting
from dialer.services.people.import_undo import undo_import
from dialer.services.people.imports import (
    cancel_import,
    get_import,
)
from dialer.services.people.lists import get_list
from dialer.services.people.views import ImportView
from dialer.web.coordinator.blueprint import coordinator
from dialer.web.coordinator.forms import (
    Faults,
    go,
    next_address,
    page_asked,
    ticked,
)
from dialer.web.coordinator.import_check import to_check
from dialer.web.coordinator.import_mending import rows_to_mend_of
from dialer.web.coordinator.import_wording import said_of
from dialer.web.desk import context
from dialer.web.guard import allow

ROWS_SHOWN: Final = 25


@coordinator.get("/imports/<uuid:import_id>")
@allow(Permission.IMPORT_RUN)
def import_page(import_id: uuid.UUID) -> str:
    """Whatever the import needs now: its columns chosen, patience, or a look at what came of it."""
    return show_import(import_id)


@coordinator.get("/imports/<uuid:import_id>/progress")
@allow(Permission.IMPORT_RUN)
def import_progress(import_id: uuid.UUID) -> FlaskResponse:
    """How far it is, for the page that asks every two seconds; sent to the page itself once it is over."""
    one = get_import(context(), import_id)
    if one.is_over or one.state == "needs_mapping":
        address = url_for("coordinator.import_page", import_id=import_id)
        return FlaskResponse("", headers={"HX-Redirect": address})
    return FlaskResponse(render_template("coordinator/_progress.html", one=one, pace=_pace(one)))


@coordinator.get("/imports/<uuid:import_id>/trial")
@allow(Permission.IMPORT_RUN)
def import_trial(import_id: uuid.UUID) -> str:
    """How far the trial of a file that waits is, for the page that asks every two seconds."""
    trial = trial_of_waiting(context(), import_id)
    return render_template("coordinator/_trial.html", trial=trial, import_id=import_id)


@coordinator.post("/imports/<uuid:import_id>/apply")
@allow(Permission.IMPORT_RUN)
def apply_a_trial(import_id: uuid.UUID) -> Response:
    """Bring the file of a trial in."""
    try:
        started = apply_trial(context(), import_id)
    except Conflict as refused:
        return go("coordinator.import_page", refused.detail, "warn", import_id=import_id)
    return go("coordinator.import_page", import_id=started.id)


@coordinator.post("/imports/<uuid:import_id>/cancel")
@allow(Permission.IMPORT_RUN)
def stop_import(import_id: uuid.UUID) -> Response:
    """Stop it; what is in stays in."""
    try:
        cancel_import(context(), import_id)
    except InvalidTransition:
        words = gettext("It was done before you stopped it.")
        return go("coordinator.import_page", words, "warn", import_id=import_id)
    return go("coordinator.import_page", import_id=import_id)


@coordinator.post("/imports/<uuid:import_id>/undo")
@allow(Permission.IMPORT_RUN)
def undo_an_import(import_id: uuid.UUID) -> Response:
    """Take back what it alone brought."""
    try:
        undo_import(context(), import_id, force=ticked("force"))
    except InvalidTransition:
        words = gettext("That wasn’t possible any more; this is how it stands.")
        return go("coordinator.import_page", words, "warn", import_id=import_id)
    except Conflict as refused:
        words = gettext(
            "Nothing was undone: since then its people were texted or are about to be (texts: %(texts)s), or"
            " were called (calls: %(calls)s). Tick the box to undo it all the same; they stay.",
            texts=refused.extra.get("messages", 0),
            calls=refused.extra.get("calls", 0),
        )
        return go("coordinator.import_page", words, "warn", import_id=import_id)
    return go("coordinator.import_page", import_id=import_id)


@coordinator.get("/imports/<uuid:import_id>/rows-to-mend.csv")
@allow(Permission.IMPORT_RUN)
def rows_to_mend(import_id: uuid.UUID) -> FlaskResponse:
    """Every row with something wrong, its own columns and the reason, to mend and bring in again."""
    ctx = context()
    get_import(ctx, import_id)
    lines = stream_with_context(_after_byte_order_mark(rejected_csv(ctx, import_id)))
    headers = {"Content-Disposition": 'attachment; filename="rows-to-mend.csv"'}
    return FlaskResponse(lines, mimetype="text/csv", headers=headers)


def _after_byte_order_mark(lines: Iterator[str]) -> Iterator[str]:
    """Spreadsheets read UTF-8 only behind the mark; we read it back without."""
    yield "\ufeff"
    yield from lines


def show_import(import_id: uuid.UUID, errors: Faults | None = None) -> str:
    """The page of an import as it stands; `errors` are what is wrong with what was sent."""
    ctx = context()
    one = get_import(ctx, import_id)
    if one.list_id is None:
        raise NotFound  # a list of what must not be contacted has a page of its own
    about: dict[str, Any] = {"one": one, "list": get_list(ctx, one.list_id), "errors": errors or {}}
    if one.state == "needs_mapping":
        about |= to_check(ctx, one)
    elif one.is_over:
        about |= _brought(ctx, one)
    else:
        about["pace"] = _pace(one)
    return render_template("coordinator/import.html", **about)


def _pace(one: ImportView) -> Pace:
    return pace_of(one.counts.rows, one.progress, one.started_at, context().now)


def _brought(ctx: Context, one: ImportView) -> dict[str, Any]:
    page = page_asked(ROWS_SHOWN)
    issues = list_rejected(ctx, one.id, page)
    start = url_for("coordinator.import_page", import_id=one.id)
    return {
        "issues": issues.items,
        "rows": rows_to_mend_of(ctx, one, issues.items),
        "after": ",".join(page.after) if page.after else None,
        "more": next_address(issues, "coordinator.import_page", import_id=one.id),
        "earlier": start if page.after else None,
        "warnings": [said_of(warning) for warning in one.warnings],
        "noes": import_noes(ctx, one.id),
        "repeated": list_known_rows(ctx, one.id, Page(limit=ROWS_SHOWN), "duplicate").items,
        "failure": str((one.error or {}).get("detail", "")),
    }
