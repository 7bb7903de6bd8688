"""A file on its way into a list: its columns checked, its progress, what came of it, what to mend."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from flask import Response as FlaskResponse
from flask import render_template, request, stream_with_context, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from dialer.domain.access import Permission
from dialer.domain.errors import Conflict, InvalidTransition, NotFound, ValidationFailed
from dialer.domain.importing.fields import CUSTOM, FIELDS, IGNORE, custom_field
from dialer.services.context import Context
from dialer.services.paging import Page
from dialer.services.people.import_noes import import_noes
from dialer.services.people.import_report import list_rejected, rejected_csv
from dialer.services.people.import_rows import list_known_rows
from dialer.services.people.import_undo import undo_import
from dialer.services.people.imports import (
    cancel_import,
    get_import,
    import_columns,
    set_mapping,
)
from dialer.services.people.lists import get_list
from dialer.services.people.views import ColumnView, ImportView
from dialer.web.coordinator.blueprint import coordinator
from dialer.web.coordinator.forms import (
    WHOLE_FORM,
    Answer,
    Faults,
    faults_of,
    go,
    next_address,
    page_asked,
    said,
    ticked,
)
from dialer.web.coordinator.wording import IMPORT_FIELD, IMPORT_QUESTION
from dialer.web.desk import context
from dialer.web.guard import allow

_ROWS_SHOWN: Final = 25
_SURE: Final = 0.9


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    """A column as the page asks about it."""

    header: str
    samples: tuple[str, ...]
    chosen: str
    sure: str
    choices: list[tuple[str, str]]


@coordinator.get("/imports/<uuid:import_id>")
@allow(Permission.IMPORT_RUN)
def import_page(import_id: uuid.UUID) -> str:
    """Whatever the import needs now: its columns chosen, patience, or a look at what came of it."""
    return _page(import_id)


@coordinator.get("/imports/<uuid:import_id>/progress")
@allow(Permission.IMPORT_RUN)
def import_progress(import_id: uuid.UUID) -> FlaskResponse:
    """How far it is, for the page that asks every two seconds; sent to the page itself once it is over."""
    one = get_import(context(), import_id)
    if one.is_over or one.state == "needs_mapping":
        address = url_for("coordinator.import_page", import_id=import_id)
        return FlaskResponse("", headers={"HX-Redirect": address})
    return FlaskResponse(render_template("coordinator/_progress.html", one=one))


@coordinator.post("/imports/<uuid:import_id>/mapping")
@allow(Permission.IMPORT_RUN)
def map_columns(import_id: uuid.UUID) -> Answer:
    """Choose what the columns are, and let it go on."""
    ctx = context()
    chosen = {column.key: said(f"column-{index}") or IGNORE for index, column in _numbered(ctx, import_id)}
    if not _names_anybody(chosen.values()):
        words = gettext("Choose the column that holds the phone, the email or the elector number.")
        return _page(import_id, {"column-0": words}), 422
    try:
        set_mapping(ctx, import_id, chosen, ticked("has_header"))
    except InvalidTransition:
        return go("coordinator.import_page", import_id=import_id)
    except ValidationFailed as error:
        return _page(import_id, faults_of(error, {"": "column-0"}) or {WHOLE_FORM: error.detail}), 422
    return go("coordinator.import_page", import_id=import_id)


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
            "Nothing was undone: since then its people got %(texts)s texts and %(calls)s calls. Tick the box"
            " to undo it all the same; they stay.",
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


def _numbered(ctx: Context, import_id: uuid.UUID) -> list[tuple[int, ColumnView]]:
    return list(enumerate(import_columns(ctx, import_id)))


def _names_anybody(fields: Any) -> bool:
    return bool({"phone", "email", "elector_number", "external_id"} & set(fields))


def _page(import_id: uuid.UUID, errors: Faults | None = None) -> str:
    ctx = context()
    one = get_import(ctx, import_id)
    if one.list_id is None:
        raise NotFound
    about: dict[str, Any] = {"one": one, "list": get_list(ctx, one.list_id), "errors": errors or {}}
    if one.state == "needs_mapping":
        about |= _to_check(ctx, one)
    elif one.is_over:
        about |= _brought(ctx, one)
    return render_template("coordinator/import.html", **about)


def _to_check(ctx: Context, one: ImportView) -> dict[str, Any]:
    posted = request.method == "POST"
    columns = [_choice(index, column, one, posted=posted) for index, column in _numbered(ctx, one.id)]
    return {
        "columns": columns,
        "why": IMPORT_QUESTION[one.question or "no_phone"],
        "has_header": ticked("has_header") if posted else one.question != "header",
    }


def _choice(index: int, column: ColumnView, one: ImportView, *, posted: bool) -> ColumnChoice:
    guess = column.field or IGNORE
    own = guess if guess.startswith(CUSTOM) else custom_field(column.header or str(index + 1))
    words = gettext("Keep as “%(name)s”", name=own.removeprefix(CUSTOM))
    options = [(field, str(IMPORT_FIELD[field])) for field in FIELDS if field != IGNORE]
    return ColumnChoice(
        header=column.header,
        samples=tuple(column.samples),
        chosen=said(f"column-{index}") if posted else guess,
        sure=_sureness(guess, column.confidence, one),
        choices=[*options, (own, words), (IGNORE, str(IMPORT_FIELD[IGNORE]))],
    )


def _sureness(guess: str, confidence: float, one: ImportView) -> str:
    if guess == IGNORE or guess.startswith(CUSTOM):
        return "unknown"
    doubtful = guess == "phone" and one.question == "two_phones"
    return "check" if doubtful or confidence < _SURE else "sure"


def _brought(ctx: Context, one: ImportView) -> dict[str, Any]:
    page = page_asked(_ROWS_SHOWN)
    issues = list_rejected(ctx, one.id, page)
    start = url_for("coordinator.import_page", import_id=one.id)
    return {
        "issues": issues.items,
        "more": next_address(issues, "coordinator.import_page", import_id=one.id),
        "earlier": start if page.after else None,
        "warnings": [_warning(warning) for warning in one.warnings],
        "noes": import_noes(ctx, one.id),
        "repeated": list_known_rows(ctx, one.id, Page(limit=_ROWS_SHOWN), "duplicate").items,
        "failure": str((one.error or {}).get("detail", "")),
    }


def _warning(warning: Mapping[str, Any]) -> str:
    """A warning in the reader's language; one that we have no words for speaks for itself."""
    count = int(warning.get("count", 0))
    named = ", ".join(warning.get("columns", ()))
    sentences = {
        "second_columns": lambda: gettext(
            "Kept under their own names, as another column is nearer: %(columns)s", columns=named
        ),
        "unlike_columns": lambda: gettext(
            "Kept under their own names, as their cells hold something else: %(columns)s", columns=named
        ),
        "guessed_columns": lambda: gettext(
            "Recognised only by what they hold; please check them: %(columns)s", columns=named
        ),
        "mended_numbers": lambda: ngettext(
            "One number had lost its leading zero. We put it back.",
            "%(num)s numbers had lost their leading zero. We put it back.",
            count,
        ),
        "unread_values": lambda: ngettext(
            "One date, score or choice couldn’t be understood and was left out.",
            "%(num)s dates, scores or choices couldn’t be understood and were left out.",
            count,
        ),
        "renumbered": lambda: ngettext(
            "One elector number was somebody else’s before. The two people are kept apart.",
            "%(num)s elector numbers were somebody else’s before. The people are kept apart.",
            count,
        ),
        "gone_electors": lambda: ngettext(
            "One person is gone from the register. They stay in their lists, as moved.",
            "%(num)s people are gone from the register. They stay in their lists, as moved.",
            count,
        ),
        "unknown_gone": lambda: ngettext(
            "One row takes somebody off the register who isn’t here. Nobody was brought in for it.",
            "%(num)s rows take people off the register who aren’t here. Nobody was brought in for them.",
            count,
        ),
    }
    say = sentences.get(str(warning.get("code")))
    return str(say()) if say else str(warning.get("detail", ""))
