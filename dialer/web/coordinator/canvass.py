"""Canvassing at the door: walks cut from a campaign's lists, sheets to print, and keyed once back."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any, Final
from zoneinfo import ZoneInfo

from flask import render_template, request
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from dialer.domain.access import Permission
from dialer.domain.canvass import DOORS_USUAL
from dialer.domain.doorstep import LETTERS
from dialer.domain.errors import ValidationFailed
from dialer.domain.languages import SPOKEN
from dialer.services.calling.campaigns import get_campaign
from dialer.services.gotv.canvass import NewCanvass, SheetView, close_walk, cut_walks, get_sheet, list_walks
from dialer.services.gotv.canvass_keying import key_sheet
from dialer.services.gotv.door_results import door_totals
from dialer.web.coordinator.blueprint import coordinator
from dialer.web.coordinator.forms import (
    Answer,
    Faults,
    faults_of,
    go,
    next_address,
    page_asked,
    said,
    said_or_none,
    same_names,
    ticked,
    whole_number,
)
from dialer.web.desk import context
from dialer.web.door_words import DOOR_OUTCOME, door_outcome
from dialer.web.guard import allow

_FIELD_AT: Final = same_names("polling_district", "doors_most")
_USUAL: Final = {
    "polling_district": "",
    "support_unknown": True,
    "not_canvassed": True,
    "doors_most": str(DOORS_USUAL),
}
_CODE: Final = "code-"
_SHOWN: Final = "shown-"
"""What stood beside a line when the page was opened, so that only what was keyed since is sent."""


@coordinator.get("/campaigns/<uuid:campaign_id>/canvass")
@allow(Permission.CANVASS_MANAGE)
def canvass(campaign_id: uuid.UUID) -> str:
    """The walks that are open, and the form for more."""
    return _page(campaign_id, dict(_USUAL))


@coordinator.post("/campaigns/<uuid:campaign_id>/canvass")
@allow(Permission.CANVASS_MANAGE)
def cut_canvass(campaign_id: uuid.UUID) -> Answer:
    """Cut walks."""
    ctx = context()
    try:
        new = NewCanvass(
            polling_district=said_or_none("polling_district"),
            support_unknown=ticked("support_unknown"),
            not_canvassed=ticked("not_canvassed"),
            doors_most=whole_number("doors_most"),
        )
        walks = cut_walks(ctx, campaign_id, new)
    except ValidationFailed as error:
        sent: dict[str, Any] = {name: said(name) for name in _USUAL}
        return _page(campaign_id, sent, faults_of(error, _FIELD_AT)), 422
    words = ngettext("One walk is cut.", "%(num)s walks are cut.", len(walks))
    if not walks:
        words = gettext("There is nobody left to canvass here who isn’t on a walk.")
    return go("coordinator.canvass", words, "good" if walks else "warn", campaign_id=campaign_id)


@coordinator.get("/canvass-walks/<uuid:walk_id>")
@allow(Permission.CANVASS_MANAGE)
def canvass_sheet(walk_id: uuid.UUID) -> str:
    """A walk's sheet, to be printed on A4."""
    ctx = context()
    return render_template(
        "coordinator/canvass_sheet.html",
        sheet=get_sheet(ctx, walk_id),
        now=ctx.now,
        letters=_letters(),
        spoken=SPOKEN,
        home=ctx.home_language,
    )


@coordinator.get("/canvass-walks/<uuid:walk_id>/keying")
@allow(Permission.CANVASS_MANAGE)
def canvass_keying(walk_id: uuid.UUID) -> str:
    """A sheet that came back, to be keyed line by line."""
    return _keying(get_sheet(context(), walk_id), {}, {})


@coordinator.post("/canvass-walks/<uuid:walk_id>/keying")
@allow(Permission.CANVASS_MANAGE)
def key_canvass(walk_id: uuid.UUID) -> Answer:
    """Note what was keyed. What couldn't be read stands at its line again; the rest is noted. Lines as they
    were shown are left alone: a colleague may have put them right meanwhile.
    """
    ctx = context()
    shown = _codes(_SHOWN)
    codes = {line: code for line, code in _codes(_CODE).items() if shown.get(line) != code}
    try:
        at = _walked_at(get_sheet(ctx, walk_id).timezone)
    except ValidationFailed as error:
        return _keying(get_sheet(ctx, walk_id), codes, faults_of(error, same_names("walked_at"))), 422
    keyed = key_sheet(ctx, walk_id, codes, at)
    words = ngettext("One line is noted.", "%(num)s lines are noted.", keyed.noted)
    if not keyed.unread:
        return go("coordinator.canvass", words, campaign_id=keyed.sheet.walk.campaign_id)
    wrong = gettext("That’s no code of the sheet.")
    errors = {f"{_CODE}{line}": wrong for line in keyed.unread}
    return _keying(keyed.sheet, keyed.unread, errors, noted=words), 422


@coordinator.post("/canvass-walks/<uuid:walk_id>/close")
@allow(Permission.CANVASS_MANAGE)
def close_canvass(walk_id: uuid.UUID) -> Response:
    """Nobody walks it any more."""
    walk = close_walk(context(), walk_id)
    words = gettext("Walk %(number)s is closed. Who wasn’t met can be cut into another.", number=walk.number)
    return go("coordinator.canvass", words, campaign_id=walk.campaign_id)


def _page(campaign_id: uuid.UUID, values: dict[str, Any], errors: Faults | None = None) -> str:
    ctx = context()
    walks = list_walks(ctx, campaign_id, page_asked())
    return render_template(
        "coordinator/canvass.html",
        campaign=get_campaign(ctx, campaign_id),
        walks=walks.items,
        more=next_address(walks, "coordinator.canvass", campaign_id=campaign_id),
        totals=door_totals(ctx, campaign_id),
        outcomes=DOOR_OUTCOME,
        values=values,
        errors=errors or {},
    )


def _keying(sheet: SheetView, keyed: Mapping[int, str], errors: Faults, noted: str = "") -> str:
    """The page, with what was `keyed` and isn't noted yet in its line."""
    shown = {one.line: one.code or "" for one in sheet.lines}
    return render_template(
        "coordinator/canvass_keying.html",
        sheet=sheet,
        shown=shown,
        codes=shown | dict(keyed),
        errors=errors,
        noted=noted,
        walked_at=said("walked_at"),
        letters=_letters(),
    )


def _letters() -> list[tuple[str, str]]:
    return [(letter, door_outcome(outcome)) for letter, outcome in LETTERS.items()]


def _codes(prefix: str) -> dict[int, str]:
    """What was sent by line under a prefix; lines that no sheet has are none."""
    found: dict[int, str] = {}
    for name in request.form:
        line = name.removeprefix(prefix)
        if name.startswith(prefix) and line.isascii() and line.isdecimal() and len(line) <= 4:
            found[int(line)] = said(name)[:20]
    return found


def _walked_at(zone: str) -> dt.datetime | None:
    """When the sheet was walked, on the campaign's clocks; None where nobody says."""
    written = said("walked_at")
    if not written:
        return None
    try:
        return dt.datetime.fromisoformat(written).replace(tzinfo=ZoneInfo(zone)).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        raise ValidationFailed.at("/walked_at", gettext("Give a day and a time.")) from None
