"""What the page's script sends and asks: marks that a phone kept, in their order, and how things stand.

Answers are JSON, though people's cookies open the door: the page stands behind it. Whoever isn't signed in
any more is sent away as from any page, by which the script knows.
"""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Mapping, Sequence
from typing import Any, Final

from flask import request
from flask_wtf.csrf import generate_csrf

from dialer.domain.access import Permission
from dialer.domain.election import YEARS
from dialer.domain.elector_number import elector_parts
from dialer.domain.errors import ValidationFailed
from dialer.services.gotv.telling import OwnMark, TellerDesk, take_back_own, tell, teller_desk
from dialer.services.gotv.views import NewMark, ToldMark
from dialer.web.desk import context, current_actor, moment
from dialer.web.guard import allow
from dialer.web.teller.page import teller

MOST: Final = 500
"""As many come in one request; a phone that kept more sends the rest after them."""

_LONGEST: Final = 100
_UNKEEPABLE: Final = re.compile("[\x00\ud800-\udfff]")
"""No text of PostgreSQL holds these. All else goes: a district came in from a register as it was."""


@teller.get("/state")
@allow(Permission.TURNOUT_RECORD)
def state() -> dict[str, Any]:
    """What the page shows, what time it is, and what a form of this session carries."""
    return {"csrf": generate_csrf(), **_state(teller_desk(context()))}


@teller.post("/marks")
@allow(Permission.TURNOUT_RECORD)
def send_marks() -> dict[str, Any]:
    """Take marks in the order they were noted, each once however often it comes."""
    sent = _listed("marks")
    marks = [_mark(place, one) for place, one in enumerate(sent)]
    ctx = context()
    told = tell(ctx, marks, _id_or_none(_body().get("election_id"), "/election_id"))
    return {
        "practice": told is None,
        "marks": [_told(one) for one in told or ()],
        **_state(teller_desk(ctx)),
    }


@teller.post("/marks/undo")
@allow(Permission.TURNOUT_RECORD)
def undo_marks() -> dict[str, Any]:
    """Take back some of one's own."""
    ids = [_id(one, f"/client_ids/{place}") for place, one in enumerate(_listed("client_ids"))]
    ctx = context()
    return {"undone": take_back_own(ctx, ids), **_state(teller_desk(ctx))}


def _body() -> Mapping[str, Any]:
    body = request.get_json(silent=True)
    return body if isinstance(body, dict) else {}


def _listed(name: str) -> Sequence[Any]:
    listed = _body().get(name)
    if not isinstance(listed, list) or len(listed) > MOST:
        raise ValidationFailed.at(f"/{name}", f"Send a list of at most {MOST}.")
    return listed


def _mark(place: int, one: object) -> NewMark:
    given = one if isinstance(one, dict) else {}
    at = f"/marks/{place}"
    return NewMark(
        _number(given.get("elector_number"), f"{at}/elector_number"),
        at=_instant(given.get("at"), f"{at}/at"),
        polling_district=_text(given.get("polling_district"), f"{at}/polling_district"),
        client_id=_id(given.get("client_id"), f"{at}/client_id"),
    )


def _number(value: object, pointer: str) -> str:
    """Without what can't be seen, which comes along when somebody pastes."""
    folded = " ".join((_text(value, pointer) or "").split())
    number = "".join(letter for letter in folded if letter.isprintable())
    if not elector_parts(number):
        raise ValidationFailed.at(pointer, "Give an elector number.")
    return number


def _text(value: object, pointer: str) -> str | None:
    if value is None or value == "":
        return None
    if not isinstance(value, str) or len(value) > _LONGEST or _UNKEEPABLE.search(value):
        raise ValidationFailed.at(pointer, f"Send at most {_LONGEST} characters.")
    return value


def _instant(value: object, pointer: str) -> dt.datetime | None:
    if value is None:
        return None
    try:
        at = dt.datetime.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        raise ValidationFailed.at(pointer, "Send a time with its zone.") from None
    if at.tzinfo is None or at.year not in YEARS:
        raise ValidationFailed.at(pointer, "Send a time with its zone.")
    return at.astimezone(dt.UTC)


def _id(value: object, pointer: str) -> uuid.UUID:
    found = _id_or_none(value, pointer)
    if found is None:
        raise ValidationFailed.at(pointer, "Send an id.")
    return found


def _id_or_none(value: object, pointer: str) -> uuid.UUID | None:
    if value is None:
        return None
    try:
        return uuid.UUID(value if isinstance(value, str) else "")
    except ValueError:
        raise ValidationFailed.at(pointer, "Send an id.") from None


def _state(desk: TellerDesk) -> dict[str, Any]:
    actor = current_actor()
    return {
        "now": _ms(moment()),
        "name": actor.name if actor else "",
        "election_id": str(desk.election_id),
        "opens_at": _ms(desk.opens_at),
        "closes_at": _ms(desk.closes_at),
        "timezone": desk.timezone,
        "districts": [{"name": one.name, "station": one.station} for one in desk.districts],
        "lines": [_line(one) for one in desk.lines],
        "this_hour": desk.this_hour,
        "today": desk.today,
    }


def _line(one: OwnMark) -> dict[str, Any]:
    return {
        "client_id": str(one.client_id),
        "elector_number": one.elector_number,
        "polling_district": one.polling_district,
        "at": _ms(one.at),
        "outcome": one.outcome.value,
    }


def _told(one: ToldMark) -> dict[str, Any]:
    return {
        "client_id": str(one.client_id),
        "outcome": one.outcome.value,
        "voted_at": _ms(one.voted_at),
    }


def _ms(at: dt.datetime | None) -> int | None:
    """As a script's clock counts: thousandths of seconds since 1970."""
    return None if at is None else int(at.timestamp() * 1000)
