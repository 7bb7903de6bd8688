"""Numbers looked for, bought and given back."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import asdict

from flask import render_template
from flask_babel import gettext

from dialer.domain.access import Permission
from dialer.domain.errors import Conflict, NotFound, RateLimited, ValidationFailed
from dialer.domain.number_notes import CALLER_ID
from dialer.domain.own_numbers import KINDS
from dialer.services.messaging.number_orders import Looked, Order, ask_to_buy, ask_to_release, ask_to_search
from dialer.services.messaging.number_tasks import TaskView, get_task
from dialer.web.coordinator.blueprint import coordinator
from dialer.web.coordinator.forms import Answer, asked, go, id_of, said, ticked
from dialer.web.coordinator.number_notes import rules_for
from dialer.web.coordinator.number_wording import FIELD, KIND, outcome
from dialer.web.coordinator.numbers import being_asked, the_number
from dialer.web.desk import context
from dialer.web.guard import allow

_FIRST: Mapping[str, object] = {
    "kind": "local",
    "contains": "",
    "area_code": "",
    "sms": False,
    "voice": False,
}


@coordinator.get("/numbers/search")
@allow(Permission.SENDER_MANAGE)
def search_numbers() -> Answer:
    """The form, and what was found."""
    if not asked("search"):
        return _page(None, {**_FIRST, "country": context().phones.home or "GB"})
    found = _search(id_of(asked("search")))
    return _page(found, found.asked)


@coordinator.post("/numbers/search")
@allow(Permission.SENDER_MANAGE)
def begin_search() -> Answer:
    """Have the carrier say what can be had."""
    looked = Looked(
        country=said("country"),
        kind=said("kind"),
        contains=said("contains"),
        area_code=said("area_code"),
        sms=ticked("sms"),
        voice=ticked("voice"),
    )
    try:
        task = ask_to_search(context(), looked)
    except ValidationFailed as error:
        return _page(None, asdict(looked), _errors(error)), 422
    return go("coordinator.search_numbers", search=task.id)


@coordinator.post("/numbers/buy")
@allow(Permission.SENDER_MANAGE)
def buy_number() -> Answer:
    """Buy one that was found, with its last figures typed; Enter only keeps what is filled in."""
    search = id_of(said("search"))
    sids = {name: said(name) for name in ("address_sid", "bundle_sid")}
    if said("keep"):
        found = _search(search)
        return _page(found, found.asked, None, {**sids, "number": said("number")})
    try:
        ask_to_buy(context(), Order(search, said("number"), said("confirm"), **sids))
    except ValidationFailed as error:
        found, wrong = _search(search), _errors(error)
        if "number" in wrong:
            wrong = {"number": gettext("Choose one of the numbers that were found.")}
        return _page(found, found.asked, wrong, {**sids, "number": said("number")}), 422
    except RateLimited:
        words = gettext("So many numbers were bought in 24 hours that no more may be (numbers.most_a_day).")
        return go("coordinator.numbers", words, "warn")
    except Conflict:
        words = gettext("That was looked for more than an hour ago. Look again what can be had.")
        return go("coordinator.search_numbers", words, "warn")
    return go("coordinator.numbers", being_asked())


@coordinator.post("/numbers/release")
@allow(Permission.SENDER_MANAGE)
def release_number() -> Answer:
    """Give one back, with its last figures typed; Enter gives nothing back."""
    if said("keep"):
        return go("coordinator.numbers")
    try:
        ask_to_release(context(), the_number(), said("confirm"))
    except ValidationFailed as error:
        return go("coordinator.numbers", next(iter(_errors(error).values())), "bad")
    except Conflict as error:
        if waiting := error.extra.get("waiting"):
            words = gettext("Texts still wait to go out from it (%(count)s).", count=waiting)
            return go("coordinator.numbers", words, "bad")
        using = error.extra.get("used_by")
        names = ", ".join(map(str, using)) if isinstance(using, list) else ""
        words = gettext("It is still used by %(names)s. Take it out there first.", names=names)
        return go("coordinator.numbers", words, "bad")
    return go("coordinator.numbers", being_asked())


def _search(search_id: uuid.UUID) -> TaskView:
    found = get_task(context(), search_id)
    if found.kind != "search":
        raise NotFound
    return found


def _errors(error: ValidationFailed) -> dict[str, str]:
    """What is wrong by field, in the reader's language."""
    fields = [fault.pointer.removeprefix("/") for fault in error.errors]
    return {field: str(FIELD[field]) for field in fields}


def _page(
    found: TaskView | None,
    values: Mapping[str, object],
    errors: Mapping[str, str] | None = None,
    order: Mapping[str, str] | None = None,
) -> str:
    country, kind = str(values["country"]), str(values["kind"])
    return render_template(
        "coordinator/number_search.html",
        search=found,
        values=values,
        errors=errors or {},
        order=order or {},
        kinds=[(name, KIND[name]) for name in KINDS],
        outcome=outcome(found) if found else "",
        rules=rules_for([country], [kind, CALLER_ID]) if len(country) == 2 else [],
    )
