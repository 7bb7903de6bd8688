"""Elections: their day and hours, and which one we are in."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from typing import Any, Final

from flask import render_template
from flask_babel import gettext
from werkzeug.wrappers import Response

from dialer.domain.access import Permission
from dialer.domain.errors import ValidationFailed
from dialer.domain.timetable import KINDS, NATIONS
from dialer.services.context import Context
from dialer.services.gotv.elections import (
    ElectionFields,
    ElectionView,
    change_election,
    create_election,
    get_election,
    list_elections,
)
from dialer.web.coordinator.blueprint import coordinator
from dialer.web.coordinator.forms import (
    Answer,
    Faults,
    day_or_none,
    everything,
    faults_of,
    go,
    said,
    said_or_none,
    same_names,
    ticked,
    wall_time,
)
from dialer.web.desk import context
from dialer.web.guard import allow
from dialer.web.timetable_words import KIND, NATION

FIELD_AT = same_names("name", "polling_on", "opens_at", "closes_at", "timezone", "current", "kind", "nation")
_NEW: Final = {
    "name": "",
    "polling_on": "",
    "opens_at": "07:00",
    "closes_at": "22:00",
    "timezone": "Europe/London",
    "current": False,
    "kind": "",
    "nation": "",
}


@coordinator.get("/elections")
@allow(Permission.ELECTION_READ)
def elections() -> str:
    """Every election, and the form of another."""
    return _page(context(), None, dict(_NEW))


@coordinator.post("/elections")
@allow(Permission.ELECTION_MANAGE)
def make_election() -> Answer:
    """Add an election."""
    ctx = context()
    try:
        made = create_election(ctx, _fields())
    except ValidationFailed as error:
        return _page(ctx, None, _sent(), faults_of(error, FIELD_AT)), 422
    return go("coordinator.elections", gettext("“%(name)s” is added.", name=made.name))


@coordinator.get("/elections/<uuid:election_id>")
@allow(Permission.ELECTION_MANAGE)
def election(election_id: uuid.UUID) -> str:
    """The form of one election."""
    ctx = context()
    found = get_election(ctx, election_id)
    return _page(ctx, found, _as_is(found))


@coordinator.post("/elections/<uuid:election_id>")
@allow(Permission.ELECTION_MANAGE)
def save_election(election_id: uuid.UUID) -> Answer:
    """Change an election."""
    ctx = context()
    try:
        change_election(ctx, election_id, _fields())
    except ValidationFailed as error:
        return _page(ctx, get_election(ctx, election_id), _sent(), faults_of(error, FIELD_AT)), 422
    return go("coordinator.elections", gettext("Saved."))


@coordinator.post("/elections/<uuid:election_id>/current")
@allow(Permission.ELECTION_MANAGE)
def make_current(election_id: uuid.UUID) -> Response:
    """Say that this is the one we are in."""
    found = change_election(context(), election_id, ElectionFields(current=True))
    return go("coordinator.elections", gettext("We’re in “%(name)s” now.", name=found.name))


def _fields() -> ElectionFields:
    if not said("name"):
        raise ValidationFailed.at("/name", gettext("Give the election a name."))
    fields = ElectionFields(
        name=said("name"),
        polling_on=day_or_none("polling_on"),
        opens_at=wall_time("opens_at"),
        closes_at=wall_time("closes_at"),
        timezone=said("timezone"),
        kind=_one_of("kind", KINDS),
        nation=_one_of("nation", NATIONS),
    )
    if fields["kind"] is None:
        fields["nation"] = None
    if ticked("current"):
        fields["current"] = True
    return fields


def _one_of(name: str, words: Collection[str]) -> str | None:
    """The choice of a field; None for the empty one."""
    if said(name) and said(name) not in words:
        raise ValidationFailed.at(f"/{name}", gettext("Choose one of these."))
    return said_or_none(name)


def _as_is(found: ElectionView) -> dict[str, Any]:
    return {
        "name": found.name,
        "polling_on": found.polling_on.isoformat() if found.polling_on else "",
        "opens_at": f"{found.opens_at:%H:%M}",
        "closes_at": f"{found.closes_at:%H:%M}",
        "timezone": found.timezone,
        "current": found.current,
        "kind": found.kind or "",
        "nation": found.nation or "",
    }


def _sent() -> dict[str, Any]:
    return {**{name: said(name) for name in _NEW}, "current": ticked("current")}


def _page(
    ctx: Context, editing: ElectionView | None, values: dict[str, Any], errors: Faults | None = None
) -> str:
    return render_template(
        "coordinator/elections.html",
        elections=everything(lambda page: list_elections(ctx, page)),
        election=editing,
        values=values,
        kind_choices=[("", gettext("Another, or not in the United Kingdom")), *KIND.items()],
        nation_choices=[("", "–"), *NATION.items()],
        errors=errors or {},
    )
