"""Marks that need a human: looked at by teller and one by one, counted, matched, moved or dropped."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any, Final

from flask import render_template, request, url_for
from flask_babel import gettext, ngettext

from dialer.domain.access import Permission
from dialer.domain.errors import InvalidTransition, ValidationFailed
from dialer.domain.turnout import MARK_WHYS, UNDONE, WAITING
from dialer.services.context import Context
from dialer.services.gotv.mark_review import (
    MarkSearch,
    MarkView,
    get_mark,
    list_marks,
    possible_people,
    returning,
    waiting_marks,
    waiting_of,
)
from dialer.services.gotv.mark_settling import (
    count_held,
    count_mark,
    drop_mark,
    drop_waiting,
    match_mark,
    move_mark,
)
from dialer.services.gotv.turnout_undo import undo_turnout_by_account
from dialer.services.paging import Page
from dialer.services.people.contacts import ContactSearch, list_contacts
from dialer.web.coordinator.blueprint import coordinator
from dialer.web.coordinator.confirming import Asking
from dialer.web.coordinator.forms import (
    Answer,
    Faults,
    asked,
    faults_of,
    go,
    id_of,
    next_address,
    page_asked,
    said,
    same_names,
)
from dialer.web.coordinator.wording import MARK_WHY
from dialer.web.desk import context
from dialer.web.guard import allow
from dialer.web.words import figure

_ROWS_SHOWN: Final = 50
_FOUND_MOST: Final = 20


@coordinator.get("/turnout/marks")
@allow(Permission.TURNOUT_REVIEW)
def turnout_marks() -> str:
    """Who has marks that wait, and the marks."""
    return _list_page()


@coordinator.get("/turnout/marks/<uuid:mark_id>")
@allow(Permission.TURNOUT_REVIEW)
def turnout_mark(mark_id: uuid.UUID) -> str:
    """One mark, with whom it may be about."""
    return _mark_page(get_mark(context(), mark_id))


@coordinator.post("/turnout/marks/<uuid:mark_id>")
@allow(Permission.TURNOUT_REVIEW)
def find_for_mark(mark_id: uuid.UUID) -> str:
    """Look for whom it is about. Sent as a form, so that no name stands in an address or a log."""
    mark = get_mark(context(), mark_id)
    if not said("q"):
        return _mark_page(mark, {"q": gettext("Type a part of the name, or a number.")})
    found = list_contacts(context(), ContactSearch(q=said("q")), Page(_FOUND_MOST))
    return _mark_page(mark, found=found.items)


@coordinator.post("/turnout/marks/<uuid:mark_id>/count")
@allow(Permission.TURNOUT_REVIEW)
def count_turnout_mark(mark_id: uuid.UUID) -> Answer:
    """Let it count."""
    return _settled(mark_id, count_mark)


@coordinator.post("/turnout/marks/<uuid:mark_id>/match")
@allow(Permission.TURNOUT_REVIEW)
def match_turnout_mark(mark_id: uuid.UUID) -> Answer:
    """Say who it is."""
    contact_id = id_of(said("contact_id"))
    return _settled(mark_id, lambda ctx, mark_id: match_mark(ctx, mark_id, contact_id))


@coordinator.post("/turnout/marks/<uuid:mark_id>/district")
@allow(Permission.TURNOUT_REVIEW)
def move_turnout_mark(mark_id: uuid.UUID) -> Answer:
    """Say in which district it was noted."""
    if not said("polling_district"):
        words = gettext("Say in which district it was noted.")
        return _mark_page(get_mark(context(), mark_id), {"polling_district": words}), 422
    return _settled(mark_id, lambda ctx, mark_id: move_mark(ctx, mark_id, said("polling_district")))


@coordinator.post("/turnout/marks/<uuid:mark_id>/drop")
@allow(Permission.TURNOUT_REVIEW)
def drop_turnout_mark(mark_id: uuid.UUID) -> Answer:
    """Take it for no vote."""
    if not said("reason"):
        words = gettext("Say why: it stays in the history.")
        return _mark_page(get_mark(context(), mark_id), {"reason": words}), 422
    return _settled(mark_id, lambda ctx, mark_id: drop_mark(ctx, mark_id, reason=said("reason")))


@coordinator.post("/turnout/marks/of/<uuid:account_id>/count")
@allow(Permission.TURNOUT_REVIEW)
def count_held_marks(account_id: uuid.UUID) -> Answer:
    """Let all held marks of a teller count."""
    done = count_held(context(), MarkSearch(account_id=account_id))
    counted = ngettext(
        "One mark counts now.", "%(count)s marks count now.", done.marks, count=figure(done.marks)
    )
    people = ngettext(
        "One more person has voted.",
        "%(count)s more people have voted.",
        done.people,
        count=figure(done.people),
    )
    return go("coordinator.turnout_marks", f"{counted} {people}")


@coordinator.get("/turnout/marks/of/<uuid:account_id>/drop")
@allow(Permission.TURNOUT_REVIEW)
def ask_drop_marks(account_id: uuid.UUID) -> str:
    """Ask for the reason before all that waits of a teller is dropped."""
    return _ask_drop(account_id)


@coordinator.post("/turnout/marks/of/<uuid:account_id>/drop")
@allow(Permission.TURNOUT_REVIEW)
def drop_marks(account_id: uuid.UUID) -> Answer:
    """Drop all that waits of a teller."""
    if not said("reason"):
        return _ask_drop(account_id, {"reason": gettext("Say why: it stays in the history.")}), 422
    done = drop_waiting(context(), MarkSearch(account_id=account_id), reason=said("reason"))
    words = ngettext(
        "One mark is dropped.", "%(count)s marks are dropped.", done.marks, count=figure(done.marks)
    )
    return go("coordinator.turnout_marks", words)


@coordinator.get("/turnout/marks/of/<uuid:account_id>/undo")
@allow(Permission.TURNOUT_UNDO)
def ask_undo_marks(account_id: uuid.UUID) -> str:
    """Say how many people would come back, and ask."""
    return _ask_undo(account_id)


@coordinator.post("/turnout/marks/of/<uuid:account_id>/undo")
@allow(Permission.TURNOUT_UNDO)
def undo_marks_of(account_id: uuid.UUID) -> Answer:
    """Take back all that a teller marked."""
    if not said("reason"):
        return _ask_undo(account_id, {"reason": gettext("Say why: it stays in the history.")}), 422
    try:
        done = undo_turnout_by_account(context(), account_id, reason=said("reason"))
    except ValidationFailed as error:
        return _ask_undo(account_id, faults_of(error, same_names("reason"))), 422
    words = ngettext("One mark is taken back.", "%(num)s marks are taken back.", done.undone)
    return go("coordinator.turnout_marks", words)


def _settled(mark_id: uuid.UUID, deed: Callable[[Context, uuid.UUID], MarkView]) -> Answer:
    try:
        mark = deed(context(), mark_id)
    except InvalidTransition as error:
        if error.extra["state"] in WAITING:
            return _mark_page(get_mark(context(), mark_id), faults_of(error, same_names())), error.status
        words = gettext("That wasn’t possible any more; this is how it stands.")
        return go("coordinator.turnout_mark", words, "warn", mark_id=mark_id)
    except ValidationFailed as error:
        return _mark_page(get_mark(context(), mark_id), faults_of(error, same_names("reason"))), 422
    if mark.state in WAITING:
        words = gettext("Kept. It still waits: %(why)s.", why=MARK_WHY[mark.why])
        return go("coordinator.turnout_mark", words, "warn", mark_id=mark_id)
    number = mark.elector_number or ""
    words = (
        gettext("%(number)s is dropped.", number=number)
        if mark.state == UNDONE
        else gettext("%(number)s counts now.", number=number)
    )
    return go("coordinator.turnout_marks", words, **_filters())


def _ask_drop(account_id: uuid.UUID, errors: Faults | None = None) -> str:
    of_author = waiting_of(context(), account_id)
    waits = of_author.states.total()
    asking = Asking(
        section="polling-day",
        question=gettext("Drop all marks of %(name)s that wait?", name=of_author.by_name),
        consequence=ngettext(
            "One mark counts for nobody then. It is kept, with the reason.",
            "%(count)s marks count for nobody then. They are kept, with the reason.",
            waits,
            count=figure(waits),
        ),
        action=url_for("coordinator.drop_marks", account_id=account_id),
        deed=gettext("Drop them"),
        back=url_for("coordinator.turnout_marks"),
        keep=gettext("Leave them"),
        reason=gettext("It stays in the history."),
    )
    return _ask(asking, errors)


def _ask_undo(account_id: uuid.UUID, errors: Faults | None = None) -> str:
    would = returning(context(), account_id)
    name = waiting_of(context(), account_id).by_name
    taken = ngettext(
        "One mark is taken back.", "%(count)s marks are taken back.", would.marks, count=figure(would.marks)
    )
    people = ngettext(
        "One person whom nobody else has marked is to be reached again.",
        "%(count)s people whom nobody else has marked are to be reached again.",
        would.people,
        count=figure(would.people),
    )
    asking = Asking(
        section="polling-day",
        question=gettext("Take back everything that %(name)s marked?", name=name),
        consequence=f"{taken} {people}",
        action=url_for("coordinator.undo_marks_of", account_id=account_id),
        deed=gettext("Take them back"),
        back=url_for("coordinator.turnout_marks"),
        keep=gettext("Leave them"),
        reason=gettext("It stays in the history."),
    )
    return _ask(asking, errors)


def _ask(asking: Asking, errors: Faults | None) -> str:
    values = {"reason": said("reason")}
    return render_template("coordinator/confirm.html", asking=asking, values=values, errors=errors or {})


def _filters() -> dict[str, Any]:
    """Which marks the address asks for; what isn't one of its choices asks for nothing."""
    given = {"account_id": asked("account_id"), "why": asked("why") if asked("why") in MARK_WHYS else ""}
    return {name: value for name, value in given.items() if value}


def _list_page() -> str:
    ctx, filters = context(), _filters()
    account_id = id_of(filters["account_id"]) if "account_id" in filters else None
    search = MarkSearch(states=WAITING, why=filters.get("why"), account_id=account_id)
    page = page_asked(_ROWS_SHOWN)
    found = list_marks(ctx, search, page)
    return render_template(
        "coordinator/turnout_marks.html",
        authors=waiting_marks(ctx),
        rows=found.items,
        filters=filters,
        why_choices=[("", gettext("Any reason")), *((why, MARK_WHY[why]) for why in MARK_WHYS)],
        more=next_address(found, "coordinator.turnout_marks", _anchor="marks", **filters),
        earlier=url_for("coordinator.turnout_marks", _anchor="marks", **filters) if page.after else None,
    )


def _mark_page(mark: MarkView, errors: Faults | None = None, found: Any = None) -> str:
    waits = mark.state in WAITING
    return render_template(
        "coordinator/turnout_mark.html",
        mark=mark,
        waits=waits,
        found=found,
        possible=possible_people(context(), mark.id) if waits and found is None else [],
        values={name: said(name) for name in ("q", "polling_district", "reason")},
        errors=errors or {},
        filters=_filters(),
        here=request.path,
    )
