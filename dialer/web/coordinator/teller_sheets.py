"""Tellers' sheets: made with where and when, keyed number by number or pasted, beside their photograph."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any, BinaryIO, Final, cast
from zoneinfo import ZoneInfo

from flask import Response, render_template, request, url_for
from flask_babel import gettext, ngettext

from dialer.domain.access import Permission
from dialer.domain.errors import InvalidTransition, PayloadTooLarge, ValidationFailed
from dialer.services.gotv.elections import ElectionView, list_elections
from dialer.services.gotv.mark_review import MarkSearch, list_marks
from dialer.services.gotv.teller_sheets import (
    PHOTO_MOST,
    NewSheet,
    SheetView,
    add_sheet,
    get_sheet,
    key_sheet,
    list_sheets,
    sheet_photo,
    undo_sheet,
)
from dialer.services.gotv.turnout_undo import undo_keyed
from dialer.services.gotv.views import MarkedTurnout
from dialer.web.coordinator.blueprint import coordinator
from dialer.web.coordinator.confirming import Asking
from dialer.web.coordinator.forms import (
    Answer,
    Faults,
    everything,
    faults_of,
    go,
    next_address,
    page_asked,
    said,
    said_or_none,
    same_names,
    wall_time,
)
from dialer.web.coordinator.turnout import numbers_typed, some_of
from dialer.web.desk import context
from dialer.web.guard import allow
from dialer.web.words import time_of_day

_FIELDS: Final = ("polling_district", "station", "from_at", "to_at")
_LINES_SHOWN: Final = 200


@coordinator.get("/turnout/sheets")
@allow(Permission.TURNOUT_REVIEW)
def teller_sheets() -> str:
    """The sheets there are, and the form of another."""
    return _list_page()


@coordinator.post("/turnout/sheets")
@allow(Permission.TURNOUT_REVIEW)
def make_sheet() -> Answer:
    """Make a sheet, then key it."""
    file = request.files.get("photo")
    photo = cast("BinaryIO", file.stream) if file is not None and file.filename else None
    try:
        made = add_sheet(context(), _new_sheet(_current_election()), photo)
    except PayloadTooLarge as error:
        return _list_page({"photo": gettext(error.detail)}), 413
    except ValidationFailed as error:
        return _list_page(faults_of(error, same_names(*_FIELDS, "photo"))), 422
    return go("coordinator.teller_sheet", sheet_id=made.id)


@coordinator.get("/turnout/sheets/<uuid:sheet_id>")
@allow(Permission.TURNOUT_REVIEW)
def teller_sheet(sheet_id: uuid.UUID) -> str:
    """A sheet to be keyed, with what was keyed of it."""
    return _sheet_page(get_sheet(context(), sheet_id))


@coordinator.post("/turnout/sheets/<uuid:sheet_id>")
@allow(Permission.TURNOUT_REVIEW)
def key_teller_sheet(sheet_id: uuid.UUID) -> Answer:
    """Take one number, or many."""
    try:
        done = key_sheet(context(), sheet_id, numbers_typed("numbers"))
    except (ValidationFailed, InvalidTransition) as error:
        faults = faults_of(error, same_names("numbers"))
        return _sheet_page(get_sheet(context(), sheet_id), faults), error.status
    waits = done.unknown or done.held
    return go("coordinator.teller_sheet", _keyed(done), "warn" if waits else "good", sheet_id=sheet_id)


@coordinator.get("/turnout/sheets/<uuid:sheet_id>/photo")
@allow(Permission.TURNOUT_REVIEW)
def teller_sheet_photo(sheet_id: uuid.UUID) -> Response:
    """The photograph, for nobody to keep."""
    found = sheet_photo(context(), sheet_id)
    return Response(found.data, mimetype=found.content_type, headers={"Cache-Control": "private, no-store"})


@coordinator.post("/turnout/sheets/<uuid:sheet_id>/lines/<uuid:mark_id>/undo")
@allow(Permission.TURNOUT_UNDO)
def undo_sheet_line(sheet_id: uuid.UUID, mark_id: uuid.UUID) -> Answer:
    """Take one number back."""
    undo_keyed(context(), sheet_id, mark_id, reason=gettext("Keyed by mistake"))
    return go("coordinator.teller_sheet", gettext("Taken back."), sheet_id=sheet_id)


@coordinator.get("/turnout/sheets/<uuid:sheet_id>/undo")
@allow(Permission.TURNOUT_UNDO)
def ask_undo_sheet(sheet_id: uuid.UUID) -> str:
    """Ask for the reason before a whole sheet goes."""
    return _ask_undo(get_sheet(context(), sheet_id))


@coordinator.post("/turnout/sheets/<uuid:sheet_id>/undo")
@allow(Permission.TURNOUT_UNDO)
def undo_whole_sheet(sheet_id: uuid.UUID) -> Answer:
    """Take a whole sheet back."""
    sheet = get_sheet(context(), sheet_id)
    if not said("reason"):
        return _ask_undo(sheet, {"reason": gettext("Say why: it stays in the history.")}), 422
    undone = undo_sheet(context(), sheet_id, reason=said("reason"))
    words = ngettext("One mark is taken back.", "%(num)s marks are taken back.", undone)
    return go("coordinator.teller_sheets", words)


def _keyed(done: MarkedTurnout) -> str:
    words = [ngettext("One person is marked as voted.", "%(num)s people are marked as voted.", done.accepted)]
    if done.duplicates:
        words.append(ngettext("One was marked before.", "%(num)s were marked before.", done.duplicates))
    if waits := (*done.unknown, *done.held):
        words.append(gettext("Kept for you to look at: %(numbers)s.", numbers=some_of(waits)))
    return " ".join(words)


def _current_election() -> ElectionView:
    ctx = context()
    found: ElectionView = next(
        one for one in everything(lambda page: list_elections(ctx, page)) if one.current
    )
    return found


def _new_sheet(election: ElectionView) -> NewSheet:
    zone = ZoneInfo(election.timezone)
    day = election.polling_on or context().now.astimezone(zone).date()
    start, end = (
        dt.datetime.combine(day, wall_time(name), zone).astimezone(dt.UTC) for name in ("from_at", "to_at")
    )
    return NewSheet(said("polling_district"), start, end, said_or_none("station"), election.id)


def _ask_undo(sheet: SheetView, errors: Faults | None = None) -> str:
    asking = Asking(
        section="polling-day",
        question=gettext("Take back the whole sheet?"),
        consequence=ngettext(
            "The mark keyed from it goes; whoever nobody else has marked is to be reached again.",
            "All %(num)s marks keyed from it go; whoever nobody else has marked is to be reached again.",
            sheet.counted + sheet.waiting,
        ),
        action=url_for("coordinator.undo_whole_sheet", sheet_id=sheet.id),
        deed=gettext("Take it back"),
        back=url_for("coordinator.teller_sheet", sheet_id=sheet.id),
        keep=gettext("Leave it"),
        reason=gettext("It stays in the history."),
    )
    values = {"reason": said("reason")}
    return render_template("coordinator/confirm.html", asking=asking, values=values, errors=errors or {})


def _list_page(errors: Faults | None = None) -> str:
    ctx, election = context(), _current_election()
    sheets = everything(lambda page: list_sheets(ctx, page))
    return render_template(
        "coordinator/teller_sheets.html",
        sheets=[(sheet, _span(sheet, election)) for sheet in reversed(sheets)],
        values={name: said(name) for name in _FIELDS},
        photo_mb=PHOTO_MOST // 1024**2,
        errors=errors or {},
    )


def _sheet_page(sheet: SheetView, errors: Faults | None = None) -> str:
    page = page_asked(_LINES_SHOWN)
    lines = list_marks(context(), MarkSearch(sheet_id=sheet.id), page, latest_first=True)
    values: dict[str, Any] = {"numbers": said("numbers") if errors else ""}
    return render_template(
        "coordinator/teller_sheet.html",
        sheet=sheet,
        span=_span(sheet, _current_election()),
        lines=lines.items,
        more=next_address(lines, "coordinator.teller_sheet", sheet_id=sheet.id),
        values=values,
        errors=errors or {},
    )


def _span(sheet: SheetView, election: ElectionView) -> str:
    start, end = (time_of_day(at, election.timezone) for at in (sheet.from_at, sheet.to_at))
    return str(gettext("%(start)s to %(end)s", start=start, end=end))
